/**
 * Where one request or reply of the Redis protocol ends in what has arrived of a stream.
 *
 * @module
 */

const BULK = new Set(['$', '=', '!']);
const LISTS = new Set(['*', '~', '>']);
const PAIRS = new Set(['%', '|']);

/**
 * Gives the index behind the value that begins at `start`, or null where its end has not arrived.
 */
function frameEnd(buffer: Buffer, start = 0): number | null {
  const lineEnd = buffer.indexOf('\r\n', start);
  if (lineEnd === -1) return null;
  const next = lineEnd + 2;
  const type = String.fromCharCode(buffer[start] ?? 0);
  const count = Math.max(-1, Number(buffer.toString('latin1', start + 1, lineEnd)));
  if (BULK.has(type)) {
    const end = count === -1 ? next : next + count + 2;
    return end <= buffer.length ? end : null;
  }
  if (LISTS.has(type)) return framesEnd(buffer, next, count);
  return PAIRS.has(type) ? framesEnd(buffer, next, count * 2) : next;
}

function framesEnd(buffer: Buffer, start: number, count: number): number | null {
  let end: number | null = start;
  for (let index = 0; index < count && end !== null; index += 1) end = frameEnd(buffer, end);
  return end;
}

/**
 * Splits a stream into its requests or replies.
 *
 * @yields Each as soon as its end has arrived.
 */
export async function* frames(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    pending = Buffer.concat([pending, chunk]);
    for (let end = frameEnd(pending); end !== null; end = frameEnd(pending)) {
      yield pending.subarray(0, end);
      pending = pending.subarray(end);
    }
  }
}
