/**
 * Whether there is search, and whether an index takes in sessions.
 *
 * @module
 */
import type { ServerFacts } from '../../../doctor/diagnosis.ts';
import { type Checked, found } from './check.ts';
import type { RedisFinding } from './findings.ts';
import { fieldsOf, listOf, textOf } from './reply-shape.ts';

/**
 * Checks search on one server.
 *
 * @param place - Whether it is a node of a cluster with others; the name of an index that is nowhere, the
 * same for all nodes: at most one of them keeps its slot.
 */
export async function checkSearch(
  server: Checked,
  { isOneOfMany, noIndex }: { isOneOfMany: boolean; noIndex: string },
): Promise<{ findings: RedisFinding[]; search: ServerFacts['search'] }> {
  const list = await server.probe.ask('FT._LIST');
  if (list.kind === 'unknown') return { findings: [], search: false };
  if (list.kind !== 'reply') return { findings: [notChecked('+ft._list')], search: null };
  const names = listOf(list.reply).map(textOf);
  const findings = await checkIndexes(server, names);
  if (!isOneOfMany) return { findings, search: true };
  // Where no coordinator spreads a search over the nodes, the name of the index is taken for a key.
  const answer = await server.probe.ask('FT.SEARCH', noIndex, '*');
  if (answer.kind === 'denied') {
    return { findings: [...findings, notChecked('+ft.search')], search: true };
  }
  const isPerNode = answer.kind === 'error' && answer.name === 'MOVED';
  return { findings, search: isPerNode ? 'per-node' : true };
}

async function checkIndexes(server: Checked, names: readonly string[]): Promise<RedisFinding[]> {
  const findings: RedisFinding[] = [];
  for (const name of names) {
    const answer = await server.probe.ask('FT.INFO', name);
    if (answer.kind === 'denied') return [...findings, notChecked('+ft.info')];
    if (answer.kind === 'reply' && takesInSessions(answer.reply, server.keyPrefix)) {
      const message = `The search index ${JSON.stringify(name)} takes in session documents.`;
      findings.push(found('search_index_on_sessions', message));
    }
  }
  return findings;
}

function takesInSessions(about: unknown, keyPrefix: string): boolean {
  const definition = fieldsOf(fieldsOf(about).get('index_definition'));
  if (textOf(definition.get('key_type')).toUpperCase() !== 'JSON') return false;
  return listOf(definition.get('prefixes'))
    .map(textOf)
    .map((prefix) => (prefix === '*' ? '' : prefix))
    .some((prefix) => keyPrefix.startsWith(prefix) || prefix.startsWith(keyPrefix));
}

function notChecked(right: string): RedisFinding {
  return found('search_not_checked', `Search indexes could not be checked: ${right} is missing.`);
}
