/**
 * Makes the package's name mean its sources, so that examples run in tests as they stand and without
 * a build. For `node --import`.
 *
 * @module
 */
import { registerHooks } from 'node:module';

const SOURCES = new Map(
  Object.entries({
    'agents-json-session': '../../src/index.ts',
    'agents-json-session/directory': '../../src/directory/index.ts',
    'agents-json-session/encryption': '../../src/encryption/index.ts',
    'agents-json-session/inspector': '../../src/inspector/index.ts',
    'agents-json-session/redis': '../../src/stores/redis/index.ts',
    'agents-json-session/retention': '../../src/retention/index.ts',
    'agents-json-session/sqlite': '../../src/stores/sqlite/index.ts',
    'agents-json-session/opentelemetry': '../../src/otel/index.ts',
    'agents-json-session/testing': '../../src/testing/index.ts',
    'agents-json-session/transfer': '../../src/transfer/index.ts',
  }).map(([name, path]) => [name, new URL(path, import.meta.url).href]),
);

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(SOURCES.get(specifier) ?? specifier, context),
});
