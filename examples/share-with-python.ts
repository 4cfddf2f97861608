/**
 * Goes on with a session of the Python class, and leaves it for Python to go on with:
 *
 *     session = JSONSession(session_id="py-chat", user_id="ada", redis_url=REDIS_URL)
 *     await session.create()
 *     await session.add_message("user", "Hello from Python")
 */
import { JSONSession } from 'agents-json-session';

const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379';
await using session = await JSONSession.load(process.argv[2] ?? 'py-chat', { url });

await session.addMessage({ role: 'assistant', content: 'Hello from TypeScript', agent: 'Greeter' });
await session.trackAgent('Greeter');

for (const { role, content } of await session.getMessages()) console.log(role, content);
console.log(await session.getItems());
