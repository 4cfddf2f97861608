/**
 * What the checks of one server share.
 *
 * @module
 */
import type { Durability } from '../../../durability.ts';
import { finding } from '../../../doctor/diagnosis.ts';
import type { KeptKind } from './check-kept.ts';
import { REDIS_FINDINGS, type RedisFinding, type RedisFindingCode } from './findings.ts';
import type { Probe } from './probe.ts';
import type { ServerInfo } from './server-info.ts';

/**
 * One server and what is known of it.
 */
export interface Checked {
  readonly probe: Probe;
  readonly info: ServerInfo;
  /** What the keys of sessions begin with. */
  readonly keyPrefix: string;
  /** A key that no session has, in a slot of this server. */
  readonly freeKey: string;
  /** One beside it, as a long history is moved to. */
  readonly freeTrashKey: string;
  /** What writes of the store wait for. */
  readonly durability: Durability;
  /** What writes of the store keep beside sessions. */
  readonly kept: readonly KeptKind[];
}

/**
 * Gives a finding with Redis.
 */
export function found(code: RedisFindingCode, message: string): RedisFinding {
  return finding(REDIS_FINDINGS, code, message);
}
