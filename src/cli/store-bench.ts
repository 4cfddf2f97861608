/**
 * How fast a store is from here: what a turn of an agent asks of it, timed on sessions of its own.
 *
 * @module
 */
import { JSONSession, type JSONSessionOptions } from '../index.ts';

/** Seconds after which what was measured on goes by itself, should this process die. */
const TTL_SECONDS = 600;
const TEXT = 'conversation '.repeat(20);
/** Calls before those that count. */
const WARM_UP = 20;

/**
 * How long a call takes.
 */
export interface BenchResult {
  /** What is called. */
  readonly call: string;
  /** Messages in the session. */
  readonly messages: number;
  /** Milliseconds that half of the calls stay under. */
  readonly median: number;
  /** Milliseconds that 99 of 100 calls stay under. */
  readonly p99: number;
}

/**
 * How much is measured.
 */
export interface BenchOptions {
  readonly place: Omit<JSONSessionOptions, 'sessionId' | 'ttl'>;
  /** Calls of each kind. */
  readonly calls: number;
  /** Messages in the session. */
  readonly messages: number;
  readonly onProgress: (done: number, all: number) => void;
}

const CALLS: Readonly<Record<string, (session: JSONSession) => Promise<unknown>>> = {
  'addItems of 1': async (session) => session.addItems(newItems(1)),
  'addItems of 4': async (session) => session.addItems(newItems(4)),
  'getItems(20)': async (session) => session.getItems(20),
  'getItems(), read before': async (session) => session.getItems(),
  'getMetadata()': async (session) => session.getMetadata(),
};

/**
 * Measures, and removes what it has made.
 */
export async function benchStore(options: BenchOptions): Promise<BenchResult[]> {
  const { place, calls, messages, onProgress } = options;
  const results: BenchResult[] = [];
  await using session = await JSONSession.create({ ...place, ttl: TTL_SECONDS });
  try {
    for (let done = 0; done < messages; done += 500) {
      await session.addItems(newItems(Math.min(500, messages - done)));
    }
    for (const [index, [call, make]] of Object.entries(CALLS).entries()) {
      const times: number[] = [];
      for (let count = -WARM_UP; count < calls; count += 1) {
        const start = performance.now();
        await make(session);
        if (count >= 0) times.push(performance.now() - start);
      }
      results.push({ call, messages, ...spreadOf(times) });
      onProgress(index + 1, Object.keys(CALLS).length);
    }
  } finally {
    await deleteAnyway(session, place);
  }
  return results;
}

/** Also when the signal has ended all other calls. */
async function deleteAnyway(session: JSONSession, place: BenchOptions['place']): Promise<void> {
  const { sessionId } = session;
  await using again = await JSONSession.load(sessionId, { ...place, signal: undefined });
  await again.delete();
}

function newItems(count: number): { role: 'user'; content: string }[] {
  return Array.from({ length: count }, () => ({ role: 'user' as const, content: TEXT }));
}

function spreadOf(times: readonly number[]): { median: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? 0;
  return { median: at(0.5), p99: at(0.99) };
}
