/**
 * The rights that `docs/security.md` names.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

const TEXT = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');

/** The words of the rule behind the user's name. */
export function documentedRule(): string[] {
  const [, rule = ''] = /ACL SETUSER app ([^`]+)```/u.exec(TEXT) ?? [];
  return rule.split(/\s+/u).filter((word) => word !== '');
}

/** What is needed beside, by the words in front of it. */
export function documentedRights(lead: string): string[] {
  const [, rest = ''] = TEXT.split(`${lead}: \``);
  const [rights = ''] = rest.split('`');
  return rights.split(' ');
}
