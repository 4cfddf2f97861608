/**
 * Documents that are put together beside their session, in steps that hold nobody up, until they are
 * whole.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { hasCode, StoreUnavailableError } from '../../../errors.ts';
import type { RestorableDocument } from '../../../store.ts';
import type { RedisCommander } from '../clients/commander.ts';
import { stage } from '../scripts.generated.ts';

/** Of one step: about a millisecond of the server's time. An entry that is larger goes alone. */
const STEP_ENTRIES = 500;
const STEP_LENGTH = 256 * 1024;

/**
 * Puts a document together at a key, which the server removes after ten minutes.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`) when a part of it got lost on the way.
 */
export async function stageDocument(
  commander: RedisCommander,
  { key, document, deadline }: { key: string; document: RestorableDocument; deadline: Deadline },
): Promise<void> {
  const head = JSON.stringify({ ...document, messages: [] });
  let position = 0;
  for (const entries of steps(document.messages)) {
    const args = [position === 0 ? head : '', String(position), ...entries];
    const step = { script: stage, key, args, readOnly: false, durable: false };
    const run = commander.run({ ...step, operationId: '', deadline });
    const { reply } = await run.catch((error: unknown) => {
      // Whatever became of it, nobody sees it.
      throw hasCode(error, 'outcome_unknown') ? deadline.failure(tooLate) : error;
    });
    position += entries.length;
    if (Number(reply) !== position) {
      throw new StoreUnavailableError('A part of the document got lost before it was whole');
    }
  }
}

function tooLate(): StoreUnavailableError {
  return new StoreUnavailableError('The time was up before the document was whole');
}

/**
 * Puts the JSON texts of entries into steps.
 *
 * @yields one step, of which there is one at least.
 */
function* steps(messages: readonly unknown[]): Generator<string[]> {
  let [step, length]: [string[], number] = [[], 0];
  for (const message of messages) {
    const text = JSON.stringify(message);
    if (step.length === STEP_ENTRIES || (length > 0 && length + text.length > STEP_LENGTH)) {
      yield step;
      [step, length] = [[], 0];
    }
    step.push(text);
    length += text.length;
  }
  yield step;
}
