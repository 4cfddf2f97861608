/**
 * The items of a run and where each comes from, found again in the form in which they are stored.
 *
 * @module
 */
import type { AgentInputItem } from '@openai/agents-core';

import type { Handoff } from '../document/document.ts';
import { isInput } from '../windows/turns.ts';
import { storedKey } from './stored-key.ts';

/**
 * Where an item comes from.
 */
export interface ItemOrigin {
  /** The agent that it came from, or whose call it answers; null for input. */
  readonly agent: string | null;
  /** What was spent for that agent, where this is the last of its items; else null. */
  readonly tokens: number | null;
  readonly handoff?: Handoff;
}

/**
 * What a run tells of items that are to be stored.
 */
export interface ItemTrace {
  /** How many of the items, from the first on, are stored already. */
  readonly skip: number;
  /** Where each of the others comes from. */
  readonly origins: readonly ItemOrigin[];
}

/**
 * An item that was looked for: where it comes from, and its place among the items of the run if it was
 * one of those.
 */
export interface FoundItem {
  readonly item: AgentInputItem;
  readonly origin: ItemOrigin;
  readonly place: number | null;
}

/**
 * How items are stored: behind those that are there, in the place of some of them, or of the whole
 * history, or behind them without the SDK, which will hand them over once more.
 */
export type WriteKind = 'append' | 'replace' | 'compact' | 'keep';

/**
 * The items of one run, in order.
 */
export class RunItems {
  readonly #seen = new WeakSet<AgentInputItem>();
  #origins: ItemOrigin[] = [];
  /** Of the items, by place. */
  #keys: (string | null)[] = [];
  /** The place behind the last one that was stored. */
  #next = 0;
  /** How many of the items are stored, from the first on. */
  #stored = 0;
  /** Whether the items are of another process, which may have stored any number of them. */
  #isInherited = false;
  /** Keys of items that are stored, though the SDK does not know that yet. */
  #kept: readonly (string | null)[] = [];
  #newest: AgentInputItem | undefined;

  /** The last item that was added. */
  get newest(): AgentInputItem | undefined {
    return this.#newest;
  }

  /**
   * Takes note of an object, and says whether it was seen the first time.
   */
  see(item: AgentInputItem): boolean {
    if (this.#seen.has(item)) return false;
    this.#seen.add(item);
    return true;
  }

  /**
   * Adds an item behind the others.
   */
  add(item: AgentInputItem, origin: ItemOrigin): void {
    this.#newest = item;
    this.#keys.push(storedKey(item));
    this.#origins.push(origin);
  }

  /**
   * Finds items that are about to be stored, in order. What is none of the known ones is the input, or
   * comes from the agent at work.
   */
  find(items: readonly AgentInputItem[], kind: WriteKind, agentAtWork: string | null): FoundItem[] {
    const start = kind === 'replace' ? 0 : this.#startOf(items);
    let next = start;
    return items.map((item) => {
      if (isInput(item)) return { item, origin: { agent: null, tokens: null }, place: null };
      // Calls are told apart by their ids, also where a filter has changed what stands around them.
      const place =
        this.#placeOf(item, next) ?? ('callId' in item ? this.#placeOf(item, start) : null);
      if (place === null) return { item, origin: { agent: agentAtWork, tokens: null }, place };
      next = Math.max(next, place + 1);
      return { item, origin: this.#origins[place] as ItemOrigin, place };
    });
  }

  /**
   * Takes over all items that the run has generated, in order; what is known of them stays.
   *
   * @param originOf - Gives the origins of those that are not known.
   */
  takeOver<T extends { readonly item: AgentInputItem }>(
    generated: readonly T[],
    originsOf: (unknown: readonly T[]) => readonly ItemOrigin[],
  ): void {
    const all = generated.filter(({ item }) => !isInput(item));
    const found = this.find(
      all.map(({ item }) => item),
      'replace',
      null,
    );
    const places = found.map(({ place }) => place);
    const unknown = originsOf(all.filter((_, index) => places[index] === null)).values();
    const others = [...this.#keys.keys()].filter((place) => !places.includes(place));
    // Nothing that is stored stands behind the last of them.
    const behind = (end: number): number =>
      end === 0
        ? 0
        : others.length + 1 + places.findLastIndex((place) => place !== null && place < end);
    this.#next = behind(this.#next);
    this.#stored = behind(this.#stored);
    this.#origins = [
      ...others.map((place) => this.#origins[place] as ItemOrigin),
      ...found.map(({ place, origin }) => (place === null ? unknown.next().value : origin)),
    ] as ItemOrigin[];
    this.#keys = [
      ...others.map((place) => this.#keys[place] ?? null),
      ...all.map(({ item }) => storedKey(item)),
    ];
    this.#newest = all.at(-1)?.item ?? this.#newest;
  }

  /**
   * Takes note that everything so far is of another process, and taken for stored.
   */
  inherit(): void {
    this.#isInherited = true;
    this.#stored = this.#origins.length;
  }

  /**
   * Gives those of the items of the run that are not stored.
   */
  unstored(items: readonly AgentInputItem[]): AgentInputItem[] {
    let next = 0;
    return items.filter((item) => {
      const place = this.#placeOf(item, next);
      if (place !== null) next = place + 1;
      return place === null || place >= this.#stored;
    });
  }

  /**
   * Takes note of items that are stored without the SDK, which will hand them over once more.
   */
  keepBefore(items: readonly AgentInputItem[]): void {
    this.#kept = [...this.#kept, ...items.map(storedKey)];
  }

  /**
   * Gives how many items at the start are stored already.
   */
  countKept(items: readonly AgentInputItem[], kind: WriteKind): number {
    if (kind !== 'append') return 0;
    let next = 0;
    const firstNew = items.findIndex((item) => {
      const place = this.#kept.indexOf(storedKey(item), next);
      next = place + 1;
      return place === -1;
    });
    return firstNew === -1 ? items.length : firstNew;
  }

  /**
   * Keeps what was stored of items that were found.
   */
  keep(found: readonly FoundItem[], origins: readonly ItemOrigin[], kind: WriteKind): void {
    for (const [index, { item, place }] of found.entries()) {
      const origin = origins[index] as ItemOrigin;
      if (place !== null) this.#origins[place] = origin;
      else if (!isInput(item)) this.add(item, origin);
    }
    const places = found.map(({ place }) => place ?? -1);
    const hasNew = found.some(({ item, place }) => place === null && !isInput(item));
    if (kind === 'keep') this.keepBefore(found.map(({ item }) => item));
    else this.#kept = [];
    this.#isInherited = false;
    this.#next = hasNew ? this.#origins.length : Math.max(this.#next, ...places.map((n) => n + 1));
    this.#stored = Math.max(this.#stored, this.#next);
  }

  /** The place of the first of the items that are to be stored next, or one before it. */
  #startOf(items: readonly AgentInputItem[]): number {
    const [first] = items;
    // A run that has stored nothing is stored from its input on.
    if (!this.#isInherited || first === undefined || isInput(first)) return this.#next;
    // Else what was not stored stands at the start of the items; most often that is nothing.
    const keys = items.map(storedKey);
    const places = [...this.#keys.keys(), this.#keys.length];
    const start = places.find((place) =>
      this.#keys.slice(place).every((key, index) => key === keys[index]),
    );
    return start ?? this.#next;
  }

  #placeOf(item: AgentInputItem, from: number): number | null {
    const key = storedKey(item);
    const place = key === null ? -1 : this.#keys.indexOf(key, from);
    return place === -1 ? null : place;
  }
}
