/**
 * The script of our appends, sent by the client without this package around it: what is left of ours is the
 * package.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { JSONSession } from 'agents-json-session';
import { RedisStore } from 'agents-json-session/redis';

import { AppendCommand } from '../measuring/append-command.ts';
import type { BenchClient } from '../place/client.ts';
import { newName } from '../place/place.ts';
import { LocalConversation } from './local-conversation.ts';
import { SessionKeeper } from './ours/session-keeper.ts';
import type { Peer } from './peer.ts';

const TTL_SECONDS = 3600;

class ScriptKeeper extends SessionKeeper {
  readonly #client: BenchClient;
  readonly #command: AppendCommand;

  constructor(session: JSONSession, client: BenchClient, command: AppendCommand) {
    super(session);
    this.#client = client;
    this.#command = command;
  }

  override async fill(items: AgentInputItem[]): Promise<unknown> {
    return super.append(items);
  }

  override async append(): Promise<unknown> {
    const reply = await this.#client.sendCommand<string[]>(this.#command.next());
    // What is refused, or taken for a resend, is fast.
    if (reply[0] !== 'OK' || reply[4] !== '0') throw new Error(`It was not applied: ${reply[0]}`);
    return reply;
  }
}

/** Appends alone are of interest. */
export const SCRIPT_ALONE: Peer = {
  name: 'its script alone',
  label: 'its script alone',
  language: 'JavaScript',
  async open(place, length) {
    const { client, prefix } = place;
    const sessionId = newName();
    const store = new RedisStore(client);
    const command = await AppendCommand.watch(place, sessionId);
    const session = new JSONSession({ sessionId, store, keyPrefix: prefix, ttl: TTL_SECONDS });
    return LocalConversation.begin(sessionId, new ScriptKeeper(session, client, command), length);
  },
};
