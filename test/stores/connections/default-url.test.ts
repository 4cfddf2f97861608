import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { JSONSession } from '../../../src/index.ts';
import { runScript } from '../../processes/run-script.ts';
import { temporaryFolder } from '../../processes/shared-stores.ts';
import { sharedRedisUrl } from '../../servers/shared-redis.ts';

const SCRIPT = `
  const session = new JSONSession({ sessionId: process.env.SESSION_ID ?? 's', ttl: 600 });
  await session.addMessage({ role: 'user', content: 'hello' }).then(
    () => console.log('stored'),
    (error) => console.log(error.code, error.field, error.message),
  );`;
const UNSET = { REDIS_URL: undefined, NODE_ENV: undefined };

describe('a session without URL', () => {
  test('is kept in .json-session/sessions.db under the working directory', async () => {
    const cwd = temporaryFolder();
    const end = await runScript(SCRIPT, { cwd, env: UNSET });

    expect(end).toMatchObject({ output: 'stored\n', errors: '', code: 0 });
    const path = join(cwd, '.json-session', 'sessions.db');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const session = await JSONSession.load('s', { url: `sqlite:${path}` });
    expect(await session.getItems()).toHaveLength(1);
    await session.close();
  });

  test('is found again by the next process', async () => {
    const cwd = temporaryFolder();
    await runScript(SCRIPT, { cwd, env: UNSET });
    const end = await runScript(
      `const session = await JSONSession.load('s');
      console.log((await session.getItems()).length);`,
      { cwd, env: UNSET },
    );
    expect(end).toMatchObject({ output: '1\n', errors: '', code: 0 });
  });

  test('is kept there too when REDIS_URL is empty', async () => {
    const cwd = temporaryFolder();
    const end = await runScript(SCRIPT, { cwd, env: { ...UNSET, REDIS_URL: '' } });
    expect(end.output).toBe('stored\n');
    expect(existsSync(join(cwd, '.json-session', 'sessions.db'))).toBe(true);
  });

  test.each([undefined, 'production'])(
    'is kept at REDIS_URL where that is set, with NODE_ENV %s',
    async (mode) => {
      const cwd = temporaryFolder();
      const sessionId = `test ${randomUUID()}`;
      const end = await runScript(SCRIPT, {
        cwd,
        env: { REDIS_URL: sharedRedisUrl(), NODE_ENV: mode, SESSION_ID: sessionId },
      });

      expect(end).toMatchObject({ output: 'stored\n', errors: '', code: 0 });
      expect(readdirSync(cwd)).toEqual([]);
      const session = await JSONSession.load(sessionId, { url: sharedRedisUrl() });
      expect(await session.getItems()).toHaveLength(1);
      await session.close();
    },
  );

  test('is refused in production without REDIS_URL, and nothing is created', async () => {
    const cwd = temporaryFolder();
    const end = await runScript(SCRIPT, { cwd, env: { ...UNSET, NODE_ENV: 'production' } });

    expect(end.output).toMatch(/^invalid_input url .*REDIS_URL/);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('a session with a SQLite URL', () => {
  test('is taken in production', async () => {
    const cwd = temporaryFolder();
    const end = await runScript(
      `const session = new JSONSession({ url: 'sqlite:data/a.db', sessionId: 's' });
      await session.addMessage({ role: 'user', content: 'hello' });
      console.log('stored');`,
      { cwd, env: { ...UNSET, NODE_ENV: 'production' } },
    );
    expect(end).toMatchObject({ output: 'stored\n', errors: '', code: 0 });
    expect(existsSync(join(cwd, 'data', 'a.db'))).toBe(true);
  });
});
