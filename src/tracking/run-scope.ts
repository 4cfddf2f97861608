import type { AgentInputItem } from '@openai/agents-core';
import type { Handoff } from '../document/document.ts';
import type { RunRecord } from '../store.ts';

/** Where an item comes from. */
export interface EntryOrigin {
  readonly agent: string | null;
  readonly tokens: number | null;
  readonly handoff?: Handoff;
}

/** What a run tells of items that are about to be stored. */
export interface RunTrace {
  readonly origins: readonly EntryOrigin[];
  readonly record: RunRecord;
  readonly commit: () => void;
}

/** One run. */
export interface RunScope {
  trace(items: readonly AgentInputItem[], kind?: 'append' | 'replace'): Promise<RunTrace>;
}
