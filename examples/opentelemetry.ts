/**
 * Spans of what a turn asks of its store, with OpenTelemetry. In a service the exporter is another one.
 */
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { JSONSession } from 'agents-json-session';
import { JSONSessionInstrumentation } from 'agents-json-session/opentelemetry';

const exporter = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor({ exporter })];
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const instrumentation = new JSONSessionInstrumentation();

await trace.getTracer('example').startActiveSpan('turn', async (turn) => {
  await using session = await JSONSession.open({ url: 'sqlite::memory:' });
  await session.addMessage({ role: 'user', content: 'A table for two?' });
  await session.getItems();
  turn.end();
});
instrumentation.disable();

const spans = exporter.getFinishedSpans();
const nameOf = (id: string | undefined): string =>
  spans.find((span) => span.spanContext().spanId === id)?.name ?? 'nothing';
for (const { name, parentSpanContext, attributes } of spans) {
  const { 'agents_json_session.result': result = '' } = attributes;
  console.log(`${name}, within ${nameOf(parentSpanContext?.spanId)}`, result);
}
