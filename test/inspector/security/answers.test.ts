/**
 * What an answer holds, and what it tells of the store or the server.
 *
 * @module
 */
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';

import { Inspection } from '../inspection.ts';
import { attackedInspector, READS, refusalIn } from './attacked-inspector.ts';

const attacked = attackedInspector();

describe('every answer', () => {
  test('keeps a browser from doing more with it', async () => {
    for (const path of [...READS.filter((read) => !read.endsWith('events')), '/', '/nothing']) {
      const { headers } = await attacked.inspection.raw({ path });
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('of a store that cannot be reached tells nothing of it', async () => {
    const secrets = 'redis://someone:hunter2@127.0.0.1:1/3';
    const lost = await Inspection.begin({ url: secrets, timeoutMs: 300 });
    for (const path of [
      '/api/sessions',
      '/api/sessions/x',
      '/api/sessions/x/messages',
      '/api/stats',
    ]) {
      const answer = await lost.raw({ path });
      expect(answer.status).toBe(503);
      expect(refusalIn(answer)).toBe('store_unavailable');
      expect(answer.text).not.toMatch(/hunter2|someone|127|ECONN/u);
    }
  });
});

describe('a connection', () => {
  test.each([
    'GET /api/info HTTP/1.1\r\n\r\n',
    'GET /api/info HTTP/1.0\r\n\r\n',
    'NONSENSE\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ])('that sends %j gets an error, and the server lives', async (text) => {
    const socket = connect(attacked.inspection.served.port, '127.0.0.1');
    socket.end(text);
    let received = '';
    for await (const chunk of socket) received += String(chunk);
    expect(received).toMatch(/^HTTP\/1\.1 4\d\d /u);
    expect(received).not.toContain('version');
    expect(await attacked.inspection.get('/sessions/count')).toEqual({ count: 1 });
  });
});
