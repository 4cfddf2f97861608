/**
 * No event, span or measurement holds anything of what was said, by whom, or how the server is reached:
 * every method and parameter of a session, on every store, with the real SDK of OpenTelemetry.
 *
 * @module
 */
import { tracingChannel, type TracingChannelSubscribers } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { closeStores, JSONSession, type StoreCall } from '../../src/index.ts';
import { JSONSessionInstrumentation } from '../../src/otel/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { ownPrefix } from '../processes/shared-stores.ts';
import { freePort } from '../servers/free-port.ts';
import { alteredStore } from '../telemetry/altered-store.ts';
import { sharedRedisUrl } from '../servers/shared-redis.ts';
import { WITH_SESSION, WITHOUT_SESSION } from './every-call.ts';
import { EVERY_STORE } from './every-store.ts';
import { PARAMETERS, type Untyped } from './parameters.ts';

const TEXT = 'my diagnosis is "private"';
const SECRETS = ['diagnosis', 'private', 'pa55word', 'user-of-the-url', 'test-', 'Triage', 'Hello'];

const spans = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor({ exporter: spans })];
const measurements = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({
  exporter: measurements,
  exportIntervalMillis: 3_600_000,
});
const instrumentation = new JSONSessionInstrumentation({ enabled: false, sessionIds: true });
instrumentation.setTracerProvider(new TracerProvider({ spanProcessors }));
instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));

const channel = tracingChannel<string, StoreCall>('agents-json-session:call');
/** What each event showed at its time. */
const shown: string[] = [];
const results = new Set<string | undefined>();
const subscribers = Object.fromEntries(
  ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((name) => [name, note]),
) as unknown as TracingChannelSubscribers<StoreCall>;

function note(event: unknown): void {
  const call = event as StoreCall;
  shown.push(shownOf(call));
  results.add(call.error?.code ?? call.result);
}

/** Every way to see what is in something. */
function shownOf(value: unknown): string {
  const deep = { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null } as const;
  return `${inspect(value, deep)} ${(value as Partial<StoreCall>).error?.stack ?? ''}`;
}

beforeEach(() => {
  shown.length = 0;
  results.clear();
  spans.reset();
  channel.subscribe(subscribers);
  instrumentation.enable();
});

afterEach(async () => {
  channel.unsubscribe(subscribers);
  instrumentation.disable();
  await closeStores();
});

/** Gives how many events and spans it has looked at. */
async function expectNoSecret(): Promise<{ events: number; spans: number }> {
  await reader.forceFlush();
  const finished = spans.getFinishedSpans().map((span) => {
    const { name, attributes, status, events, links, resource } = span;
    return shownOf({ name, attributes, status, events, links, resource });
  });
  const metrics = measurements.getMetrics().map(shownOf);
  expect(metrics.at(-1)).toContain('db.client.operation.duration');
  for (const secret of SECRETS) {
    const holders = [...shown, ...finished, ...metrics].filter((text) => text.includes(secret));
    expect(holders).toEqual([]);
  }
  return { events: shown.length, spans: finished.length };
}

/** Ends a call, however it ends. */
async function end(call: () => Promise<unknown>): Promise<void> {
  await call().catch(() => {});
}

async function fill(session: JSONSession): Promise<void> {
  await session.addItems([
    { role: 'user', content: TEXT },
    { type: 'function_call', callId: TEXT, name: TEXT, arguments: JSON.stringify({ TEXT }) },
  ]);
  await session.trackAgent(TEXT);
  await session.setAttributes({ [TEXT]: TEXT });
  await session.setHandoffContext({ [TEXT]: [TEXT] });
}

describe.each(EVERY_STORE)('%s', (_, openStore) => {
  test('tells nothing of what it is given, keeps or refuses', async () => {
    const opened = await openStore(sharedRedisUrl());
    const { store } = opened;
    const keyPrefix = ownPrefix();
    let count = 0;
    const open = (): JSONSession => {
      count += 1;
      return new JSONSession({ store, keyPrefix, sessionId: `${count}`, userId: TEXT, ttl: 60 });
    };
    for (const call of [...Object.values(WITHOUT_SESSION), ...Object.values(WITH_SESSION)]) {
      await end(() => call(open()));
      const session = open();
      await fill(session);
      await end(() => call(session));
      // It is gone by then: a failure.
      await new JSONSession({ store, keyPrefix, sessionId: session.sessionId ?? '' }).delete();
      await end(() => call(session));
    }
    for (const { name, prepare, call } of PARAMETERS) {
      // The id of a session is told, where it is not shown by itself.
      if (name.endsWith('sessionId')) continue;
      const session = open();
      await fill(session);
      const untyped = session as unknown as Untyped;
      await prepare?.(untyped);
      await end(() => call(untyped, TEXT));
    }
    await opened.end();
    const seen = await expectNoSecret();
    expect([...results]).toEqual(
      expect.arrayContaining(['done', 'none', 'session_expired', 'session_not_found']),
    );
    expect(seen.events).toBeGreaterThan(200);
    expect(seen.spans).toBeGreaterThan(seen.events / 5);
  });
});

test('a server that cannot be reached is told without who would log in there', async () => {
  const url = `redis://user-of-the-url:pa55word@127.0.0.1:${await freePort()}`;
  const session = new JSONSession({ url, keyPrefix: ownPrefix(), timeoutMs: 500 });
  await end(() => session.addMessage({ role: 'user', content: TEXT }));
  await session.close();
  expect(await expectNoSecret()).toEqual({ events: 5, spans: 1 });
  expect([...results]).toEqual([undefined, 'store_unavailable']);
  expect(shown.at(-1)).toContain('127.0.0.1');
});

test('the error of a store of somebody else is told without its texts', async () => {
  const real = await SqliteStore.open(':memory:');
  const failure = Object.assign(new TypeError(TEXT, { cause: TEXT }), { code: TEXT, text: TEXT });
  const store = alteredStore(real, {
    touch: async () => {
      throw failure;
    },
  });
  const session = await JSONSession.create({ store, keyPrefix: ownPrefix(), userId: TEXT });
  await expect(session.touch()).rejects.toBe(failure);
  await real.close();
  await expectNoSecret();
  expect([...results]).toEqual([undefined, 'done', 'TypeError']);
});
