/**
 * Documents as the Python class `JSONSession` of `redis-openai-agents` 0.1.0 writes them.
 *
 * @module
 */
import type { SessionDocument } from '../document/document.ts';

/** A document without what only this package writes. */
export type PythonDocument = Omit<SessionDocument, 'state' | 'operations' | 'attributes' | 'usage'>;

/** A conversation, one that was cleared, and one that was only created. */
export const PYTHON_DOCUMENTS: Readonly<
  Record<'py-chat' | 'py-cleared' | 'py-empty', PythonDocument>
> = {
  'py-chat': {
    session_id: 'py-chat',
    user_id: 'user_1',
    created_at: 1795357251.828879,
    updated_at: 1795357251.8356926,
    metadata: {
      current_agent: 'Planner',
      agents_used: ['Triage', 'Planner'],
      message_count: 5,
      total_tokens: 30,
    },
    messages: [
      {
        id: '95ba6110519349db',
        role: 'user',
        content: 'Hello, can you plan a trip to Oslo?',
        timestamp: 1795357251.8311594,
        agent: null,
        tokens: null,
      },
      {
        id: '7999b91e751e4767',
        role: 'assistant',
        content: 'Of course. Æ Ø Å 🧭 "quotes" and \\ backslashes.\nWhen?',
        timestamp: 1795357251.8324685,
        agent: 'Triage',
        tokens: 23,
      },
      {
        id: 'fba7ffddf4b244d0',
        role: 'user',
        content: 'In May.',
        timestamp: 1795357251.834256,
        agent: null,
        tokens: null,
      },
      {
        id: '4de9a7705b9c4878',
        role: 'assistant',
        content: 'Booked.',
        timestamp: 1795357251.8347323,
        agent: 'Planner',
        tokens: 7,
      },
      {
        id: '63985f3e5c4a4383',
        role: 'system',
        content: 'Be brief.',
        timestamp: 1795357251.8354156,
        agent: null,
        tokens: null,
      },
    ],
    handoff_context: null,
  },
  'py-cleared': {
    session_id: 'py-cleared',
    user_id: 'user_2',
    created_at: 1795357251.8362043,
    updated_at: 1795357251.839764,
    metadata: {
      current_agent: 'A',
      agents_used: ['A'],
      message_count: 1,
      total_tokens: 0,
    },
    messages: [
      {
        id: 'e849c9ed98204814',
        role: 'user',
        content: 'after clear',
        timestamp: 1795357251.8395102,
        agent: null,
        tokens: null,
      },
    ],
    handoff_context: null,
  },
  'py-empty': {
    session_id: 'py-empty',
    user_id: 'user_1',
    created_at: 1795357251.8187132,
    updated_at: 1795357251.8187132,
    metadata: {
      current_agent: null,
      agents_used: [],
      message_count: 0,
      total_tokens: 0,
    },
    messages: [],
    handoff_context: null,
  },
};
