/**
 * Being told by the server that something has changed.
 *
 * `EventSource` cannot send the token in a header, so the stream is read by `fetch`. A browser makes six
 * connections to a host and no more, for all of its tabs: one that nobody sees gives its own back.
 *
 * @module
 */
import { isAbort, isConnected, send } from './client.ts';

/** Longer than two heartbeats of the server. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

/** What is done with events. */
export interface EventHandlers {
  /** Is called with the name of each event. */
  onEvent: (name: string) => void;
  /** Is called once there is a stream again where there was none: anything can have happened since. */
  onReconnect: () => void;
}

/**
 * Listens until it is stopped, while the page is seen; begins again where the stream ends.
 *
 * @returns What stops it.
 */
export function listen(path: string, handlers: EventHandlers): () => void {
  let listening: AbortController | undefined;
  let wasHidden = false;
  const follow = (): void => {
    if (document.hidden) {
      listening?.abort();
      listening = undefined;
      wasHidden = true;
    } else if (listening === undefined) {
      listening = new AbortController();
      void keepListening(path, handlers, { stopped: listening.signal, wasLost: wasHidden });
    }
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    listening?.abort();
  };
}

async function keepListening(
  path: string,
  handlers: EventHandlers,
  { stopped, ...before }: { stopped: AbortSignal; wasLost: boolean },
): Promise<void> {
  let wait = FIRST_WAIT_MS;
  let { wasLost } = before;
  while (!stopped.aborted) {
    try {
      const reader = await openStream(path, stopped);
      if (wasLost) handlers.onReconnect();
      wait = FIRST_WAIT_MS;
      await readEvents(reader, (name) => {
        isConnected.value = name !== 'unavailable';
        if (name !== 'unavailable') handlers.onEvent(name);
      });
    } catch (error) {
      if (!isAbort(error) && isRefusal(error)) return;
    }
    if (stopped.aborted) return;
    isConnected.value = false;
    wasLost = true;
    await pause(wait, stopped);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function openStream(
  path: string,
  stopped: AbortSignal,
): Promise<ReadableStreamDefaultReader<string>> {
  const { body } = await send(path, { signal: stopped });
  if (body === null) throw new Error('The stream is empty');
  return body.pipeThrough(new TextDecoderStream()).getReader();
}

/** A refusal stays one: only a server that does not answer is asked again. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code !== 'unreachable' && code !== 'store_unavailable';
}

async function readEvents(
  reader: ReadableStreamDefaultReader<string>,
  onEvent: (name: string) => void,
): Promise<void> {
  let rest = '';
  for (;;) {
    const { done, value } = await withinSilence(reader);
    if (done) return;
    const blocks = `${rest}${value}`.split(/\r?\n\r?\n/u);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name] = /^event: ?(.+)$/mu.exec(block) ?? [];
      if (name !== undefined) onEvent(name.trim());
    }
  }
}

async function withinSilence(
  reader: ReadableStreamDefaultReader<string>,
): Promise<ReadableStreamReadResult<string>> {
  const timer = setTimeout(() => void reader.cancel(), SILENCE_MS);
  try {
    return await reader.read();
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stopped.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
