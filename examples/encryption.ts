/**
 * A conversation that nobody can read in the store, and a key that is changed.
 */
import { type DecryptionError, JSONSession } from 'agents-json-session';
import { createKeyring, type Keyring, rewrap } from 'agents-json-session/encryption';
import { SqliteStore } from 'agents-json-session/sqlite';

// In production 32 random bytes of a secret store, the same in every process.
const [k1, k2] = [1, 2].map(() => crypto.getRandomValues(new Uint8Array(32))) as [
  Uint8Array,
  Uint8Array,
];
const store = await SqliteStore.open(':memory:');
const open = (encryption?: Keyring): JSONSession =>
  new JSONSession({ store, sessionId: 'chat-1', userId: 'ada', encryption });

const before = open(await createKeyring({ current: 'k1', keys: { k1 } }));
await before.addMessage({ role: 'user', content: 'My account is 12345.' });

// What the store has: roles, times and agents, but no text.
const snapshot = await store.read({
  key: 'session:chat-1',
  sessionId: 'chat-1',
  entries: { kind: 'all' },
});
const [stored] = snapshot?.entries ?? [];
console.log(`Stored: ${stored?.role} "${stored?.content}"`, Object.keys(stored?.item ?? {}));

// Without the key it cannot be read.
await open()
  .getMessages()
  .catch((error: DecryptionError) => console.log(`Without a keyring: ${error.problem}`));

// Another key takes over; then the first one can be thrown away.
const both = await createKeyring({ current: 'k2', keys: { k1, k2 } });
const { rewrapped } = await rewrap(open(both));
const after = open(await createKeyring({ current: 'k2', keys: { k2 } }));
const [message] = await after.getMessages();
console.log(`${rewrapped} message under k2: ${message?.content}`);
await store.close();
