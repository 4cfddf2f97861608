/**
 * How this project starts another Node on its TypeScript.
 *
 * @module
 */

/** Node 22 strips types only when it is asked to, and both say that it is an experiment. */
export const NODE_FLAGS: readonly string[] = ['--experimental-strip-types', '--no-warnings'];
