/**
 * What every command gets: where the sessions are, where to write, and when to stop.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';

import { SessionDirectory } from '../directory/index.ts';
import { InvalidInputError, StoreUnavailableError } from '../errors.ts';
import { defaultStoreUrl, JSONSession } from '../index.ts';
import { acquireStore, type StoreHandle } from '../open-store.ts';
import type { Terminal } from './terminal/terminal.ts';

/**
 * Options of the program, which stand before or behind the name of a command.
 */
interface GlobalOptions {
  readonly url?: string;
  readonly prefix: string;
  readonly json?: boolean;
  readonly timeout: number;
}

/**
 * Options that say where a session or directory is, and how long it may take.
 */
export interface Place {
  readonly url: string;
  readonly keyPrefix: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly lingerMs: number;
}

/**
 * One run of a command.
 */
export class CommandContext {
  readonly terminal: Terminal;
  /** Ends with Ctrl-C. */
  readonly signal: AbortSignal;
  readonly url: string;
  readonly keyPrefix: string;
  /** Milliseconds for one call of the store. */
  readonly timeoutMs: number;
  /** Whether results are lines of JSON. */
  readonly isJson: boolean;

  /**
   * @throws `InvalidInputError` (`invalid_input`) where no store is named and none is the default.
   */
  constructor(command: Command, terminal: Terminal, signal: AbortSignal) {
    const { url, prefix, json, timeout } = command.optsWithGlobals<GlobalOptions>();
    this.terminal = terminal;
    this.signal = signal;
    this.url = url ?? defaultStoreUrl();
    this.keyPrefix = prefix;
    this.timeoutMs = timeout;
    this.isJson = json ?? !terminal.isInteractive;
  }

  /** The same run on another store. */
  at(url: string): CommandContext {
    const prototype = CommandContext.prototype;
    return Object.assign(Object.create(prototype) as CommandContext, this, { url });
  }

  /** Options of a session or a directory, which looks into what is there. */
  get place(): Place {
    checkThere(this.url);
    return this.newPlace;
  }

  /** Options of a session that may make a new file. */
  get newPlace(): Place {
    const { url, keyPrefix, timeoutMs, signal } = this;
    return { url, keyPrefix, timeoutMs, signal, lingerMs: 0 };
  }

  /** A directory of the sessions here. */
  directory(): SessionDirectory {
    return new SessionDirectory(this.place);
  }

  /**
   * Loads a session.
   *
   * @throws `SessionNotFoundError` (`session_not_found`).
   */
  async session(sessionId: string): Promise<JSONSession> {
    return JSONSession.load(sessionId, this.place);
  }

  /** The store of the sessions here, the same that they use. */
  async store(): Promise<StoreHandle> {
    return acquireStore(this.place.url, 0);
  }
}

/** Looking into sessions must not make a file: a mistyped name would look like an empty store. */
function checkThere(url: string): void {
  const path = /^sqlite:(?!:memory:$)(?<path>.+)$/isu.exec(url)?.groups?.['path'];
  if (path !== undefined && !existsSync(path)) {
    throw new StoreUnavailableError(
      `There is no file ${path}; name a store with --url or REDIS_URL`,
    );
  }
}

/**
 * Gives the whole number that an option or argument is.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option.
 */
export function wholeNumber(name: string): (text: string) => number {
  return (text) => {
    if (/^\d{1,15}$/u.test(text)) return Number(text);
    throw new InvalidInputError(name, 'must be a whole number');
  };
}

/**
 * Gives the seconds that an option means: `90s`, `15m`, `2h`, `7d`.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option.
 */
export function secondsOf(name: string): (text: string) => number {
  return (text) => {
    const length = lengthOf(text);
    if (length !== null) return length / 1000;
    throw new InvalidInputError(name, 'must be a time as 15m, 2h, 7d');
  };
}

/**
 * Gives the time that an option means: `2026-01-31`, `2026-01-31T12:00:00Z`, or how long ago, as `90s`,
 * `15m`, `2h`, `7d`.
 *
 * @throws `InvalidInputError` (`invalid_input`) naming the option.
 */
export function timeOf(name: string): (text: string) => Date {
  return (text) => {
    const ago = lengthOf(text);
    const time = ago === null ? Date.parse(text) : Date.now() - ago;
    if (Number.isFinite(time)) return new Date(time);
    throw new InvalidInputError(
      name,
      'must be a time as 2026-01-31 or 15m, 2h, 7d for how long ago',
    );
  };
}

/** Gives milliseconds, or null for what is no length of time. */
function lengthOf(text: string): number | null {
  const length = /^(?<count>\d{1,9})(?<unit>[smhd])$/u.exec(text)?.groups;
  if (length === undefined) return null;
  return Number(length['count']) * UNIT_MS[length['unit'] as keyof typeof UNIT_MS];
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
