/**
 * Turns of a conversation in one process, each with the session to itself.
 *
 * @module
 */
import { type Episode, perform, type Report } from './episode.ts';
import { openSession, type Setting } from './setting.ts';

/**
 * What a user says, turn by turn.
 */
export interface Turns extends Setting {
  readonly questions: readonly string[];
}

/** The answer to a question. */
export function answerTo(question: string): string {
  return `Re: ${question}`;
}

/**
 * Takes the turns. The run has a handle of its own, which the lock covers too.
 */
export async function takeTurns({ questions, ...setting }: Turns): Promise<Report[]> {
  await using session = openSession(setting);
  const reports: Report[] = [];
  for (const [index, input] of questions.entries()) {
    const calls = [{ tool: 'hold', city: 'Oslo', callId: `${input}-${index}` }] as const;
    const script = [{ calls }, { says: answerTo(input) }];
    const episode: Episode = { ...setting, script, input };
    reports.push(await session.exclusive(() => perform(episode), { wait: 60_000 }));
  }
  return reports;
}
