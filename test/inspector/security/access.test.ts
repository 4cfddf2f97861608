/**
 * Who may ask: with which token, at which host, from which page.
 *
 * @module
 */
import { describe, expect, test } from 'vitest';

import { createInspector, serveInspector } from '../../../src/inspector/index.ts';
import { Inspection } from '../inspection.ts';
import {
  attackedInspector,
  CHANGES,
  READS,
  refusalIn,
  SECRET,
  UNCHANGED,
} from './attacked-inspector.ts';

const attacked = attackedInspector();

describe('the token', () => {
  test.each([
    ['none', undefined],
    ['empty', ''],
    ['another scheme', (token: string) => `Basic ${token}`],
    ['a wrong one', () => `Bearer ${'x'.repeat(43)}`],
    ['the beginning of it', (token: string) => `Bearer ${token.slice(0, -1)}`],
    ['more than it', (token: string) => `Bearer ${token}x`],
    ['it twice', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['it without a scheme', (token: string) => token],
    ['a huge one', () => `Bearer ${'x'.repeat(10_000)}`],
  ])('%s opens nothing', async (_, authorization) => {
    const { Host = '' } = attacked.inspection.rightHeaders;
    const given =
      typeof authorization === 'function'
        ? authorization(attacked.inspection.served.token)
        : authorization;
    const headers = { Host, ...(given !== undefined && { Authorization: given }) };
    for (const path of READS)
      expect(refusalIn(await attacked.inspection.raw({ path, headers }))).toBe('unauthorized');
    for (const path of CHANGES) {
      const sent = { method: 'POST', path, headers, body: '{}' };
      expect(refusalIn(await attacked.inspection.raw(sent))).toBe('unauthorized');
    }
    const gone = { method: 'DELETE', path: '/api/sessions/secret', headers };
    expect(refusalIn(await attacked.inspection.raw(gone))).toBe('unauthorized');
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });

  test('is looked for nowhere else', async () => {
    const { token } = attacked.inspection.served;
    const { Host = '' } = attacked.inspection.rightHeaders;
    const path = `/api/info?token=${token}&access_token=${token}`;
    const headers = { Host, Cookie: `token=${token}`, 'X-Token': token };
    expect(refusalIn(await attacked.inspection.raw({ path, headers }))).toBe('unauthorized');
  });

  test('is another one for each inspector, and as long as it must be', async () => {
    const other = await Inspection.begin(attacked.store);
    expect(other.served.token).not.toBe(attacked.inspection.served.token);
    expect(Buffer.from(other.served.token, 'base64url')).toHaveLength(32);
    for (const token of [
      'short',
      'x'.repeat(31),
      `${'x'.repeat(40)} y`,
      `${'x'.repeat(40)}\n`,
      5,
    ]) {
      expect(() => createInspector({ token: token as string })).toThrow(
        expect.objectContaining({ code: 'invalid_input', field: 'token' }),
      );
    }
  });
});

describe('the host', () => {
  test.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1',
    '127.0.0.1:1',
    '0.0.0.0',
    'user@127.0.0.1',
    '127.0.0.1:80@evil.example',
    '[::1]evil',
    '',
  ])('%j is refused, with the right token too', async (host) => {
    for (const path of [...READS, '/', '/assets/x.js']) {
      const headers = { ...attacked.inspection.rightHeaders, Host: host };
      const answer = await attacked.inspection.raw({ path, headers });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).not.toBe(401);
      expect(answer.text).not.toContain(SECRET);
      // Node or its adapter refuse some by themselves, without a word.
      if (answer.text !== '') expect(refusalIn(answer)).toBe('forbidden_host');
    }
  });

  test('is refused where the line of the request names another one', async () => {
    const path = 'http://evil.example/api/info';
    const answer = await attacked.inspection.raw({ path });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('version');
  });

  test('is accepted by the names of this machine, and by those that are allowed', async () => {
    const { port } = attacked.inspection.served;
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
      const headers = { ...attacked.inspection.rightHeaders, Host: `${name}:${port}` };
      expect(await attacked.inspection.raw({ path: '/api/info', headers })).toMatchObject({
        status: 200,
      });
    }
    const other = await Inspection.begin({ ...attacked.store, allowedHosts: ['in.example'] });
    const headers = { ...other.rightHeaders, Host: 'in.example' };
    expect(await other.raw({ path: '/api/info', headers })).toMatchObject({ status: 200 });
  });
});

describe('the page of another host', () => {
  test.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    'file://',
    'http://127.0.0.1',
    'x',
  ])('of the origin %j gets nothing', async (origin) => {
    const headers = { ...attacked.inspection.rightHeaders, Origin: origin };
    for (const path of READS) {
      expect(refusalIn(await attacked.inspection.raw({ path, headers }))).toBe('forbidden_origin');
    }
    const types = { ...headers, 'Content-Type': 'application/json' };
    for (const path of CHANGES) {
      const sent = { method: 'POST', path, headers: types, body: '{}' };
      expect(refusalIn(await attacked.inspection.raw(sent))).toBe('forbidden_origin');
    }
    expect(await attacked.stored()).toMatchObject(UNCHANGED);
  });

  test.each(['cross-site', 'same-site', 'anything'])('is told by %j', async (site) => {
    const headers = { ...attacked.inspection.rightHeaders, 'Sec-Fetch-Site': site };
    for (const path of READS)
      expect(refusalIn(await attacked.inspection.raw({ path, headers }))).toBe('forbidden_origin');
  });

  test('learns nothing by a preflight', async () => {
    const headers = {
      ...attacked.inspection.rightHeaders,
      Origin: 'http://evil.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
    };
    const answer = await attacked.inspection.raw({ method: 'OPTIONS', path: '/api/info', headers });
    expect(refusalIn(answer)).toBe('forbidden_origin');
    expect([...answer.headers.keys()].join(' ')).not.toContain('access-control');
  });

  test('that is the own one gets what it asks', async () => {
    const headers = {
      ...attacked.inspection.rightHeaders,
      Origin: attacked.inspection.origin,
      'Sec-Fetch-Site': 'same-origin',
    };
    expect(await attacked.inspection.raw({ path: '/api/info', headers })).toMatchObject({
      status: 200,
    });
  });
});

describe('another host than this machine', () => {
  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.com'])('%s needs a token', async (host) => {
    await expect(serveInspector({ ...attacked.store, host })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'token',
    });
    await expect(
      serveInspector({ ...attacked.store, host, token: 'x'.repeat(31) }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'token',
    });
  });

  test('with one is asked at its addresses, and at no name', async () => {
    const token = 'long-enough-to-be-taken-for-a-token';
    const open = await Inspection.begin({ ...attacked.store, host: '0.0.0.0', token });
    const { port } = open.served;
    for (const [host, status] of [
      [`127.0.0.1:${port}`, 200],
      [`localhost:${port}`, 200],
      [`evil.example:${port}`, 403],
      [`0.0.0.0:${port}`, 403],
    ] as const) {
      const headers = { ...open.rightHeaders, Host: host };
      expect(await open.raw({ path: '/api/info', headers })).toMatchObject({ status });
    }
  });
});
