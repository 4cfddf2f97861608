/**
 * What a request must be before anything is done for it.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { secureHeaders } from 'hono/secure-headers';

import { refusal } from '../api/failures.ts';
import { isSameSecret } from './access-token.ts';
import { type AllowedHost, isAllowedHost } from './allowed-hosts.ts';

/**
 * Sets the headers that keep a browser from doing more with an answer than it is for.
 */
export function protectingHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    // It is the business of whoever gives it a certificate.
    strictTransportSecurity: false,
  });
}

/**
 * Lets nobody keep an answer, other than files that say themselves that they never change.
 */
export const notStored: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  if (headers.get('Cache-Control')?.includes('immutable') === true) return;
  headers.set('Cache-Control', 'no-store');
};

/**
 * Refuses what was sent to another host, or by the page of another one.
 */
export function ownHostOnly(allowed: readonly AllowedHost[]): MiddlewareHandler {
  return async (context, next) => {
    const url = new URL(context.req.url);
    const host = context.req.header('host') ?? url.host;
    if (!isAllowedHost(host, allowed) || !isAllowedHost(url.host, allowed)) {
      return refusal(context, 403, 'forbidden_host');
    }
    const origin = context.req.header('origin');
    if (origin !== undefined && !isOrigin(origin, host)) {
      return refusal(context, 403, 'forbidden_origin');
    }
    return next();
  };
}

/**
 * Refuses what a browser says that another page has sent: pages of one machine are of one site, whatever
 * their ports.
 */
export const ownPageOnly: MiddlewareHandler = async (context, next) => {
  const site = context.req.header('sec-fetch-site') ?? 'none';
  if (site !== 'same-origin' && site !== 'none') return refusal(context, 403, 'forbidden_origin');
  return next();
};

/**
 * Refuses who does not know the token.
 */
export function tokenOnly(token: string): MiddlewareHandler {
  const message = { error: { code: 'unauthorized', message: 'The token is missing or wrong' } };
  return bearerAuth({
    verifyToken: (given) => isSameSecret(given, token),
    noAuthenticationHeader: { message },
    // The library says 400 by itself.
    invalidAuthenticationHeader: { message: (context) => context.json(message, 401) },
    invalidToken: { message },
  });
}

/** A proxy in front may speak TLS; that does not make another host of it. */
function isOrigin(origin: string, host: string): boolean {
  const url = URL.parse(origin);
  return (
    url !== null && url.host !== '' && url.host === URL.parse(`${url.protocol}//${host}`)?.host
  );
}
