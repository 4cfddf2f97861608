/**
 * What a request may say: its method, body, path and parameters.
 *
 * @module
 */
import { describe, expect, test } from 'vitest';

import { Inspection } from '../inspection.ts';
import { attackedInspector, CHANGES, READS, refusalIn, UNCHANGED } from './attacked-inspector.ts';

const attacked = attackedInspector();

test('a method that would leave its answer unread is none of the API', async () => {
  for (const path of READS) {
    expect(await attacked.inspection.raw({ method: 'HEAD', path })).toMatchObject({ status: 405 });
  }
});

describe('a change', () => {
  const body = JSON.stringify({ patch: { a: 1 }, toMessageId: 'x' });

  test.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/plain; application/json',
    'application/json-patch+json',
  ])('with the content type %j is refused', async (type) => {
    const { rightHeaders } = attacked.inspection;
    const headers = { ...rightHeaders, ...(type !== undefined && { 'Content-Type': type }) };
    for (const path of CHANGES) {
      const answer = await attacked.inspection.raw({ method: 'POST', path, headers, body });
      expect(refusalIn(answer)).toBe('unsupported_media_type');
    }
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });

  test.each(['GET', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'by the method %s does nothing',
    async (method) => {
      const headers = { ...attacked.inspection.rightHeaders, 'Content-Type': 'application/json' };
      for (const path of CHANGES) {
        const answer = await attacked.inspection.raw({ method, path, headers, body });
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
      expect(await attacked.stored()).toMatchObject(UNCHANGED);
    },
  );

  test('by a method that another header names does nothing', async () => {
    const override = { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'DELETE' };
    const headers = { ...attacked.inspection.rightHeaders, ...override };
    await attacked.inspection.raw({ path: '/api/sessions/secret?_method=DELETE', headers });
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });

  test('is refused where sessions can only be read, whatever it is', async () => {
    const reading = await Inspection.begin(attacked.store);
    const headers = { ...reading.rightHeaders, 'Content-Type': 'application/json' };
    for (const path of CHANGES) {
      expect(refusalIn(await reading.raw({ method: 'POST', path, headers, body }))).toBe(
        'read_only',
      );
    }
    expect(
      refusalIn(await reading.raw({ method: 'DELETE', path: '/api/sessions/secret', headers })),
    ).toBe('read_only');
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });

  test.each([
    ['with a length', {}],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
  ])('that is huge, sent %s, is refused', async (_, more) => {
    const huge = JSON.stringify({ patch: { a: 'x'.repeat(2_000_000) } });
    const { rightHeaders } = attacked.inspection;
    const headers = { ...rightHeaders, ...more, 'Content-Type': 'application/json' };
    const path = '/api/sessions/secret/attributes';
    const answer = attacked.inspection.raw({ method: 'POST', path, headers, body: huge });
    // The connection may be cut before all of it was sent.
    const outcome = await answer.catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof outcome === 'object') expect(refusalIn(outcome)).toBe('too_large');
    else expect(outcome).toMatch(/EPIPE|ECONNRESET/u);
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });

  test.each(['', '{', '[]', '"x"', 'null', '{"patch":{"a":1}', `{"patch":${'['.repeat(100_000)}`])(
    'with the body %j is refused',
    async (broken) => {
      const headers = { ...attacked.inspection.rightHeaders, 'Content-Type': 'application/json' };
      const path = '/api/sessions/secret/attributes';
      const answer = await attacked.inspection.raw({ method: 'POST', path, headers, body: broken });
      expect(refusalIn(answer)).toBe('invalid_input');
      expect(await attacked.stored()).toMatchObject(UNCHANGED);
    },
  );

  test('reaches no prototype', async () => {
    const headers = { ...attacked.inspection.rightHeaders, 'Content-Type': 'application/json' };
    const path = '/api/sessions/secret/attributes';
    const polluting = '{"__proto__":{"patch":{"a":1}},"constructor":{"prototype":{"b":1}}}';
    expect(
      refusalIn(await attacked.inspection.raw({ method: 'POST', path, headers, body: polluting })),
    ).toBe('invalid_input');
    expect({}).not.toHaveProperty('patch');
    expect({}).not.toHaveProperty('b');
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });
});

describe('a path', () => {
  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..\\..\\package.json',
    '/assets/../../package.json',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    '/assets/..%5c..%5cpackage.json',
    '/%00',
    '/index.html%00.js',
    '//etc/passwd',
    '/assets//etc/passwd',
    '/.git/config',
    '/%',
    '/%c0%ae%c0%ae/',
    '/__proto__',
    '/constructor',
  ])('%j leads to no file', async (path) => {
    const answer = await attacked.inspection.raw({ path });
    expect([400, 404, 503]).toContain(answer.status);
    expect(answer.text).not.toMatch(/agents-json-session"|root:|\[core\]/u);
    expect(answer.headers.get('location')).toBeNull();
  });

  test.each([
    '/api/sessions/%00',
    '/api/sessions/%ff%fe',
    '/api/sessions/%',
    `/api/sessions/${'x'.repeat(513)}`,
    `/api/sessions/${'%F0%9F%98%80'.repeat(200)}`,
    '/api/sessions/=',
    '/api/sessions/%ED%A0%80',
  ])('with the id of %j is refused', async (path) => {
    const answer = await attacked.inspection.raw({ path });
    expect(refusalIn(answer)).toBe('invalid_input');
    expect(JSON.parse(answer.text)).toMatchObject({ error: { field: 'sessionId' } });
  });

  test.each([
    '/api/sessions/secret/messages/x',
    '/api/sessions/../sessions/secret',
    '/api/',
    '/api/sessions/',
    '/API/info',
    '/api/info/',
    '/api//info',
  ])('%j is what it says, and needs a token all the same', async (path) => {
    const { Host = '' } = attacked.inspection.rightHeaders;
    const answer = await attacked.inspection.raw({ path, headers: { Host } });
    expect(answer.text).not.toContain('version');
    expect([401, 404]).toContain(answer.status);
  });
});

describe('parameters', () => {
  test.each([
    ['/api/sessions?limit=1001', 'limit'],
    ['/api/sessions?limit=-1', 'limit'],
    ['/api/sessions?limit=99999999999999999999', 'limit'],
    ['/api/sessions?order=random', 'order'],
    ['/api/sessions?descending=1', 'descending'],
    ['/api/sessions?since=yesterday', 'since'],
    ['/api/sessions?cursor=nothing', 'cursor'],
    [`/api/sessions?user=${'x'.repeat(600)}`, 'user'],
    ['/api/sessions?user=%00', 'user'],
    [`/api/search?text=${'x'.repeat(1001)}`, 'text'],
    ['/api/search?text=a&role=root', 'role'],
    ['/api/search?text=a&limit=201', 'limit'],
  ])('of %s are refused', async (path, field) => {
    const answer = await attacked.inspection.raw({ path });
    expect(refusalIn(answer)).toBe('invalid_input');
    expect(JSON.parse(answer.text)).toMatchObject({ error: { field } });
  });

  test('that are huge end the request, and nothing else', async () => {
    const answer = attacked.inspection.raw({ path: `/api/sessions?user=${'x'.repeat(100_000)}` });
    // The server hangs up; whether its answer is read before that is a matter of luck.
    const outcome = await answer.catch((error: NodeJS.ErrnoException) => ({ status: error.code }));
    expect([431, 'ECONNRESET', 'EPIPE']).toContain(outcome.status);
    expect(await attacked.inspection.get('/sessions/count')).toEqual({ count: 1 });
  });
});
