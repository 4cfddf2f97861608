/**
 * Runs the comparisons and writes the table of the README (`npm run bench`).
 *
 * @module
 */
import { fileURLToPath } from 'node:url';

import { startRedis } from '../test/servers/redis-server.ts';
import { benchRedis, benchResends } from './redis-bench.ts';
import { toTable, writeBetweenMarkers } from './report.ts';
import { benchSqlite } from './sqlite-bench.ts';

const server = process.env['REDIS_URL'] === undefined ? await startRedis() : null;
try {
  const url = server?.url ?? process.env['REDIS_URL'] ?? '';
  const table = toTable([...(await benchRedis(url)), ...(await benchSqlite())]);
  console.log(table);
  console.log(await benchResends(url));
  writeBetweenMarkers(fileURLToPath(new URL('../README.md', import.meta.url)), table);
} finally {
  await server?.stop();
}
