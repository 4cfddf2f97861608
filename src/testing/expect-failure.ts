/**
 * Checks of errors by what users may rely on: code and fields, never the class alone, since two copies
 * of the package can be loaded.
 *
 * @module
 */
import assert from 'node:assert/strict';
import type { AnySessionError, SessionErrorCode } from '../errors.ts';

type ErrorOf<C extends SessionErrorCode> = Extract<AnySessionError, { code: C }>;

/**
 * Checks that a call fails with an error of this code and these fields, and gives the error.
 */
export async function expectFailure<C extends SessionErrorCode>(
  code: C,
  call: () => unknown,
  fields: Partial<ErrorOf<C>> = {},
): Promise<ErrorOf<C>> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    assert.ok(error instanceof Error, 'what is thrown must be an Error');
    const found = error as ErrorOf<C>;
    if (found.code !== code) {
      throw new assert.AssertionError({
        message: `expected ${code}, but it failed with: ${String(error.stack)}`,
        actual: found.code,
        expected: code,
      });
    }
    assert.notEqual(found.message, '');
    for (const [field, value] of Object.entries(fields)) {
      assert.deepEqual(found[field as keyof ErrorOf<C>], value, `field ${field} of the error`);
    }
    return found;
  }
  throw new assert.AssertionError({
    message: `expected a failure with ${code}, but it gave ${typeof result}`,
    actual: result,
    expected: code,
  });
}
