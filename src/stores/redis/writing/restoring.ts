/**
 * Whole documents that become sessions: put together beside the session, then moved to it in one step.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { createdIncarnation } from '../../../document/incarnation.ts';
import type { RestorableDocument, RestoreParams, WriteResult } from '../../../store.ts';
import { hexadecimal } from '../hexadecimal.ts';
import type { WriteParts } from './history-writes.ts';
import { restore as script } from '../scripts.generated.ts';
import { stageDocument } from './staging.ts';
import { deletedLivesKey, emptyTrash, trashKey } from './trash.ts';

/**
 * Makes the session of a document.
 *
 * @throws as `SessionStore.restore`; nothing of it is left beside the session then.
 */
export async function restoreDocument(
  { commander, writer, keys }: WriteParts,
  params: RestoreParams,
  deadline: Deadline,
): Promise<WriteResult> {
  const incarnation = createdIncarnation(params.repeats) ?? params.document.state.incarnation;
  const document = withIncarnation(params.document, incarnation);
  const [staged, trash] = [trashKey(params), trashKey(params)];
  const write = {
    script,
    besides: keys.of(params, { lives: deletedLivesKey(params), trash, staged }),
    args: [
      hexadecimal(incarnation, 'document.state.incarnation'),
      String(document.messages.length),
      params.expiresIn === null ? '' : String(Math.max(1, Math.ceil(params.expiresIn))),
      params.replaces ?? '',
      params.isNew ? '1' : '0',
      params.isNew && document.fork !== undefined ? '1' : '0',
      keys.ofOthers(params),
    ],
    incarnation,
  };
  try {
    await stageDocument(commander, { key: staged, document, deadline });
    const { hasTrash, ...result } = await writer.create(params, { ...write, deadline });
    if (hasTrash === true) await emptyTrash(commander, trash, deadline);
    return result;
  } catch (error) {
    await emptyTrash(commander, staged, deadline);
    throw error;
  }
}

function withIncarnation(document: RestorableDocument, incarnation: string): RestorableDocument {
  return { ...document, state: { ...document.state, incarnation } };
}
