/**
 * What the paths of `query` look like when they reach a server: texts of callers in quotes alone.
 *
 * @module
 */

/** A name or text in its quotes. */
const TEXT = /"(?:[^"\\\p{Cc}]|\\["\\])*"|'[^'\\\p{Cc}]*'/gu;
const BOUND = String.raw`(?:-?\d{1,10})?`;
const SELECTOR = String.raw`\*|T(?:,T)*|-?\d{1,10}|${BOUND}:${BOUND}(?::\d{1,10})?|\?\(C\)`;
const PATH = new RegExp(String.raw`^\$(?:(?:\.\.)?\[(?:${SELECTOR})\]){0,16}$`, 'u');
/** What is put together to conditions, the innermost first. */
const CONDITIONS: readonly RegExp[] = [
  /@(?:\[T\])+(?:(?:[=!]=|[<>]=?)(?:T|-?\d{1,10}(?:\.\d+)?|true|false|null))?/gu,
  /\(C\)(?:(?:&&\(C\))+|(?:\|\|\(C\))+)/gu,
];

/**
 * Says whether a path is one that `query` prints, and of no more than the library puts together.
 */
export function isPrintedQuery(path: string): boolean {
  // Letters outside of quotes would be taken for what is put in here.
  if (/[CT]/u.test(path.replaceAll(TEXT, ''))) return false;
  let rest = path.replaceAll(TEXT, 'T');
  for (let before = ''; before !== rest;) {
    before = rest;
    for (const condition of CONDITIONS) rest = rest.replaceAll(condition, 'C');
  }
  return PATH.test(rest);
}
