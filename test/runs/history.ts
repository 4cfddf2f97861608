/**
 * What is stored of a conversation, as a process sees it that had no part in it.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';
import { expect } from 'vitest';
import { SessionError } from '../../src/index.ts';
import { openSession, type Setting } from './setting.ts';

/**
 * Gives the items that are stored, and checks that the session counts them alike.
 */
export async function historyOf(setting: Setting): Promise<AgentInputItem[]> {
  await using session = openSession(setting);
  const items = await session.getItems();
  const { messageCount } = await session.getMetadata();
  expect(messageCount).toBe(items.length);
  return items;
}

/**
 * Tells whether there is no session.
 */
export async function isGone(setting: Setting): Promise<boolean> {
  await using session = openSession(setting);
  try {
    await session.getMetadata();
    return false;
  } catch (error) {
    if (error instanceof SessionError && error.code === 'session_not_found') return true;
    throw error;
  }
}
