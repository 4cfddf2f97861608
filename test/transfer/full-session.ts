/**
 * A session in which everything stands that one can hold.
 *
 * @module
 */
import { JSONSession, type JSONSessionOptions } from '../../src/index.ts';
import { SAMPLE_ITEMS } from '../../src/testing/sample-items.ts';

/** More than goes in one step of a write. */
const MANY = 1100;

/**
 * Makes the session.
 */
export async function fullSession(options: JSONSessionOptions): Promise<JSONSession> {
  const session = await JSONSession.create({ userId: 'ada', ttl: 5000, ...options });
  await session.addItems(SAMPLE_ITEMS.map(({ item }) => item));
  const said = Array.from(
    { length: MANY },
    (_, at) => ({ role: 'user', content: `${at}` }) as const,
  );
  await session.addItems(said);
  await session.replaceHistoryWithCompaction([{ role: 'user', content: 'in short' }]);
  const told = { agent: 'Billing', tokens: 12, operationId: 'first' };
  await session.addMessage({ role: 'assistant', content: 'Æ "🧭" \n', ...told });
  await session.trackAgent('Billing');
  await session.setAttributes({ title: 'Trip', tags: ['a', { b: [] }], none: {} });
  await session.setHandoffContext({ from: ['Triage', { deep: [[{}]] }] });
  return session;
}
