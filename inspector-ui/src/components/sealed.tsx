/**
 * What stands in place of messages that cannot be read here.
 *
 * @module
 */
import type { JSX } from 'preact';
import { Empty } from './state.tsx';

/** Says why there are none, and what to do. */
export function Sealed(): JSX.Element {
  return (
    <Empty icon="lock" title="The messages are encrypted">
      The inspector has no key for them. Start it with <code>--keys</code>, or with the option{' '}
      <code>encryption</code>, to read them.
    </Empty>
  );
}
