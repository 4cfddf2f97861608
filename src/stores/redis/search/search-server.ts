/**
 * The server whose search finds the sessions of all of them.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import { randomHex } from '../../../random-ids.ts';
import type { RedisClientLike, RedisCommandSender } from '../clients/client.ts';
import { Probe } from '../diagnosis/probe.ts';
import { mastersOf } from '../clients/masters.ts';

/**
 * Gives a server that searches all, or null where each looks at its own keys only: the name of an index
 * is taken for a key there.
 */
export async function findSearchServer(
  client: RedisClientLike,
  deadline: Deadline,
): Promise<RedisCommandSender | null> {
  const [first, ...others] = mastersOf(client);
  if (first === undefined) return null;
  // At most one server keeps the slot of a name; with a name for each, every one could keep its own.
  const name = `none-${randomHex(16)}`;
  for (const { sender } of others.length > 0 ? [first, ...others] : []) {
    const answer = await new Probe(sender, deadline).ask('FT.SEARCH', name, '*');
    if (answer.kind === 'error' && answer.name === 'MOVED') return null;
  }
  return first.sender;
}
