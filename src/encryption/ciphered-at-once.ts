/**
 * How many texts are encrypted or opened at once: each takes a place in the queue of the runtime's cipher.
 *
 * @module
 */
export const CIPHERED_AT_ONCE = 500;
