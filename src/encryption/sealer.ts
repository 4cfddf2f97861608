/**
 * What seals all that one write holds, with one key.
 *
 * @module
 */
import type { MessageEntry } from '../document/document.ts';
import { createdIncarnation } from '../document/incarnation.ts';
import { entriesBytes } from '../document/new-life.ts';
import { DecryptionError } from '../errors.ts';
import type {
  AppendParams,
  HeadChanges,
  NewEntry,
  Operation,
  RestorableDocument,
  RestoreParams,
  RunRecord,
} from '../store.ts';
import { inBatches } from '../in-batches.ts';
import { CIPHERED_AT_ONCE } from './ciphered-at-once.ts';
import { isSealed, isSealedEntry } from './is-sealed.ts';
import { keyedOperation, sealMark, sealMarks, sealOrigin } from './keyed-digests.ts';
import { sealContext } from './sealed-context.ts';
import { sealEntry, type SealedSession } from './sealed-entry.ts';
import type { Life } from './sealed-text.ts';
import type { SessionKey } from './session-keys.ts';

/**
 * What of a write can tell what is said.
 */
export type Telling = Partial<
  Pick<AppendParams, 'changes' | 'operation' | 'run'> & {
    readonly entries: readonly (NewEntry | MessageEntry)[];
  }
>;

/**
 * Seals for one life of one session.
 */
export class Sealer {
  readonly session: SealedSession;
  readonly #key: SessionKey;

  constructor(key: SessionKey, session: SealedSession) {
    this.#key = key;
    this.session = session;
  }

  async entries<E extends NewEntry | MessageEntry>(entries: readonly E[]): Promise<E[]> {
    return inBatches(entries, CIPHERED_AT_ONCE, async (entry) =>
      sealEntry(entry, this.#key, this.session),
    );
  }

  async changes(changes: HeadChanges): Promise<HeadChanges> {
    const { handoffContext } = changes;
    if (handoffContext === undefined) return changes;
    const sealed = await sealContext(handoffContext, this.#key, this.session);
    return { ...changes, handoffContext: sealed };
  }

  async operation(operation: Operation): Promise<Operation> {
    return keyedOperation(operation, this.#key);
  }

  /**
   * Seals a whole document.
   *
   * @throws {@link DecryptionError} (`decryption_failed`) naming what is sealed already: it was read past
   * a keyring, and cannot be opened here.
   */
  async document(document: RestorableDocument): Promise<RestorableDocument> {
    const { handoff_context: context, usage, state, import: origin } = document;
    const { life } = this.session;
    checkPlain(document);
    const messages = await this.entries(document.messages);
    const marks: unknown = usage?.marks;
    return {
      ...document,
      handoff_context: await sealContext(context, this.#key, this.session),
      messages,
      ...(typeof marks === 'string' && {
        usage: { ...usage, marks: await sealMarks(marks, this.#key) },
      }),
      ...(origin !== undefined && { import: await sealOrigin(origin, this.#key, life) }),
      state: {
        ...state,
        incarnation: life.incarnation,
        ...(state.bytes !== undefined && { bytes: entriesBytes(messages) }),
      },
    };
  }

  async run(run: RunRecord): Promise<RunRecord> {
    return run.mark === null ? run : { ...run, mark: await sealMark(run.mark, this.#key) };
  }
}

/**
 * The life of a session that is restored. One that was restored before, with an unknown outcome, has the
 * one of then, which is its id.
 */
export function restoredLife({ document, repeats }: RestoreParams): Life {
  const incarnation = createdIncarnation(repeats) ?? document.state.incarnation;
  return { incarnation, userId: document.user_id };
}

function checkPlain({
  session_id: sessionId,
  handoff_context,
  messages,
}: RestorableDocument): void {
  const failure = { sessionId, entryId: null, problem: 'not_authentic' } as const;
  const found = messages.find(isSealedEntry);
  if (found !== undefined) {
    throw new DecryptionError({ ...failure, entryId: found.id, field: 'messages' });
  }
  if (!isSealed(handoff_context)) return;
  throw new DecryptionError({ ...failure, field: 'handoff_context' });
}

/**
 * Tells whether there is anything in a write that must be sealed.
 */
export function tells({ entries = [], changes, operation, run }: Telling): boolean {
  return (
    entries.length > 0 ||
    changes?.handoffContext !== undefined ||
    (operation !== undefined && operation.namesEntries !== true) ||
    (run?.mark ?? null) !== null
  );
}
