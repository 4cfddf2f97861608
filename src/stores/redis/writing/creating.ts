/**
 * Making a session that is empty.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { createdIncarnation } from '../../../document/incarnation.ts';
import type { CreateParams, WriteResult } from '../../../store.ts';
import { hexadecimal } from '../hexadecimal.ts';
import type { WriteParts } from './history-writes.ts';
import { create as script } from '../scripts.generated.ts';
import { deletedLivesKey } from './trash.ts';

/**
 * Creates a session.
 *
 * @throws as `SessionStore.create`.
 */
export async function createSession(
  { writer, keys }: WriteParts,
  params: CreateParams,
  deadline: Deadline,
): Promise<WriteResult> {
  const { session, ttl, sessionId } = params;
  const incarnation = createdIncarnation(params.repeats) ?? session.incarnation;
  const args = [
    hexadecimal(incarnation, 'session.incarnation'),
    ttl === null ? '' : String(ttl),
    JSON.stringify(sessionId),
    JSON.stringify(session.userId),
    keys.ofOthers(params),
  ];
  const besides = keys.of(params, { lives: deletedLivesKey(params) });
  return writer.create(params, { script, besides, args, incarnation, deadline });
}
