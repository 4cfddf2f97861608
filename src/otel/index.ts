/**
 * Spans and metrics for OpenTelemetry. It needs `@opentelemetry/api`.
 *
 * @module
 */
export {
  JSONSessionInstrumentation,
  type JSONSessionInstrumentationConfig,
} from './instrumentation.ts';
