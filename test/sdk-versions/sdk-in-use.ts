/**
 * Which version of the SDK is really in use.
 *
 * @module
 */
import { Agent as AgentOfAgents } from '@openai/agents';
import { Agent, AgentsError } from '@openai/agents-core';
import { ScriptedModel } from '@openai/agents-core/testing';
import { SessionError } from '../../src/errors.ts';

/**
 * What a process found of itself.
 */
export interface SdkInUse {
  readonly pid: number;
  /** The version of the package that `@openai/agents-core` resolves to. */
  readonly version: string;
  /** What is not of that version, though it should be. */
  readonly strangers: readonly string[];
}

async function load(url: URL): Promise<Record<string, unknown>> {
  return (await import(url.href)) as Record<string, unknown>;
}

/**
 * Looks at this process: at what each kind of import gives, and whether all are of one copy.
 */
export async function sdkInUse(): Promise<SdkInUse> {
  const entry = new URL(import.meta.resolve('@openai/agents-core'));
  const core = await load(entry);
  const testing = await load(new URL('testing/index.mjs', entry));
  const { METADATA } = await load(new URL('metadata.mjs', entry));
  const same: Record<string, boolean> = {
    '@openai/agents-core': core['Agent'] === Agent,
    '@openai/agents-core/testing': testing['ScriptedModel'] === ScriptedModel,
    '@openai/agents': core['Agent'] === AgentOfAgents,
    'src/': SessionError.prototype instanceof AgentsError && core['AgentsError'] === AgentsError,
  };
  const strangers = Object.keys(same).filter((name) => same[name] !== true);
  return { pid: process.pid, version: (METADATA as { version: string }).version, strangers };
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The version of the SDK that the project of a test is for. */
    sdkVersion: string;
  }
}
