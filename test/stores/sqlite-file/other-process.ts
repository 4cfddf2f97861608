/**
 * Another process that holds the lock of a SQLite file.
 *
 * @module
 */
import { runScript, type ScriptEnd } from '../../processes/run-script.ts';

/**
 * A lock that is held.
 */
export interface HeldLock {
  /** Gives the lock back and ends the process. */
  release(): Promise<ScriptEnd>;
}

/**
 * Has a new process take the write lock of a file.
 *
 * @param begin - How: `BEGIN IMMEDIATE` lets others read, `BEGIN EXCLUSIVE` too once the file is in
 * write-ahead mode.
 */
export async function holdLock(path: string, begin: string): Promise<HeldLock> {
  const { promise: held, resolve, reject } = Promise.withResolvers<() => void>();
  const end = runScript(
    `const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(path)});
    database.exec('${begin}');
    console.log('held');
    process.stdin.once('data', () => {
      database.exec('COMMIT');
      database.close();
      process.stdin.destroy();
    });`,
    { onLine: (_, send) => resolve(() => send('release')) },
  );
  end.then(({ errors }) => reject(new Error(`The lock was not taken: ${errors}`)), reject);
  const release = await held;
  return {
    release() {
      release();
      return end;
    },
  };
}
