import fc from 'fast-check';

/**
 * A part of a turn.
 */
export interface StepPlan {
  readonly kind:
    | 'message'
    | 'web search'
    | 'tool search'
    | 'program'
    | 'calls'
    | 'open call'
    | 'orphans';
  /** How many items of reasoning come first. */
  readonly thoughts: number;
  /** How many calls there are. */
  readonly width: number;
  /** Decides on kinds of calls, and on the order of their results. */
  readonly order: number;
  /** How many turns later a result comes: 0 for at once, and as new input after the last turn. */
  readonly delay: number;
}

/**
 * A turn of a conversation.
 */
export interface TurnPlan {
  /** A system message before that of the user. */
  readonly isNoted: boolean;
  /** The same message of the user twice. */
  readonly isRepeated: boolean;
  readonly steps: readonly StepPlan[];
  /** A system message in the middle of the turn. */
  readonly isInterrupted: boolean;
  /** Reasoning at the end that the next message of the user follows. */
  readonly isLost: boolean;
}

/**
 * A conversation.
 */
export interface ConversationPlan {
  readonly isCompacted: boolean;
  /** Whether the same call ids come again in each turn; no result is late then. */
  readonly hasSameIds: boolean;
  readonly turns: readonly TurnPlan[];
  readonly newInput: 'message' | 'nothing' | 'calls';
}

type StepKind = StepPlan['kind'];

const WHOLE: readonly StepKind[] = ['message', 'web search', 'tool search', 'program', 'calls'];
const BROKEN: readonly StepKind[] = [...WHOLE, 'calls', 'open call', 'orphans'];

function planWith(kinds: readonly StepKind[], isLost: boolean): fc.Arbitrary<ConversationPlan> {
  const step = fc.record<StepPlan>({
    kind: fc.constantFrom(...kinds),
    thoughts: fc.constantFrom(0, 0, 1, 2),
    width: fc.integer({ min: 1, max: 3 }),
    order: fc.nat(30),
    delay: fc.constantFrom(0, 0, 0, 0, 1, 3, 99),
  });
  const turn = fc.record<TurnPlan>({
    isNoted: fc.boolean(),
    isRepeated: fc.boolean(),
    steps: fc.array(step, { maxLength: 4 }),
    isInterrupted: fc.boolean(),
    isLost: isLost ? fc.boolean() : fc.constant(false),
  });
  return fc.record({
    isCompacted: fc.boolean(),
    hasSameIds: fc.boolean(),
    turns: fc.array(turn, { maxLength: 6 }),
    newInput: fc.constantFrom('message', 'message', 'nothing', 'calls'),
  });
}

/** Plans of conversations in which everything has what it belongs to. */
export const wholePlan: fc.Arbitrary<ConversationPlan> = planWith(WHOLE, false);

/** Plans of conversations in which something may be missing. */
export const brokenPlan: fc.Arbitrary<ConversationPlan> = planWith(BROKEN, true);
