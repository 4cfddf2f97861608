/**
 * The page itself: files that anybody may have, as there is nothing of a session in them.
 *
 * @module
 */
import type { Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import { getMimeType } from 'hono/utils/mime';

import { refusal } from '../api/failures.ts';
import type { PageFiles } from './page-files.ts';

const INDEX = 'index.html';
/** The name of such a file has a hash of what is in it. */
const HASHED = 'assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * Adds the routes.
 */
export function addPageRoutes(app: Hono, files: PageFiles): void {
  app.get('/*', async (context) => {
    const name = nameOf(context);
    if (name === null) return toFolder(context);
    return answer(context, files, name === '' ? INDEX : name);
  });
  app.all('/*', (context) => refusal(context, 405, 'method_not_allowed'));
}

async function answer(context: Context, files: PageFiles, name: string): Promise<Response> {
  const content = await files.read(name);
  if (content === null) {
    if (name === INDEX) return refusal(context, 503, 'page_missing');
    return refusal(context, 404, 'not_found');
  }
  context.header('Content-Type', getMimeType(name) ?? 'application/octet-stream');
  if (name.startsWith(HASHED)) context.header('Cache-Control', FOR_EVER);
  return context.body(content);
}

/**
 * Gives the name of the file that is asked for, from what the app is mounted at; null for that itself
 * without a slash, whose relative links would lead beside it.
 */
function nameOf(context: Context): string | null {
  const mountedAt = routePath(context).split('/').length - 1;
  const segments = context.req.path.split('/');
  return segments.length > mountedAt ? segments.slice(mountedAt).join('/') : null;
}

/** A relative link, for proxies that ask at another path than they are asked at. */
function toFolder(context: Context): Response {
  const { pathname } = new URL(context.req.url);
  return context.redirect(`${pathname.slice(pathname.lastIndexOf('/') + 1)}/`, 308);
}
