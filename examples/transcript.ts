/**
 * A conversation without the SDK's Runner: messages of your own, filters, attributes, metadata.
 */
import { JSONSession } from 'agents-json-session';

await using session = await JSONSession.create({ url: 'sqlite::memory:', userId: 'ada' });

const question = await session.addMessage({ role: 'user', content: 'A table for two?' });
await session.addMessage({ role: 'assistant', content: 'When?', agent: 'Booking', tokens: 4 });
await session.addMessage({ role: 'user', content: 'Tonight.' });
await session.addMessage({ role: 'assistant', content: 'Done.', agent: 'Booking', tokens: 3 });

const answers = await session.getMessages({ role: 'assistant', since: question.id, limit: 10 });
console.log(answers.map(({ agent, content }) => `${agent}: ${content}`));

await session.trackAgent('Booking');
await session.setHandoffContext({ table: 12 });
await session.setAttributes({ title: 'Dinner', tags: ['booking'] });
await session.setAttributes({ title: 'Dinner for two' });
console.log(await session.getMetadata());
console.log(await session.getHandoffContext());
