/**
 * One run that is tracked: which agent is at work, which agent each item came from, and what was spent
 * and is not recorded yet.
 *
 * @module
 */
import type { AgentInputItem, RunContext, Usage } from '@openai/agents-core';

import type { Deadline } from '../deadline.ts';
import type { Handoff } from '../document/document.ts';
import type { RunRecord, UsageCounts } from '../store.ts';
import { HandoffLanding } from './handoff-landing.ts';
import {
  type FoundItem,
  type ItemOrigin,
  type ItemTrace,
  RunItems,
  type WriteKind,
} from './run-items.ts';
import { newMark, usageRecordedBy } from './run-mark.ts';
import { RunSpending } from './run-spending.ts';
import { generatedItems, type GeneratedItem } from './generated-items.ts';
import { isSpent, usageOf, usageSince } from './usage-counts.ts';
import { meter } from './usage-meter.ts';

/**
 * What a run tells of items that are about to be stored.
 */
export interface RunTrace extends ItemTrace {
  readonly record: RunRecord;
  /** To be called once the write was acknowledged. */
  readonly commit: () => void;
}

/**
 * Reads the marks of a session's document.
 */
export type MarkReader = (session: object, deadline?: Deadline) => Promise<string>;

/**
 * One run with one session; a run that goes on in the same process keeps its scope.
 */
export class RunScope {
  /** The session of the run: the handle that it is with now. */
  session: object;
  /** The same for all handles of the session. */
  readonly place: string;
  readonly #readMarks: MarkReader;
  readonly #items = new RunItems();
  readonly #spending = new RunSpending();
  readonly #agents: string[] = [];
  #agent: string | null = null;
  #context: RunContext | null = null;
  /** Whether an agent has begun since the run did: what it is given then is no one's. */
  #hasBegun = false;
  readonly #handoffs = new HandoffLanding();
  #hasStored = false;
  /** Spent since the agent at work began or was last stored; it goes to the last of its items. */
  #segmentTokens = 0;
  /** A write of which nobody knows yet whether it was applied. */
  #unconfirmed: { readonly mark: string; readonly commit: () => void } | null = null;
  /** A run that began in another process, of which it is not known yet how much is recorded. */
  #inherited: { readonly items: readonly AgentInputItem[]; readonly usage: UsageCounts } | null =
    null;

  /**
   * @param place - The same for all handles of the session.
   */
  constructor(session: object, place: string, readMarks: MarkReader) {
    this.session = session;
    this.place = place;
    this.#readMarks = readMarks;
  }

  /**
   * Tells whether a call of a session is one of this run.
   */
  isOf(session: object, context: RunContext): boolean {
    if (session !== this.session) return false;
    this.#meet(context);
    return this.#context === context;
  }

  /** The context of the run, once it is known. */
  get context(): RunContext | undefined {
    return this.#context ?? undefined;
  }

  /** Whether the run has stored anything. */
  get hasStored(): boolean {
    return this.#hasStored;
  }

  /**
   * Gives those of the items of the run that are not stored.
   */
  unstored(items: readonly AgentInputItem[]): AgentInputItem[] {
    return this.#items.unstored(items);
  }

  /**
   * Takes note of items that are stored without the SDK, which will hand them over once more.
   */
  keepBefore(items: readonly AgentInputItem[]): void {
    this.#items.keepBefore(items);
  }

  /**
   * Takes note of the input of a run that begins: what it holds of agents is of another run.
   */
  begin(input: readonly AgentInputItem[]): void {
    for (const item of input) this.#items.add(item, { agent: null, tokens: null });
  }

  /**
   * Takes over what a run did before it goes on from its state.
   *
   * @param isKnown - Whether this scope has been with the run from its start.
   */
  resume(state: object, isKnown: boolean): void {
    const { items, input, agent, context } = generatedItems(state);
    this.#items.takeOver(items, (unknown) => this.#originsOf(unknown));
    for (const item of [...items.map((one) => one.item), ...input]) this.#items.see(item);
    this.#hasBegun = true;
    this.#agent = agent;
    for (const name of [...items.map(agentOf), agent]) this.#use(name);
    this.#meet(context);
    if (!isKnown) {
      this.#items.inherit();
      this.#inherited = { items: items.map(({ item }) => item), usage: usageOf(context.usage) };
    }
  }

  /**
   * Takes note that an agent begins. What it is sent and was not there before came from the agent
   * before it.
   */
  startAgent(agent: string, turnInput: readonly AgentInputItem[], context: RunContext): void {
    this.#meet(context);
    const unseen = turnInput.filter((item) => this.#items.see(item));
    if (this.#hasBegun) this.#addSegment(unseen);
    this.#hasBegun = true;
    this.#handoffs.arrive();
    this.#agent = agent.toWellFormed();
    this.#use(this.#agent);
  }

  /**
   * Takes note that an agent hands the conversation over to another.
   */
  handOver({ from, to }: Handoff): void {
    this.#handoffs.leave({ from: from.toWellFormed(), to: to.toWellFormed() });
  }

  /**
   * Takes note of what was spent for the agent at work.
   */
  spend(usage: Usage): void {
    const counts = usageOf(usage);
    this.#spending.add(this.#agent, counts);
    this.#segmentTokens += counts.totalTokens;
  }

  /**
   * Gives what is known of items that are about to be stored.
   *
   * @param deadline - Of the call that stores them.
   */
  async trace(
    items: readonly AgentInputItem[],
    kind: WriteKind,
    deadline?: Deadline,
  ): Promise<RunTrace> {
    await this.#recall(deadline);
    const skip = this.#items.countKept(items, kind);
    const found = this.#items.find(items.slice(skip), kind, this.#agent);
    const handoffs = this.#handoffs.on(found.filter(isNew).map(({ item }) => item));
    // What the agent at work has spent stands on the last of its items.
    const last = found.findLastIndex(isNew);
    const segmentTokens = last === -1 ? 0 : this.#segmentTokens;
    const origins = found.map(({ item, origin }, index) => {
      const tokens = index === last ? tokensOrNull(segmentTokens) : origin.tokens;
      return withHandoff({ ...origin, tokens }, handoffs.get(item));
    });
    const spent = this.#spending.unrecorded;
    const mark = await this.#mark(items.at(-1));
    const answering = origins.findLast(({ agent }) => agent !== null)?.agent ?? null;
    // An agent that took over and failed has left nothing that says so: the answer is still its own.
    const taker = kind === 'keep' ? origins.at(-1)?.handoff?.to : undefined;
    const record = {
      agents: [...this.#agents],
      currentAgent: taker ?? answering,
      spent,
      mark,
    };
    return this.#attempt({ skip, origins, record }, () => {
      this.#items.keep(found, origins, kind);
      this.#hasStored = true;
      this.#segmentTokens -= segmentTokens;
      this.#handoffs.land(handoffs.values());
    });
  }

  /**
   * Gives what is left to be recorded where nothing is to be stored, or null where that is nothing.
   */
  async rest(): Promise<RunTrace | null> {
    await this.#recall();
    const spent = this.#spending.unrecorded;
    if (spent.length === 0) return null;
    const mark = await this.#mark(this.#items.newest);
    const record = { agents: [...this.#agents], currentAgent: null, spent, mark };
    return this.#attempt({ skip: 0, origins: [], record }, () => {});
  }

  #attempt(
    trace: Omit<RunTrace, 'commit'> & { readonly record: { readonly mark: string } },
    onCommit: () => void,
  ): RunTrace {
    const { record } = trace;
    const commit = (): void => {
      this.#unconfirmed = null;
      this.#spending.record(record.spent);
      onCommit();
    };
    this.#unconfirmed = { mark: record.mark, commit };
    return { ...trace, commit };
  }

  /** Finds out what of this run is recorded, where that is not known. */
  async #recall(deadline?: Deadline): Promise<void> {
    const inherited = this.#inherited;
    const unconfirmed = this.#unconfirmed;
    if (inherited === null && unconfirmed === null) return;
    const marks = await this.#readMarks(this.session, deadline);
    if (unconfirmed !== null && marks.includes(unconfirmed.mark)) unconfirmed.commit();
    if (inherited !== null) {
      const recorded = await usageRecordedBy(marks, inherited.items, inherited.usage);
      const rest = usageSince(inherited.usage, recorded ?? inherited.usage);
      if (isSpent(rest)) this.#spending.add(this.#agent, rest);
    }
    this.#unconfirmed = null;
    this.#inherited = null;
  }

  async #mark(last: AgentInputItem | undefined): Promise<string> {
    const spent = this.#context === null ? undefined : usageOf(this.#context.usage);
    return newMark(last, spent);
  }

  #addSegment(items: readonly AgentInputItem[]): void {
    const handoffs = this.#handoffs.on(items);
    for (const item of items) {
      const tokens = item === items.at(-1) ? tokensOrNull(this.#segmentTokens) : null;
      this.#items.add(item, withHandoff({ agent: this.#agent, tokens }, handoffs.get(item)));
    }
    this.#handoffs.land(handoffs.values());
    this.#segmentTokens = 0;
  }

  /** Of items that the run has generated and this has not seen. */
  #originsOf(generated: readonly GeneratedItem[]): ItemOrigin[] {
    this.#handoffs.land(generated.map(({ handoff }) => handoff));
    const last = generated.findLastIndex(({ agent }) => agent !== null && agent === this.#agent);
    const tokens = tokensOrNull(this.#segmentTokens);
    if (last !== -1) this.#segmentTokens = 0;
    return generated.map(({ agent, handoff }, index) =>
      withHandoff({ agent, tokens: index === last ? tokens : null }, handoff),
    );
  }

  #use(name: string | null): void {
    if (name !== null && !this.#agents.includes(name)) this.#agents.push(name);
  }

  #meet(context: RunContext): void {
    this.#context ??= context;
    if (this.#context === context) meter(context.usage);
  }
}

/** Of the agent at work, and not known before. */
function isNew({ place, origin }: FoundItem): boolean {
  return place === null && origin.agent !== null;
}

function agentOf({ agent }: GeneratedItem): string | null {
  return agent;
}

function withHandoff(origin: ItemOrigin, handoff: Handoff | undefined): ItemOrigin {
  return handoff === undefined ? origin : { ...origin, handoff };
}

/** A model that does not tell what it takes leaves entries as they are without a run. */
function tokensOrNull(tokens: number): number | null {
  return tokens === 0 ? null : tokens;
}
