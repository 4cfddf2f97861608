/**
 * Makes a process use the lowest version of the SDK. For `node --import`.
 *
 * @module
 */
import { registerHooks } from 'node:module';
import { toLowestSdk } from './lowest-sdk.ts';

registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const lowest = toLowestSdk(specifier);
    if (!lowest) return nextResolve(specifier, context);
    return nextResolve(lowest.specifier, { ...context, parentURL: lowest.parent });
  },
});
