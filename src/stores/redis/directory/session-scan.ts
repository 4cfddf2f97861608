/**
 * Finds sessions by their keys: SCAN on each server, then the head of each document.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { SUMMARY_FIELDS, summaryOf } from '../../../directory/summary.ts';
import type { SessionSummary } from '../../../directory-store.ts';
import { StoreUnavailableError } from '../../../errors.ts';
import { inBatches } from '../../../in-batches.ts';
import type { RedisClientLike } from '../clients/client.ts';
import { RedisCommander } from '../clients/commander.ts';
import { isClusterClient, knowsMasters, mastersOf } from '../clients/masters.ts';
import { replyJson, replyText } from '../clients/reply.ts';

/** Keys that one SCAN looks at: about a tenth of a millisecond of the server's time. */
const SCANNED_AT_ONCE = 500;
/** Documents that are asked for at once. */
const READ_AT_ONCE = 100;
const DOCUMENT_TYPE = 'ReJSON-RL';

const PATHS = SUMMARY_FIELDS.map((field) => `$.${field}`);

/** One server that is being scanned. */
interface Scanned {
  readonly server: RedisCommander;
  /** Null when it is done. */
  cursor: string | null;
}

/**
 * One pass over the keys of a prefix, step by step, one server after another. A key can come twice.
 */
export class KeyScan {
  readonly #client: RedisClientLike;
  readonly #commander: RedisCommander;
  readonly #keyPrefix: string;
  readonly #type: string;
  #servers: Scanned[] | null = null;

  /**
   * @param type - Of the values whose keys are wanted, as TYPE gives it.
   */
  constructor(
    client: RedisClientLike,
    commander: RedisCommander,
    { keyPrefix, type = DOCUMENT_TYPE }: { keyPrefix: string; type?: string },
  ) {
    this.#client = client;
    this.#commander = commander;
    this.#keyPrefix = keyPrefix;
    this.#type = type;
  }

  /**
   * Gives the next keys, which may be none, or null when there are no more.
   */
  async next(deadline: Deadline): Promise<string[] | null> {
    this.#servers ??= await this.#findServers(deadline);
    const scanned = this.#servers.find(({ cursor }) => cursor !== null);
    if (scanned === undefined) return null;
    const args = ['SCAN', scanCursor(scanned.cursor), 'MATCH', keyPattern(this.#keyPrefix)];
    const limits = ['COUNT', String(SCANNED_AT_ONCE), 'TYPE', this.#type];
    const reply = await scanned.server.read('', [...args, ...limits], deadline);
    const [cursor, keys] = Array.isArray(reply) ? (reply as unknown[]) : [];
    const next = replyText(cursor ?? '');
    scanned.cursor = next === '0' ? null : next;
    return Array.isArray(keys) ? keys.map((key) => replyText(key) ?? '') : [];
  }

  async #findServers(deadline: Deadline): Promise<Scanned[]> {
    const key = this.#keyPrefix;
    if (isClusterClient(this.#client) && !knowsMasters(this.#client)) {
      // It learns of its nodes with the first command.
      await this.#commander.read(key, ['TYPE', key], deadline);
    }
    return mastersOf(this.#client).map(({ sender }) => ({
      server: new RedisCommander(sender),
      cursor: '0',
    }));
  }
}

/**
 * One pass over the sessions of a prefix.
 */
export class SessionScan {
  readonly #commander: RedisCommander;
  readonly #keyPrefix: string;
  readonly #keys: KeyScan;

  constructor(client: RedisClientLike, commander: RedisCommander, keyPrefix: string) {
    this.#commander = commander;
    this.#keyPrefix = keyPrefix;
    this.#keys = new KeyScan(client, commander, { keyPrefix });
  }

  /**
   * Gives the next sessions, which may be none, or null when there are no more. One can come twice.
   */
  async next(deadline: Deadline): Promise<SessionSummary[] | null> {
    const keys = await this.#keys.next(deadline);
    if (keys === null) return null;
    return readSummaries(this.#commander, { keyPrefix: this.#keyPrefix, keys }, deadline);
  }
}

/**
 * Reads what lists show of sessions, and leaves out keys that hold none.
 */
export async function readSummaries(
  commander: RedisCommander,
  { keys, keyPrefix }: { keys: readonly string[]; keyPrefix: string },
  deadline: Deadline,
): Promise<SessionSummary[]> {
  const summaries = await inBatches(keys, READ_AT_ONCE, async (key) => {
    const fields = await readFields(commander, key, deadline);
    return fields === null ? null : summaryOf(fields, { key, keyPrefix });
  });
  return summaries.filter((summary) => summary !== null);
}

async function readFields(
  commander: RedisCommander,
  key: string,
  deadline: Deadline,
): Promise<Record<string, unknown> | null> {
  let reply: string | null;
  try {
    reply = replyText(await commander.read(key, ['JSON.GET', key, ...PATHS], deadline));
  } catch (error) {
    if (!(error instanceof StoreUnavailableError) || deadline.passed) throw error;
    // The text of a refusal of another type differs between servers; the type does not.
    const type = replyText(await commander.read(key, ['TYPE', key], deadline));
    if (type === DOCUMENT_TYPE) throw error;
    return null;
  }
  if (reply === null) return null;
  const found = replyJson(reply) as Record<string, unknown[]>;
  const fields = SUMMARY_FIELDS.map((field, at) => [field, found[PATHS[at] ?? '']?.[0]] as const);
  return Object.fromEntries(fields);
}

/** Every character of the prefix stands for itself. */
function keyPattern(keyPrefix: string): string {
  return `${keyPrefix.replaceAll(/[*?[\]\\]/gu, String.raw`\$&`)}*`;
}

/** What a server gives as a cursor is a number. */
function scanCursor(cursor: string | null): string {
  return /^\d{1,20}$/u.test(cursor ?? '') ? (cursor ?? '0') : '0';
}
