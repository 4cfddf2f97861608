/**
 * Spans and metrics of calls to stores.
 *
 * @module
 */
import {
  context,
  type Histogram,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import manifest from '../../package.json' with { type: 'json' };
import { CALL_CHANNEL } from '../telemetry/call-channel.ts';
import type { StoreCall } from '../telemetry/store-call.ts';
import { failureAttributes, sizeAttributes, spanName, startAttributes } from './call-attributes.ts';

/** What the conventions recommend, in seconds. */
const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * Options of {@link JSONSessionInstrumentation}.
 */
export interface JSONSessionInstrumentationConfig {
  /**
   * Whether it begins at once.
   *
   * @defaultValue `true`
   */
  enabled?: boolean;
  /**
   * Whether spans say which session they are about, as `gen_ai.conversation.id`. Session ids can say
   * something about a person.
   *
   * @defaultValue `false`
   */
  sessionIds?: boolean;
}

/**
 * Makes a span of each call to a store, a child of the span that is active where the call is made, and
 * records its duration in the histogram `db.client.operation.duration`. Neither holds anything of what
 * was said.
 *
 * Give it to `registerInstrumentations` or `NodeSDK` among the others; it needs none of their packages.
 * By itself it takes the global providers.
 *
 * @example
 * ```ts
 * import { JSONSessionInstrumentation } from 'agents-json-session/opentelemetry';
 *
 * const instrumentation = new JSONSessionInstrumentation({ sessionIds: true });
 * process.once('SIGTERM', () => instrumentation.disable());
 * ```
 */
export class JSONSessionInstrumentation {
  readonly instrumentationName: string = manifest.name;
  readonly instrumentationVersion: string = manifest.version;
  readonly #spans = new WeakMap<StoreCall, Span>();
  readonly #subscribers = {
    start: (call: StoreCall): void => this.#start(call),
    asyncEnd: (call: StoreCall): void => this.#end(call),
  };
  #config: JSONSessionInstrumentationConfig;
  #isEnabled = false;
  #tracerProvider: TracerProvider | null = null;
  #meterProvider: MeterProvider | null = null;
  #measured: { readonly provider: MeterProvider; readonly duration: Histogram } | null = null;

  constructor(config: JSONSessionInstrumentationConfig = {}) {
    this.#config = { enabled: true, ...config };
    if (this.#config.enabled === true) this.enable();
  }

  /** Begins, unless it has begun. Calls that are under way get no span. */
  enable(): void {
    if (!this.#isEnabled) CALL_CHANNEL?.subscribe(this.#subscribers);
    this.#isEnabled = true;
  }

  /** Ends. Spans of calls that are under way stay open. */
  disable(): void {
    if (this.#isEnabled) CALL_CHANNEL?.unsubscribe(this.#subscribers);
    this.#isEnabled = false;
  }

  /** Sets where spans go; left out, to the global provider. */
  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider;
  }

  /** Sets where metrics go; left out, to the global provider. */
  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
  }

  /** Sets the options; those of calls that are under way stay. */
  setConfig(config: JSONSessionInstrumentationConfig): void {
    this.#config = { enabled: true, ...config };
  }

  /** Gives the options. */
  getConfig(): JSONSessionInstrumentationConfig {
    return this.#config;
  }

  #start(call: StoreCall): void {
    const { instrumentationName: name, instrumentationVersion: version } = this;
    const sessionId = this.#config.sessionIds === true ? call.sessionId : undefined;
    const attributes = {
      ...startAttributes(call),
      ...(sessionId !== undefined && { 'gen_ai.conversation.id': sessionId }),
    };
    const tracer = (this.#tracerProvider ?? trace).getTracer(name, version);
    const span = tracer.startSpan(
      spanName(call),
      { kind: SpanKind.CLIENT, attributes },
      context.active(),
    );
    this.#spans.set(call, span);
  }

  #end(call: StoreCall): void {
    const failure = failureAttributes(call);
    const seconds = (call.durationMs ?? 0) / 1000;
    this.#duration().record(seconds, { ...startAttributes(call), ...failure });
    const span = this.#spans.get(call);
    if (span === undefined) return;
    span.setAttributes({ ...sizeAttributes(call), ...failure });
    if (call.error !== undefined) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: call.error.code });
    }
    span.end();
  }

  #duration(): Histogram {
    const { instrumentationName: name, instrumentationVersion: version } = this;
    // The global provider is another one when the SDK has started.
    const provider = this.#meterProvider ?? metrics.getMeterProvider();
    if (this.#measured?.provider !== provider) {
      const options = {
        description: 'Duration of database client operations.',
        unit: 's',
        advice: { explicitBucketBoundaries: DURATION_BUCKETS },
      };
      const meter = provider.getMeter(name, version);
      const duration = meter.createHistogram('db.client.operation.duration', options);
      this.#measured = { provider, duration };
    }
    return this.#measured.duration;
  }
}
