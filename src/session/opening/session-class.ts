/**
 * Classes of sessions, and what their static methods take: a class that extends `JSONSession` can have
 * options of its own, and some of them can be required.
 *
 * @module
 */

/**
 * A class that is made from its options alone.
 *
 * @typeParam S - What its objects are.
 */
export type SessionClass<S> = new (options: never) => S;

/**
 * The options that loading a session takes, as the rest of a list of arguments.
 *
 * @typeParam C - The class that the session is to be of.
 */
export type LoadArguments<C extends SessionClass<unknown>> =
  [] extends ConstructorParameters<C>
    ? [options?: Omit<NonNullable<ConstructorParameters<C>[0]>, 'sessionId'>]
    : [options: Omit<ConstructorParameters<C>[0], 'sessionId'>];

/**
 * Makes a session. What the arguments hold is checked by its constructor.
 */
export function newSession<C extends SessionClass<unknown>>(
  sessionClass: C,
  options: readonly unknown[],
): InstanceType<C> {
  return new sessionClass(...(options as [never])) as InstanceType<C>;
}
