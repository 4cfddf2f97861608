/**
 * An inspector that is served, and whoever asks it: as the page does, or as nobody should.
 *
 * @module
 */
import { request as httpRequest } from 'node:http';
import { onTestFinished } from 'vitest';

import {
  type ServedInspector,
  serveInspector,
  type ServeInspectorOptions,
} from '../../src/inspector/index.ts';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A request as it goes over the wire: nothing is added but what is given. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * An inspector with a client of its own.
 */
export class Inspection {
  readonly served: ServedInspector;
  readonly origin: string;

  constructor(served: ServedInspector) {
    this.served = served;
    this.origin = new URL(served.url).origin;
  }

  /** Serves one until the test is over. */
  static async begin(options: ServeInspectorOptions): Promise<Inspection> {
    const served = await serveInspector(options);
    onTestFinished(() => served.close());
    return new Inspection(served);
  }

  /** Asks as the page does. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${this.served.token}`);
    return fetch(`${this.origin}/api${path}`, { ...init, headers });
  }

  /** Gives the JSON of an answer, with its status where that is no success. */
  async get(path: string): Promise<unknown> {
    return jsonOf(await this.ask(path));
  }

  /** Changes something as the page does. */
  async post(path: string, body: unknown): Promise<unknown> {
    const headers = { 'Content-Type': 'application/json' };
    return jsonOf(await this.ask(path, { method: 'POST', headers, body: JSON.stringify(body) }));
  }

  /** Deletes as the page does. */
  async delete(path: string): Promise<unknown> {
    return jsonOf(await this.ask(path, { method: 'DELETE' }));
  }

  /** Headers that are right, for those that change some of them. */
  get rightHeaders(): Record<string, string> {
    return { Host: new URL(this.origin).host, Authorization: `Bearer ${this.served.token}` };
  }

  /** Sends a request word for word. */
  async raw({
    method = 'GET',
    path,
    headers = this.rightHeaders,
    body,
  }: RawRequest): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const options = { host: '127.0.0.1', port: this.served.port, method, path, headers };
    const outgoing = httpRequest({ ...options, setHost: false, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const received = new Headers(incoming.headers as Record<string, string>);
        resolve({ status: incoming.statusCode ?? 0, headers: received, text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
    return promise;
  }
}

/** Gives the part of a path that names a session. */
export function segment(sessionId: string): string {
  return `=${encodeURIComponent(sessionId)}`;
}

async function jsonOf(response: Response): Promise<unknown> {
  const value = (await response.json()) as object;
  return response.ok ? value : { status: response.status, ...value };
}
