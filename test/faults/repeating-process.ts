/**
 * A process that makes writes once more.
 *
 * @module
 */
import { runScript } from '../processes/run-script.ts';

/**
 * One write, as such a process is told of it.
 */
export interface Repeat {
  readonly url: string;
  readonly keyPrefix: string;
  /** Name of one of the writes of `single-writes.ts`. */
  readonly write: string;
  readonly operationId: string;
  /** Of the message that `undoTo` names. */
  readonly id: string;
}

/**
 * What a write gave, or the code of its error.
 */
export interface RepeatEnd {
  readonly value?: unknown;
  readonly code?: string;
}

const WRITES = new URL('single-writes.ts', import.meta.url).href;

/**
 * Makes the writes in a process of their own, one after the other.
 */
export async function repeatElsewhere(repeats: readonly Repeat[]): Promise<RepeatEnd[]> {
  const script = `
    import { WRITES } from '${WRITES}';
    const ends = [];
    for (const { url, keyPrefix, write, operationId, id } of JSON.parse(process.env.REPEATS)) {
      const { call } = WRITES.find(({ name }) => name === write);
      const session = new JSONSession({ url, keyPrefix, sessionId: 's', timeoutMs: 20_000 });
      const end = call(session, { operationId }, id).then(
        (value) => ({ value }),
        ({ code, message }) => ({ code: code ?? message }),
      );
      ends.push(await end);
      await session.close();
    }
    console.log(JSON.stringify(ends));
    await closeStores();
  `;
  const { code, output, errors } = await runScript(script, {
    env: { REPEATS: JSON.stringify(repeats) },
  });
  if (code !== 0) throw new Error(`The process failed:\n${errors}`);
  return JSON.parse(output) as RepeatEnd[];
}
