/**
 * Sample conversations, for the tests of the page and for its pictures.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { deflateSync, crc32 } from 'node:zlib';
import type { AgentInputItem } from '@openai/agents';
import { CompactingSession, JSONSession, type SessionStore } from '../../../src/index.ts';
import { calls, says } from '../../../examples/offline-model.ts';
import { takeTurn } from './sample-agents.ts';

/** Where sample sessions are put. */
export interface SamplePlace {
  readonly store: SessionStore;
  readonly keyPrefix: string;
}

const DAY = 86_400;

/** Two agents, tools, an image, reasoning and handoffs. */
export async function addSupportSession(place: SamplePlace, sessionId: string): Promise<void> {
  await using session = await JSONSession.create({
    ...place,
    sessionId,
    userId: 'ada@example.com',
    ttl: 30 * DAY,
  });
  await session.setAttributes({ title: 'Invoice 7 was paid twice', tags: ['billing'], tenant: 4 });
  await session.addItems([{ role: 'system', content: 'Answer in at most three sentences.' }]);
  await takeTurn(
    session,
    'Hello! My bank statement shows invoice 7 twice. Did I really pay it two times?',
    calls('transfer_to_Billing'),
    calls('find_payments', { invoice: 7, include: ['card', 'transfer'] }),
    says(
      'Yes, invoice 7 was paid twice: 20 € on 3 May and 20 € on 4 May.\n\nShall I send the second payment back to your card?',
    ),
  );
  await takeTurn(
    session,
    [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Yes, please. Here is the statement, in case you need it:' },
          { type: 'input_image', image: chartImage() },
        ],
      },
    ],
    calls('refund', { payment: '2026-05-04', amount: 20, currency: 'EUR' }),
    says(
      'Done. 20 € go back to your card within three days. This is the receipt:\n\n```json\n{ "refund": "r_81", "amount": 20, "currency": "EUR" }\n```\n\nYou find it under https://billing.example.com/refunds/r_81 as well.',
    ),
  );
  await session.addItems([
    {
      type: 'reasoning',
      content: [
        {
          type: 'input_text',
          text: 'The person may ask for the parcel next: the order of invoice 7 has not arrived yet.',
        },
      ],
    },
  ]);
  await takeTurn(
    session,
    'Great. And when does my parcel arrive?',
    calls('transfer_to_Shipping'),
    calls('track_parcel', { order: 'A-1009' }),
    says('It is on its way from Malmö to Oslo, and should be with you on Thursday, 7 May.'),
  );
  await takeTurn(
    session,
    'Can you also send me the invoice for the new order?',
    calls('transfer_to_Billing'),
    says('I have sent invoice 8 to ada@example.com. Is there anything else?'),
  );
}

/** A history that was compacted. */
export async function addCompactedSession(place: SamplePlace, sessionId: string): Promise<void> {
  await using session = await CompactingSession.create({
    ...place,
    sessionId,
    userId: 'grace@example.com',
    compact: async () => ({
      items: [
        { role: 'system', content: 'Said before: Grace plans a trip to Oslo in April.' },
      ] as AgentInputItem[],
    }),
    shouldCompact: ({ sessionItems }) => sessionItems.length >= 6,
  });
  await session.setAttributes({ title: 'A trip to Oslo' });
  await takeTurn(session, 'What is there to see in Oslo?', says('The fjord, and the opera house.'));
  await takeTurn(session, 'When is it warm?', says('From late April on.'));
  await takeTurn(session, 'Is the opera open then?', says('Yes, every day but Monday.'));
  await takeTurn(session, 'Where did I want to go?', says('To Oslo, in April.'));
}

/** Text from right to left, and long text. */
export async function addArabicSession(place: SamplePlace, sessionId: string): Promise<void> {
  await using session = await JSONSession.create({ ...place, sessionId, userId: 'ليلى' });
  await session.setAttributes({ title: 'متى تصل شحنتي؟' });
  await takeTurn(
    session,
    'مرحبا، متى تصل شحنتي رقم A-1009؟',
    calls('transfer_to_Shipping'),
    calls('track_parcel', { order: 'A-1009' }),
    says('الشحنة في الطريق من Malmö إلى Oslo، وتصل يوم الخميس.\nThank you for your patience.'),
  );
}

/** A turn that went well, and one whose model answers no more. */
export async function addFailedSession(place: SamplePlace, sessionId: string): Promise<void> {
  await using session = await JSONSession.create({ ...place, sessionId, userId: 'ada' });
  await takeTurn(session, 'Hello.', says('How can I help?'));
  await takeTurn(session, 'Where is my parcel?', calls('transfer_to_Shipping')).catch(() => {});
}

/** A fork, and one more turn on each side. */
export async function addForkedSessions(place: SamplePlace, sessionId: string): Promise<string> {
  await using session = await JSONSession.create({
    ...place,
    sessionId,
    userId: 'alan@example.com',
    ttl: 3000,
  });
  await takeTurn(
    session,
    'Write a haiku about databases.',
    says('Rows fall into place,\nan index whispers softly:\nfound in one more hop.'),
  );
  await takeTurn(
    session,
    'One about caches, please.',
    says('Warm memory waits.\nWhat was asked a breath ago\nis already there.'),
  );
  await using fork = await session.fork({ sessionId: `${sessionId}-shorter` });
  await takeTurn(
    session,
    'And one about locks.',
    says('One key, many doors.\nWho holds it walks in alone;\nthe rest learn to wait.'),
  );
  await takeTurn(
    fork,
    'And one about queues, in one line.',
    says('Each in turn, the slow line moves.'),
  );
  return fork.sessionId;
}

/** A long conversation: `count` messages, in turns of six. */
export async function addLongSession(
  place: SamplePlace,
  sessionId: string,
  count: number,
): Promise<void> {
  await using session = await JSONSession.create({ ...place, sessionId, userId: 'load' });
  const items = Array.from({ length: count }, (_, index) => longItem(index));
  for (let start = 0; start < count; start += 500) {
    await session.addItems(items.slice(start, start + 500));
  }
}

function longItem(index: number): AgentInputItem {
  const turn = Math.floor(index / 4);
  const callId = `call_${turn}`;
  switch (index % 4) {
    case 0:
      return { role: 'user', content: `Question ${turn}: how far is it to the next station?` };
    case 1:
      return { type: 'function_call', callId, name: 'distance', arguments: `{"to":${turn}}` };
    case 2:
      return {
        type: 'function_call_result',
        callId,
        name: 'distance',
        status: 'completed',
        output: `${turn} km`,
      };
    default: {
      const text = `It is ${turn} km. `.repeat(1 + (turn % 12));
      return { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text }] };
    }
  }
}

/**
 * Adds many small sessions of several people and agents.
 *
 * @param before - Is called before each of them.
 */
export async function addManySessions(
  place: SamplePlace,
  count: number,
  before?: (index: number) => void,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    before?.(index);
    const userId = `${['ada', 'grace', 'alan', 'barbara', 'edsger'][index % 5]}@example.com`;
    const sessionId = `chat-${String(index).padStart(4, '0')}`;
    await using session = new JSONSession({
      ...place,
      sessionId,
      userId,
      ...(index % 3 === 0 ? { ttl: 600 * (index + 1) } : {}),
    });
    const agent = ['Triage', 'Billing', 'Shipping'][index % 3] ?? 'Triage';
    await session.addMessage({ role: 'user', content: `Where is order A-${1000 + index}?` });
    await session.addMessage({
      role: 'assistant',
      content: 'It is on its way.',
      agent,
      tokens: 40 + ((index * 37) % 900),
    });
    await session.trackAgent(agent);
    await nextMillisecond();
  }
}

/** What is written before and after it has another time, so that the order of the newest is known. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await setImmediate();
}

/** A small picture of bars, made here so that none has to be kept. */
function chartImage(): string {
  const [width, height] = [240, 120];
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + width * 3, 0xff);
    row[0] = 0;
    for (let x = 0; x < width; x += 1) {
      const bar = Math.floor(x / 20);
      const isBar = x % 20 > 3 && height - y < 16 + ((bar * 53) % 90);
      const colour = bar === 4 || bar === 5 ? [0xe1, 0x1d, 0x48] : [0x63, 0x66, 0xf1];
      row.set(isBar ? colour : [0xf8, 0xf8, 0xfa], 1 + x * 3);
    }
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
