/**
 * Looks at the servers behind a client.
 *
 * @module
 */
import type { Deadline } from '../../../deadline.ts';
import type { Durability } from '../../../durability.ts';
import type { ServerFacts, StoreDiagnosis } from '../../../doctor/diagnosis.ts';
import { hasCode } from '../../../errors.ts';
import { randomHex } from '../../../random-ids.ts';
import { type RedisClientLike, toSender } from '../clients/client.ts';
import { trashKey } from '../writing/trash.ts';
import { type Checked, found } from './check.ts';
import { checkClock } from './check-clock.ts';
import { checkKeeping, checkKeptIndex, keptKinds } from './check-kept.ts';
import { checkPassword, checkRights } from './check-rights.ts';
import { checkSearch } from './check-search.ts';
import { checkSettings } from './check-settings.ts';
import type { RedisFinding } from './findings.ts';
import { knownFaults } from './known-faults.ts';
import { isClusterClient, knowsMasters, type Master, mastersOf } from '../clients/masters.ts';
import { Probe } from './probe.ts';
import { productOf, readServerInfo } from './server-info.ts';

/** Where a node has a third of the slots, one look in 10^11 finds none of its keys. */
const KEYS_TRIED = 64;

/** What is looked at. */
interface Looking {
  readonly keyPrefix: string;
  readonly deadline: Deadline;
  /** What writes of the store wait for. */
  readonly durability: Durability;
  /** Whether they keep what sessions are found by. */
  readonly isProjected: boolean;
  /** Whether they keep what messages are found by. */
  readonly isSearched: boolean;
}

/** What is known of the servers together. */
interface ClusterPlace {
  readonly isOneOfMany: boolean;
  /** The name of an index that is nowhere. */
  readonly noIndex: string;
}

/** What one server gave. */
interface Examined {
  readonly name: string;
  readonly findings: RedisFinding[];
  facts: Omit<ServerFacts, 'nodes'>;
}

/**
 * Looks at every master that the client leads to, all at once. It changes nothing.
 */
export async function diagnoseRedis(
  client: RedisClientLike,
  looking: Looking,
): Promise<StoreDiagnosis> {
  const { keyPrefix, deadline } = looking;
  const reached = knowsMasters(client) ? null : await reach(client, keyPrefix, deadline);
  if (reached !== null) return { server: { ...unknownFacts(), nodes: 0 }, findings: [reached] };
  const masters = mastersOf(client);
  const place = { isOneOfMany: masters.length > 1, noIndex: `none-${randomHex(16)}` };
  const examinations = masters.map((master) => examine(master, place, looking));
  const examined = await Promise.all(examinations);
  const findings = mergeFindings(examined);
  if (!isClusterClient(client)) {
    findings.push(...(await checkClient(client, keyPrefix, deadline)));
  }
  const server = mergeFacts(examined);
  if (server.search === 'per-node') {
    const message = 'The search module of this cluster looks at one node at a time.';
    findings.push(found('search_not_across_cluster', message));
  }
  findings.push(...(await checkLists(masters[0], server, looking)));
  return { server, findings };
}

async function checkLists(
  master: Master | undefined,
  { search }: ServerFacts,
  { keyPrefix, deadline, ...wanted }: Looking,
): Promise<RedisFinding[]> {
  if (master === undefined) return [];
  const place = { probe: new Probe(master.sender, deadline), keyPrefix };
  try {
    const findings = keptKinds(wanted).map((kind) => checkKeptIndex(kind, place, search));
    return (await Promise.all(findings)).flat();
  } catch (error) {
    // What does not answer has been found already.
    if (hasCode(error, 'store_unavailable')) return [];
    throw error;
  }
}

async function reach(
  client: RedisClientLike,
  keyPrefix: string,
  deadline: Deadline,
): Promise<RedisFinding | null> {
  try {
    await new Probe(toSender(client), deadline).ask('JSON.TYPE', freeKey(keyPrefix));
    return null;
  } catch (error) {
    return unavailable(error);
  }
}

async function examine(
  { name, sender }: Master,
  place: ClusterPlace,
  { keyPrefix, deadline, ...wanted }: Looking,
): Promise<Examined> {
  const examined: Examined = { name, findings: [], facts: unknownFacts() };
  const { findings } = examined;
  const probe = new Probe(sender, deadline);
  try {
    const info = await readServerInfo(probe);
    const product = productOf(info);
    examined.facts = { ...examined.facts, ...product };
    if (product === null) {
      findings.push(found('version_not_checked', 'The version of the server could not be read.'));
    }
    const key = await ownKey(probe, keyPrefix);
    const freeTrashKey = trashKey({ key, sessionId: key.slice(keyPrefix.length) });
    const keys = { keyPrefix, freeKey: key, freeTrashKey };
    const { durability } = wanted;
    const server = { probe, info, ...keys, durability, kept: keptKinds(wanted) };
    await examineServer(server, place, examined);
  } catch (error) {
    findings.push(unavailable(error));
  }
  return examined;
}

async function examineServer(
  server: Checked,
  place: ClusterPlace,
  examined: Examined,
): Promise<void> {
  const { findings } = examined;
  const rights = await checkRights(server);
  findings.push(...rights.findings);
  examined.facts = { ...examined.facts, json: rights.json };
  const { product, version } = examined.facts;
  const faults = product === null || version === null ? [] : knownFaults(product, version);
  findings.push(...faults.filter(({ code }) => code !== 'jsonpath_abort' || rights.json !== false));
  for (const check of [checkKeeping, checkPassword, checkSettings, checkClock]) {
    findings.push(...(await check(server)));
  }
  const search = await checkSearch(server, place);
  findings.push(...search.findings);
  examined.facts = { ...examined.facts, search: search.search };
}

/** A key that no session has and that this server would keep. */
async function ownKey(probe: Probe, keyPrefix: string): Promise<string> {
  let key = freeKey(keyPrefix);
  for (let tries = 1; tries < KEYS_TRIED; tries += 1) {
    const answer = await probe.ask('TYPE', key);
    if (answer.kind !== 'error' || answer.name !== 'MOVED') return key;
    key = freeKey(keyPrefix);
  }
  return key;
}

/** A client of one server that is a node among others gets some keys wrong. */
async function checkClient(
  client: RedisClientLike,
  keyPrefix: string,
  deadline: Deadline,
): Promise<RedisFinding[]> {
  const probe = new Probe(toSender(client), deadline);
  try {
    const mode = (await readServerInfo(probe)).get('redis_mode');
    if (mode === 'standalone') return [];
    for (let tries = 0; tries < KEYS_TRIED; tries += 1) {
      const answer = await probe.ask('TYPE', freeKey(keyPrefix));
      if (answer.kind === 'error' && answer.name === 'MOVED') {
        const message = 'The server is a node of a cluster, and the client talks to it alone.';
        return [found('cluster_needs_cluster_client', message)];
      }
      if (answer.kind !== 'reply') return [];
    }
    return [];
  } catch (error) {
    return [unavailable(error)];
  }
}

function freeKey(keyPrefix: string): string {
  return `${keyPrefix}doctor-${randomHex(16)}`;
}

function unavailable(error: unknown): RedisFinding {
  if (!hasCode(error, 'store_unavailable')) throw error;
  return found('server_unavailable', `${(error as Error).message}.`);
}

function unknownFacts(): Examined['facts'] {
  return { product: null, version: null, json: null, search: null };
}

/** Says a thing once, and where it holds when that is not everywhere. */
function mergeFindings(examined: readonly Examined[]): RedisFinding[] {
  const places = new Map<string, { finding: RedisFinding; names: string[] }>();
  for (const { name, findings } of examined) {
    for (const finding of findings) {
      const id = JSON.stringify([finding.code, finding.message]);
      const place = places.get(id) ?? { finding, names: [] };
      place.names.push(name);
      places.set(id, place);
    }
  }
  return [...places.values()].map(({ finding, names }) =>
    names.length === examined.length
      ? finding
      : found(finding.code, `${finding.message} (${names.join(', ')})`),
  );
}

function mergeFacts(examined: readonly Examined[]): ServerFacts {
  const facts = examined.map((one) => one.facts);
  const first = facts.find(({ product }) => product !== null) ?? unknownFacts();
  const json = facts.map((one) => one.json);
  const search = facts.map((one) => one.search);
  return {
    product: first.product,
    version: first.version,
    json: everywhere(json, [false, null, true]),
    search: everywhere(search, ['per-node', false, null, true]),
    nodes: examined.length,
  };
}

/** Of what servers say, the one that comes first in the order. */
function everywhere<T>(values: readonly T[], order: readonly T[]): T | null {
  return order.find((value) => values.includes(value)) ?? null;
}
