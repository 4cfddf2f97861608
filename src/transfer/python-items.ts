/**
 * Items of the SDK for Python in the form of the SDK for JavaScript.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import { InvalidInputError } from '../errors.ts';
import { isRecord } from '../document/is-record.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the SDK's session of conversations takes, which turns items of the API into its own. */
type ConversationsClient = NonNullable<
  NonNullable<
    ConstructorParameters<typeof import('@openai/agents').OpenAIConversationsSession>[0]
  >['client']
>;

/**
 * Gives items one after the other in the form of the SDK for JavaScript: by that SDK itself, which keeps as
 * `unknown` what it does not know, and sends it to models as it was. It needs the package
 * `@openai/agents`.
 */
export class PythonItems {
  /** Names of functions by the ids of their calls; a result does not name its function. */
  readonly #names = new Map<unknown, unknown>();
  #item: Fields = {};
  #session: { getItems(): Promise<AgentInputItem[]> } | null = null;

  /**
   * @param field - Names the item in the error.
   * @throws {@link InvalidInputError} (`invalid_input`) where it is no item.
   */
  async convert(value: unknown, field: string): Promise<AgentInputItem[]> {
    if (!isRecord(value)) throw new InvalidInputError(field, 'must be an object');
    const { type, call_id: callId, name } = value;
    if (type === 'function_call') this.#names.set(callId, name);
    const easy = easyMessage(value);
    if (easy !== null) return [easy];
    this.#item = withType(value);
    let items: AgentInputItem[];
    try {
      items = await (await this.#converter()).getItems();
    } catch {
      // Errors of the SDK can hold what was said.
      throw new InvalidInputError(field, 'is no item that the SDK can read');
    }
    return items.map((item) => this.#named(item));
  }

  #named(item: AgentInputItem): AgentInputItem {
    if (item.type !== 'function_call_result') return item;
    const name = this.#names.get(item.callId);
    return typeof name === 'string' ? { ...item, name } : item;
  }

  async #converter(): Promise<{ getItems(): Promise<AgentInputItem[]> }> {
    if (this.#session !== null) return this.#session;
    const { OpenAIConversationsSession } = await import('@openai/agents');
    const list = (): AsyncIterable<Fields> => one(this.#item);
    const client = { conversations: { items: { list } } } as unknown as ConversationsClient;
    this.#session = new OpenAIConversationsSession({ conversationId: 'import', client });
    return this.#session;
  }
}

/** Messages whose content is a string, which the SDK for Python makes of what a user says. */
function easyMessage({ type = 'message', role, content }: Fields): AgentInputItem | null {
  if (type !== 'message' || typeof content !== 'string') return null;
  if (role === 'assistant') {
    return { type, role, status: 'completed', content: [{ type: 'output_text', text: content }] };
  }
  if (role === 'user') return { type, role, content };
  // The SDK for JavaScript has one role for both.
  return role === 'system' || role === 'developer' ? { type, role: 'system', content } : null;
}

/** The type of a message can be left out. */
function withType(item: Fields): Fields {
  if (item['type'] !== undefined || item['role'] === undefined) return item;
  const { role } = item;
  const status = role === 'assistant' ? { status: 'completed' } : {};
  return { ...status, ...item, type: 'message', role: role === 'developer' ? 'system' : role };
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}
