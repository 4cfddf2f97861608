/**
 * The inspector from a shell.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { delimiter } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import { closeStores, JSONSession } from '../../src/index.ts';
import { ownPrefix, SHARED_STORES, temporaryFolder } from '../processes/shared-stores.ts';
import { CommandProcess, runCommand } from './command-process.ts';

const SECRET = 'what is said';
const TOKEN = 'a-token-of-mine-that-is-long-enough';

afterAll(closeStores);

describe.each(SHARED_STORES)('in %s', (_, urlOf) => {
  test('inspect serves until Ctrl-C, and prints nothing of what is stored', async () => {
    const place = { url: urlOf(), keyPrefix: ownPrefix() };
    const session = await JSONSession.create({ ...place, sessionId: 'x', userId: SECRET, ttl: 60 });
    await session.addMessage({ role: 'user', content: SECRET });
    const command = ['--url', place.url, '--prefix', place.keyPrefix, 'inspect'];
    const inspect = new CommandProcess(command);
    await inspect.until('\n');
    const { origin, ask } = await client(inspect);
    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
    expect(await (await ask('/sessions/x')).json()).toMatchObject({ metadata: { userId: SECRET } });
    const paths = ['/sessions', '/stats', '/nothing', '/sessions/lost', '/sessions?limit=x'];
    for (const path of paths) await (await ask(path)).text();
    expect((await ask('/sessions/x', 'DELETE')).status).toBe(403);
    const leave = new AbortController();
    const events = await ask('/sessions/x/events', 'GET', leave.signal);
    await events.body?.getReader().read();
    leave.abort();
    await (await ask('/info')).text();
    inspect.signal();
    const { code, output, errors } = await inspect.end;
    expect({ code, errors }).toEqual({ code: 130, errors: '' });
    expect(output).not.toContain(SECRET);
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});

/** What asks an inspector that has printed where it is. */
async function client(inspect: CommandProcess): Promise<{
  origin: string;
  token: string;
  ask: (path: string, method?: string, signal?: AbortSignal) => Promise<Response>;
}> {
  const printed = /(?<origin>http:\/\/[^/\s]+)\/#token=(?<token>[\w-]+)/u.exec(inspect.output);
  const { origin = '', token = '' } = printed?.groups ?? {};
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async (path: string, method = 'GET', signal?: AbortSignal): Promise<Response> =>
    fetch(`${origin}/api${path}`, { method, headers, ...(signal && { signal }) });
  return { origin, token, ask };
}

test('inspect opens the browser by a link that works once, and shows no token to others', async () => {
  const folder = temporaryFolder();
  const opened = `${folder}/opened`;
  mkdirSync(`${folder}/bin`);
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(`${folder}/bin/${name}`, `#!/bin/sh\necho "$@" > ${opened}\n`, { mode: 0o755 });
  }
  const url = `sqlite:${folder}/sessions.db`;
  await JSONSession.create({ url, sessionId: 'x' });
  const inspect = new CommandProcess(['--url', url, 'inspect', '--write'], {
    isTerminal: true,
    env: { PATH: `${folder}/bin${delimiter}${process.env['PATH'] ?? ''}` },
  });
  await inspect.until('Ctrl-C ends it.');
  const { origin, token, ask } = await client(inspect);
  expect(await (await ask('/info')).json()).toMatchObject({ write: true });
  while (!existsSync(opened) || readFileSync(opened, 'utf8') === '') await wait(20);
  const link = readFileSync(opened, 'utf8').trim();
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\/[\w-]{43}$/u);
  expect(link).not.toContain(token);
  const wrong = await fetch(`${origin}/open/${token}`, { redirect: 'manual' });
  expect(wrong.status).toBe(404);
  const first = await fetch(link, { redirect: 'manual' });
  expect(first.status).toBe(302);
  expect(first.headers.get('location')).toBe(`/#token=${token}`);
  expect(first.headers.get('cache-control')).toBe('no-store');
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(404);
});

test('inspect takes a token from the environment, and a port', async () => {
  const url = `sqlite:${temporaryFolder()}/sessions.db`;
  await JSONSession.create({ url, sessionId: 'x' });
  const env = { JSON_SESSION_TOKEN: TOKEN };
  const inspect = new CommandProcess(['--url', url, 'inspect', '--host', '0.0.0.0'], { env });
  await inspect.until('\n');
  expect(inspect.output).toContain(`/#token=${TOKEN}`);
  const port = /:(?<port>\d+)\//u.exec(inspect.output)?.groups?.['port'] ?? '';
  const second = await runCommand(['--url', url, 'inspect', '--host', '0.0.0.0', '--port', port], {
    env,
  });
  expect(second).toMatchObject({
    code: 2,
    output: '',
    errors: expect.stringMatching(/port.*in use/u),
  });
});

test.each([
  [['inspect', '--host', '0.0.0.0'], /token/u],
  [['inspect', '--token', 'short'], /token/u],
  [['inspect', '--port', '70000'], /port/u],
  [['inspect', '--allow-host', 'http://x'], /allowedHosts/u],
])('%j is refused', async (args, reason) => {
  const url = `sqlite:${temporaryFolder()}/sessions.db`;
  await JSONSession.create({ url, sessionId: 'x' });
  const refused = await runCommand(['--url', url, ...args]);
  expect(refused).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(reason) });
});
