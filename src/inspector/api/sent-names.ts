/**
 * What a request calls by another name than the library does.
 *
 * @module
 */
import { InvalidInputError } from '../../errors.ts';
import { failureCode } from './failures.ts';

/**
 * Makes a call; what it finds wrong is told by the name that the request has for it.
 *
 * @param names - By the names of the library.
 * @throws `InvalidInputError` (`invalid_input`).
 */
export async function withSentNames<T>(
  names: Readonly<Record<string, string>>,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw failureCode(error) === 'invalid_input'
      ? renamed(error as InvalidInputError, names)
      : error;
  }
}

function renamed(
  error: InvalidInputError,
  names: Readonly<Record<string, string>>,
): InvalidInputError {
  // A field can be a path: `attributes.title`.
  const [name = ''] = /^\w*/u.exec(error.field) ?? [];
  if (!Object.hasOwn(names, name)) return error;
  const field = `${names[name]}${error.field.slice(name.length)}`;
  const reason = error.message.slice(`Invalid ${error.field}: `.length);
  return new InvalidInputError(field, reason, { cause: error });
}
