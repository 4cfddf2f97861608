/**
 * A Redis that speaks nothing but TLS.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';

import { temporaryFolder } from '../processes/shared-stores.ts';
import { type RedisServer, startRedis } from '../servers/redis-server.ts';
import { Authority } from './certificates.ts';

/**
 * A running server.
 */
export interface TlsRedis {
  readonly port: number;
  /** The certificate of its authority, as PEM, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  readonly password: string;
  stop(): Promise<void>;
}

/**
 * Starts one whose certificate is for `localhost`.
 */
export async function startTlsRedis(password: string): Promise<TlsRedis> {
  const dir = temporaryFolder();
  const authority = new Authority();
  const { certificate, key } = authority.issue('localhost');
  const caFile = join(dir, 'ca.pem');
  writeFileSync(caFile, authority.certificate);
  writeFileSync(join(dir, 'server.pem'), certificate);
  writeFileSync(join(dir, 'server.key'), key, { mode: 0o600 });
  const server = await startRedis({ dir, args: ['--requirepass', password] });
  await switchToTls(server);
  const { port } = server;
  const stop = async (): Promise<void> => {
    // It answers no plain connection, so it cannot be asked to save first.
    server.kill('SIGKILL');
    await server.stop();
  };
  return { port, ca: authority.certificate, caFile, password, stop };
}

/** On the same port: under Docker no other one can be reached. */
async function switchToTls({ url, dir, port }: RedisServer): Promise<void> {
  const client = createClient({ url }).on('error', () => {});
  await client.connect();
  const settings = {
    'tls-cert-file': join(dir, 'server.pem'),
    'tls-key-file': join(dir, 'server.key'),
    'tls-ca-cert-file': join(dir, 'ca.pem'),
    'tls-auth-clients': 'no',
  };
  try {
    // Together: each alone is no complete configuration.
    await client.sendCommand(['CONFIG', 'SET', ...Object.entries(settings).flat()]);
    await client.configSet('port', '0');
    await client.configSet('tls-port', String(port));
  } catch (error) {
    throw new Error('The tests need a Redis that was built with TLS', { cause: error });
  } finally {
    client.destroy();
  }
}
