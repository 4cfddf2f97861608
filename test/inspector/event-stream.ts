/**
 * A stream of events, as the page reads it.
 *
 * @module
 */
import type { Inspection } from './inspection.ts';
import { PATIENCE } from '../processes/patience.ts';

/** One event. */
export interface StreamEvent {
  readonly name: string;
  readonly data: unknown;
}

/**
 * Reads events one after another.
 */
export class EventStream {
  readonly response: Response;
  readonly comments: string[] = [];
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #leave: AbortController;
  #rest = '';

  private constructor(response: Response, leave: AbortController) {
    this.response = response;
    this.#leave = leave;
    const body = response.body as ReadableStream<Uint8Array<ArrayBuffer>>;
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(inspection: Inspection, path: string): Promise<EventStream> {
    const leave = new AbortController();
    return new EventStream(await inspection.ask(path, { signal: leave.signal }), leave);
  }

  /** The next event; null where the stream has ended. */
  async next(): Promise<StreamEvent | null> {
    const timer = setTimeout(() => this.leave(), PATIENCE.timeout);
    try {
      for (;;) {
        const event = this.#taken();
        if (event !== null) return event;
        const { done, value } = await this.#reader.read();
        if (done) return null;
        this.#rest += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Hangs up. */
  leave(): void {
    this.#leave.abort();
  }

  #taken(): StreamEvent | null {
    for (;;) {
      const end = this.#rest.indexOf('\n\n');
      if (end === -1) return null;
      const lines = this.#rest.slice(0, end).split('\n');
      this.#rest = this.#rest.slice(end + 2);
      this.comments.push(...lines.filter((line) => line.startsWith(':')));
      const valueOf = (field: string): string | undefined =>
        lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2);
      const name = valueOf('event');
      if (name !== undefined) return { name, data: JSON.parse(valueOf('data') ?? 'null') };
    }
  }
}
