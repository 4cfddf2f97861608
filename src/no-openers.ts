/**
 * What stands for `openers.ts` in edge runtimes and browsers.
 *
 * @module
 */
import { InvalidInputError } from './errors.ts';

/**
 * Opens nothing.
 *
 * @throws {@link InvalidInputError} (`invalid_input`) always.
 */
export async function findOpener(): Promise<never> {
  throw new InvalidInputError(
    'url',
    'no store is opened by a URL in an edge runtime or a browser: pass one as store',
  );
}
