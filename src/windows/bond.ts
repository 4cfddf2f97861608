/**
 * Two positions in a conversation that must not be separated, the earlier one first.
 */
export type Bond = readonly [number, number];
