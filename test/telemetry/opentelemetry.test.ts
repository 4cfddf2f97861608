/**
 * What `agents-json-session/opentelemetry` gives to the real SDK of OpenTelemetry.
 */
import { context, metrics, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  METRIC_DB_CLIENT_OPERATION_DURATION,
} from '@opentelemetry/semantic-conventions';
import {
  DB_SYSTEM_NAME_VALUE_REDIS,
  DB_SYSTEM_NAME_VALUE_SQLITE,
} from '@opentelemetry/semantic-conventions/incubating';
import { tracingChannel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };
import { closeStores, JSONSession, type WriteParams } from '../../src/index.ts';
import {
  JSONSessionInstrumentation,
  type JSONSessionInstrumentationConfig,
} from '../../src/otel/index.ts';
import { SqliteStore } from '../../src/stores/sqlite/index.ts';
import { EVERY_CALL } from '../../src/testing/every-call.ts';
import { until } from '../../src/testing/until.ts';
import { ownPrefix, SHARED_STORES } from '../processes/shared-stores.ts';
import { alteredStore } from './altered-store.ts';

const SECRET = 'my diagnosis is private';
const AGENT = 'Cardiology';
const OWNER = 'ada@example.com';

/** Of the conventions for generative AI. */
const CONVERSATION_ID = 'gen_ai.conversation.id';

const spans = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
});
const measurements = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({
  exporter: measurements,
  exportIntervalMillis: 3_600_000,
});
const meterProvider = new MeterProvider({ readers: [reader] });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

beforeEach(() => {
  spans.reset();
  measurements.reset();
});

afterEach(() => closeStores());

function instrument(config: JSONSessionInstrumentationConfig = {}): JSONSessionInstrumentation {
  const instrumentation = new JSONSessionInstrumentation(config);
  const unregister = registerInstrumentations({
    instrumentations: [instrumentation],
    tracerProvider,
    meterProvider,
  });
  onTestFinished(unregister);
  return instrumentation;
}

async function openSession(url: string): Promise<JSONSession> {
  return JSONSession.create({
    url,
    sessionId: `${SECRET} ${crypto.randomUUID()}`,
    userId: OWNER,
    keyPrefix: ownPrefix(),
    ttl: 60,
  });
}

/** Runs a function in a span that is active, and gives that. */
async function inSpan(fn: () => Promise<unknown>): Promise<Span> {
  return tracerProvider.getTracer('test').startActiveSpan('turn', async (span) => {
    await fn();
    span.end();
    return span;
  });
}

/** The spans of calls, without those of the test. */
function callSpans(): ReadableSpan[] {
  return spans
    .getFinishedSpans()
    .filter(({ instrumentationScope }) => instrumentationScope.name === manifest.name);
}

async function durations(): Promise<DataPoint<Histogram>[]> {
  await reader.forceFlush();
  const all = measurements.getMetrics().at(-1)?.scopeMetrics ?? [];
  const [scope, ...others] = all.filter(({ scope: { name } }) => name === manifest.name);
  expect(others).toEqual([]);
  expect(scope?.scope.version).toBe(manifest.version);
  const [metric, ...more] = scope?.metrics ?? [];
  expect(more).toEqual([]);
  expect(metric?.descriptor).toMatchObject({
    name: METRIC_DB_CLIENT_OPERATION_DURATION,
    unit: 's',
  });
  return metric!.dataPoints as DataPoint<Histogram>[];
}

describe.each(SHARED_STORES)('calls to %s', (place, newUrl) => {
  const url = newUrl();
  const system = place === 'Redis' ? DB_SYSTEM_NAME_VALUE_REDIS : DB_SYSTEM_NAME_VALUE_SQLITE;
  const { hostname, port } = new URL(url);
  const server = { [ATTR_SERVER_ADDRESS]: hostname, [ATTR_SERVER_PORT]: Number(port) };
  const common = {
    [ATTR_DB_SYSTEM_NAME]: system,
    ...(place === 'Redis' && server),
    [ATTR_DB_NAMESPACE]: place === 'Redis' ? '0' : 'sessions.db',
  };
  const target = place === 'Redis' ? `${hostname}:${port}` : 'sessions.db';

  test('are spans within the span of the caller', async () => {
    const session = await openSession(url);
    instrument();
    const before = performance.now();
    const turn = await inSpan(async () => {
      await session.addMessage({ role: 'user', content: SECRET });
      await session.getItems();
    });
    const milliseconds = performance.now() - before;
    await session.close();

    const [append, read, ...others] = callSpans();
    expect(others).toEqual([]);
    expect(append).toMatchObject({ name: `append ${target}`, kind: SpanKind.CLIENT });
    expect(append!.instrumentationScope.version).toBe(manifest.version);
    expect(append!.attributes).toEqual({
      ...common,
      [ATTR_DB_OPERATION_NAME]: 'append',
      'agents_json_session.entries': 1,
      'agents_json_session.result': 'done',
      'agents_json_session.session.bytes': expect.any(Number) as number,
    });
    expect(read!.name).toBe(`read ${target}`);
    expect(read!.attributes).toEqual({
      ...common,
      [ATTR_DB_OPERATION_NAME]: 'read',
      'agents_json_session.entries': 1,
      'agents_json_session.result': 'done',
    });
    const { spanId, traceId } = turn.spanContext();
    for (const span of [append!, read!]) {
      expect(span.parentSpanContext).toMatchObject({ spanId, traceId });
      expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
      const [seconds, nanoseconds] = span.duration;
      expect(seconds * 1000 + nanoseconds / 1e6).toBeGreaterThan(0);
      expect(seconds * 1000 + nanoseconds / 1e6).toBeLessThan(milliseconds + 1);
    }
  });

  test('that fail are recorded as such', async () => {
    instrument();
    const session = await openSession(url);
    await session.addMessage({ role: 'user', content: SECRET });
    await session.delete();
    spans.reset();
    const failing = session.addMessage({ role: 'user', content: SECRET });
    await expect(failing).rejects.toMatchObject({ code: 'session_expired' });
    await session.close();

    const [append] = callSpans();
    expect(append!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'session_expired' });
    expect(append!.attributes).toEqual({
      ...common,
      [ATTR_DB_OPERATION_NAME]: 'append',
      [ATTR_ERROR_TYPE]: 'session_expired',
      'agents_json_session.entries': 1,
    });
    expect(append!.events).toEqual([]);
    const failed = (await durations()).filter(
      ({ attributes }) =>
        attributes[ATTR_ERROR_TYPE] === 'session_expired' &&
        attributes[ATTR_DB_SYSTEM_NAME] === system,
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({
      attributes: { ...common, [ATTR_DB_OPERATION_NAME]: 'append' },
      value: { count: 1 },
    });
  });

  test('are measured in seconds', async () => {
    instrument();
    const session = await openSession(url);
    const countOf = (points: DataPoint<Histogram>[]): DataPoint<Histogram> | undefined =>
      points.find(
        ({ attributes }) =>
          attributes[ATTR_DB_OPERATION_NAME] === 'touch' &&
          attributes[ATTR_DB_SYSTEM_NAME] === system,
      );
    const before = performance.now();
    for (let count = 0; count < 5; count += 1) await session.touch();
    const seconds = (performance.now() - before) / 1000;
    await session.close();
    const point = countOf(await durations())!;
    expect(point.attributes).toEqual({ ...common, [ATTR_DB_OPERATION_NAME]: 'touch' });
    expect(point.value.count).toBe(5);
    expect(point.value.sum).toBeGreaterThan(0);
    expect(point.value.sum).toBeLessThan(seconds);
    expect(point.value.buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
  });

  test('show nothing that was said, by whom, or in which session', async () => {
    instrument();
    const session = await openSession(url);
    await session.addMessage({ role: 'assistant', content: SECRET, agent: AGENT });
    await session.setAttributes({ [SECRET]: SECRET });
    await session.setHandoffContext({ from: SECRET });
    for (const call of Object.values(EVERY_CALL)) await call(session).catch(() => {});
    await expect(session.create()).rejects.toMatchObject({ code: 'session_exists' });
    await session.delete();
    await session.close();

    await durations();
    const exported = [...callSpans(), ...measurements.getMetrics()];
    expect(exported.length).toBeGreaterThan(10);
    const shown = exported.map((each) => inspect(each, { depth: Infinity, maxArrayLength: null }));
    expect(shown.filter((text) => text.includes('append')).length).toBeGreaterThan(1);
    for (const secret of ['diagnosis', AGENT, OWNER, 'Triage', 'test-', 'Hello']) {
      expect(shown.filter((text) => text.includes(secret))).toEqual([]);
    }
  });

  test('name their session where that is wanted', async () => {
    instrument({ sessionIds: true });
    const session = await openSession(url);
    await session.close();
    const ids = callSpans().map(({ attributes }) => attributes[CONVERSATION_ID]);
    expect(ids).toEqual([await session.getSessionId()]);
    // There are as many sessions as there are conversations: too many for a metric.
    expect(inspect(await durations(), { depth: Infinity })).not.toContain('diagnosis');
  });
});

describe('the instrumentation', () => {
  const call = async (): Promise<void> => {
    const session = await openSession('sqlite::memory:');
    await session.close();
  };

  test('ends, begins again, and waits where it is told to', async () => {
    const instrumentation = instrument();
    await call();
    instrumentation.disable();
    instrumentation.disable();
    await call();
    expect(callSpans()).toHaveLength(1);
    instrumentation.enable();
    instrumentation.enable();
    await call();
    expect(callSpans()).toHaveLength(2);
    instrumentation.disable();

    const waiting = new JSONSessionInstrumentation({ enabled: false });
    waiting.setTracerProvider(tracerProvider);
    await call();
    expect(callSpans()).toHaveLength(2);
    expect(waiting.getConfig()).toEqual({ enabled: false });
    // Registered, it begins, as others do.
    onTestFinished(registerInstrumentations({ instrumentations: [waiting], tracerProvider }));
    await call();
    expect(callSpans()).toHaveLength(3);
  });

  test('takes options later, too', async () => {
    const instrumentation = instrument();
    instrumentation.setConfig({ sessionIds: true });
    await call();
    expect(callSpans()[0]!.attributes).toHaveProperty([CONVERSATION_ID]);
    expect(instrumentation.getConfig()).toEqual({ enabled: true, sessionIds: true });
  });

  test('takes the global providers, whenever they are set', async () => {
    const instrumentation = new JSONSessionInstrumentation();
    onTestFinished(() => {
      instrumentation.disable();
      trace.disable();
      metrics.disable();
    });
    const creates = async (): Promise<number> =>
      (await durations()).reduce((sum, { value }) => sum + value.count, 0);
    await call();
    expect(callSpans()).toEqual([]);
    const before = await creates();
    trace.setGlobalTracerProvider(tracerProvider);
    metrics.setGlobalMeterProvider(meterProvider);
    await call();
    expect(callSpans()).toMatchObject([{ name: 'create :memory:' }]);
    expect(await creates()).toBe(before + 1);
  });

  test('leaves calls alone that were under way', async () => {
    const { promise: isLocked, resolve: unlock } = Promise.withResolvers<void>();
    const store = await SqliteStore.open(':memory:');
    const waiting = alteredStore(store, {
      touch: async (params: WriteParams) => {
        await isLocked;
        return store.touch(params);
      },
    });
    const session = await JSONSession.create({ store: waiting });
    const seen: unknown[] = [];
    const note = (begun: unknown): void => {
      seen.push(begun);
    };
    const { start } = tracingChannel('agents-json-session:call');
    start.subscribe(note);
    const touch = session.touch();
    await until('it has begun', () => seen.length === 1);
    start.unsubscribe(note);
    instrument();
    unlock();
    await touch;
    await store.close();
    expect(callSpans()).toEqual([]);
    // It was heard of all the same.
    const touches = (await durations()).filter(
      ({ attributes }) =>
        attributes[ATTR_DB_OPERATION_NAME] === 'touch' &&
        attributes[ATTR_DB_NAMESPACE] === ':memory:',
    );
    expect(touches).toMatchObject([{ value: { count: 1 } }]);
  });
});
