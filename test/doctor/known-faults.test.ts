import { describe, expect, it } from 'vitest';
import { knownFaults } from '../../src/stores/redis/diagnosis/known-faults.ts';

function codesOf(product: string, version: string): string[] {
  return knownFaults(product, version).map(({ code }) => code);
}

/** The versions to update to, for the two groups of faults in Lua. */
function luaFixes(product: string, version: string): (string | undefined)[] {
  return knownFaults(product, version)
    .filter(({ code }) => code === 'lua_vulnerability')
    .map(({ message }) => /has it, (.+) does not/.exec(message)?.[1]);
}

describe('known faults by version', () => {
  it.each([
    ['Redis', '6.0.16', ['6.2.20', '7.2.14']],
    ['Redis', '6.2.19', ['6.2.20', '7.2.14']],
    ['Redis', '6.2.20', ['7.2.14']],
    ['Redis', '7.0.15', ['7.2.11', '7.2.14']],
    ['Redis', '7.2.10', ['7.2.11', '7.2.14']],
    ['Redis', '7.2.14', []],
    ['Redis', '7.4.1', ['7.4.6', '7.4.9']],
    ['Redis', '7.4.8', ['7.4.9']],
    ['Redis', '7.4.10', []],
    ['Redis', '8.0.3', ['8.0.4', '8.2.6']],
    ['Redis', '8.0.6', ['8.2.6']],
    ['Redis', '8.2.1', ['8.2.2', '8.2.6']],
    ['Redis', '8.4.2', ['8.4.3']],
    ['Redis', '8.6.3', []],
    ['Redis', '8.8.0', []],
    ['Redis', '8.10.0', []],
    ['Valkey', '8.1.3', ['8.1.4', '8.1.7']],
    ['Valkey', '8.1.9', []],
    ['Valkey', '9.0.3', ['9.0.4']],
    ['Valkey', '9.1.0', []],
    ['Dragonfly', '1.30.0', []],
  ])('%s %s: %j', (product, version, fixes) => {
    expect(luaFixes(product, version)).toEqual(fixes);
  });

  it.each(['7.4.1', '8.0.6', '8.6.4'])('Redis %s aborts on a JSONPath', (version) => {
    expect(codesOf('Redis', version)).toContain('jsonpath_abort');
  });

  it.each(['8.8.0', '8.10.0', '9.0.0'])('Redis %s does not', (version) => {
    expect(codesOf('Redis', version)).not.toContain('jsonpath_abort');
  });

  it('takes versions that are none for unknown', () => {
    expect(knownFaults('Redis', 'unstable')).toEqual([]);
    expect(knownFaults('Redis', '')).toEqual([]);
  });
});
