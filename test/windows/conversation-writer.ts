import type { AgentInputItem } from '@openai/agents-core';

import type { ConversationPlan, StepPlan, TurnPlan } from './conversation-plan.ts';
import {
  call,
  compaction,
  PAIR_KINDS,
  program,
  programOutput,
  result,
  said,
  searchCall,
  searchOutput,
  system,
  thought,
  user,
  webSearch,
} from './items.ts';

/**
 * A history and new input, and what is true of them by the way they were made.
 */
export interface Conversation {
  readonly history: readonly AgentInputItem[];
  readonly newItems: readonly AgentInputItem[];
  /** Items that must be sent together or not at all. */
  readonly bonds: readonly (readonly AgentInputItem[])[];
  /** Items of the history that must not be sent. */
  readonly orphans: ReadonlySet<AgentInputItem>;
  /** The turn that each item of the history stands in. */
  readonly turns: ReadonlyMap<AgentInputItem, number>;
}

/** Kinds of calls that have ids. */
const KINDS = Object.entries(PAIR_KINDS)
  .filter(([kind]) => !/without call id|of the provider$/.test(kind))
  .map(([, pair]) => pair);

/**
 * Writes the conversation of a plan. Use once.
 */
export class ConversationWriter {
  readonly #plan: ConversationPlan;
  readonly #items: AgentInputItem[] = [];
  readonly #bonds: AgentInputItem[][] = [];
  readonly #orphans = new Set<AgentInputItem>();
  readonly #turns = new Map<AgentInputItem, number>();
  /** What the model gives goes on from the reasoning that this list begins with. */
  #run: AgentInputItem[] | undefined;
  #late: { item: AgentInputItem; turn: number }[] = [];
  #turn = 0;
  #lastId = 0;

  constructor(plan: ConversationPlan) {
    this.#plan = plan;
  }

  write(): Conversation {
    const { isCompacted, turns, newInput } = this.#plan;
    if (isCompacted) this.#output(compaction('c'));
    for (const [index, turn] of turns.entries()) this.#writeTurn(turn, index === turns.length - 1);
    const newItems = this.#late.map(({ item }) => item);
    if (newInput === 'calls') newItems.push(...KINDS[0]!('new'));
    if (newInput === 'message') newItems.push(user('Again'));
    return {
      history: this.#items,
      newItems,
      bonds: this.#bonds,
      orphans: this.#orphans,
      turns: this.#turns,
    };
  }

  #writeTurn(plan: TurnPlan, isLast: boolean): void {
    const before = this.#items.at(-1);
    const isRow = before?.type === 'message' && before.role !== 'assistant';
    if (!isRow) this.#turn += 1;
    if (plan.isNoted) this.#input(system('Note'));
    this.#input(user('Again'));
    if (plan.isRepeated) this.#input(user('Again'));
    for (const [index, step] of plan.steps.entries()) {
      if (this.#plan.hasSameIds) this.#lastId = index * 10;
      this.#writeStep(step);
    }
    for (const { item } of this.#late.filter(({ turn }) => turn <= this.#turn)) this.#result(item);
    this.#late = this.#late.filter(({ turn }) => turn > this.#turn);
    if (plan.isInterrupted) {
      this.#input(system('Note'));
      this.#output(said('Noted'));
    }
    if (plan.isLost && !isLast) this.#orphan(thought('lost'));
  }

  #writeStep(plan: StepPlan): void {
    if (plan.kind === 'orphans') {
      this.#writeOrphans(plan);
      return;
    }
    for (let count = plan.thoughts; count > 0; count -= 1) this.#think(count === plan.thoughts);
    if (plan.kind === 'message') this.#output(said('Hi'));
    else if (plan.kind === 'web search') this.#search();
    else if (plan.kind === 'tool search') this.#searchTools(plan);
    else if (plan.kind === 'program') this.#runProgram(plan);
    else if (plan.kind === 'calls') this.#callInParallel(plan);
    // No later result is meant for it.
    else this.#output(call(`open_${this.#items.length}`));
  }

  #search(): void {
    this.#output(webSearch(this.#newId()));
    this.#output(said('Found'));
  }

  /** Searches without call ids. */
  #searchTools({ width, order }: StepPlan): void {
    const execution = order % 2 === 0 ? 'client' : 'server';
    const calls = Array.from({ length: width }, () =>
      searchCall(`search_${this.#items.length}`, execution),
    );
    for (const asked of calls) this.#output(asked);
    for (const asked of calls) {
      const answer = searchOutput(execution);
      if (execution === 'client') this.#result(answer);
      else this.#output(answer);
      this.#bonds.push([asked, answer]);
    }
  }

  #callInParallel({ width, order, delay }: StepPlan): void {
    const pairs = Array.from({ length: width }, (_, index) => {
      return KINDS[(order + index) % KINDS.length]!(this.#newId());
    });
    for (const [asked, answer] of pairs) {
      this.#output(asked);
      this.#bonds.push([asked, answer]);
    }
    // An open search would be answered by the next search that has no id.
    const isSearch = pairs.some(([asked]) => asked.type === 'tool_search_call');
    this.#answer(
      pairs.map(([, answer]) => answer),
      order,
      isSearch ? 0 : delay,
    );
  }

  #runProgram({ width, order, delay }: StepPlan, parent?: string): AgentInputItem[] {
    const id = this.#newId();
    const family = [program(id, parent)];
    this.#bonds.push(family);
    this.#output(family[0]!);
    const children = Array.from({ length: width }, () => this.#newId());
    family.push(...children.map((child) => this.#output(call(child, id))));
    if (parent === undefined && order % 3 === 0) {
      const nested: StepPlan = { kind: 'program', thoughts: 0, width: 1, order, delay: 0 };
      family.push(...this.#runProgram(nested, id));
    }
    const answers = children.map((child) => result(child, id));
    const output = programOutput(id, parent);
    family.push(...answers, output);
    if (this.#answer(answers, order, delay))
      this.#late.push({ ...this.#late.at(-1)!, item: output });
    else this.#result(output);
    return family;
  }

  /** Gives results in some order, one of them late; tells whether there was a late one. */
  #answer(answers: readonly AgentInputItem[], order: number, delay: number): boolean {
    const turned = [
      ...answers.slice(order % answers.length),
      ...answers.slice(0, order % answers.length),
    ];
    // Ids that come again would have the late result answer the wrong call.
    const isLate = delay > 0 && !this.#plan.hasSameIds;
    for (const item of isLate ? turned.slice(1) : turned) this.#result(item);
    if (isLate) this.#late.push({ item: turned[0]!, turn: this.#turn + delay });
    return isLate;
  }

  #writeOrphans({ width, order }: StepPlan): void {
    const gone = `gone_${this.#items.length}`;
    const child = `child_${this.#items.length}`;
    const results = KINDS.map((pair) => pair(gone)[1]);
    const orphans = [call(child, gone), result(child), result(child, gone), ...results];
    for (const item of orphans.slice(order % orphans.length).slice(0, width)) this.#orphan(item);
  }

  #orphan(item: AgentInputItem): void {
    this.#orphans.add(item);
    this.#add(item);
  }

  #think(isFirst: boolean): void {
    if (isFirst) this.#bonds.push((this.#run = []));
    this.#run?.push(this.#add(thought(this.#newId())));
  }

  #input(item: AgentInputItem): void {
    this.#run = undefined;
    this.#add(item);
  }

  #output(item: AgentInputItem): AgentInputItem {
    this.#run?.push(item);
    return this.#add(item);
  }

  #result(item: AgentInputItem): void {
    this.#run = undefined;
    this.#add(item);
  }

  #add(item: AgentInputItem): AgentInputItem {
    this.#turns.set(item, this.#turn);
    this.#items.push(item);
    return item;
  }

  #newId(): string {
    this.#lastId += 1;
    return `id_${this.#lastId}`;
  }
}
