/**
 * The demo: one process has a conversation with two agents, another one loads it and goes on.
 *
 *     npm run demo
 *     npm run demo -- document <session id>    prints the stored document
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { JSONSession } from 'agents-json-session';
import { chosenModel } from '../offline-model.ts';
import { chosenStore } from './choices.ts';
import { describeFailure } from './failure.ts';
import { printFields, printHeading, printLine, printTranscript } from './print.ts';
import { lookCommands, readStoredDocument } from './stored-document.ts';
import { takeTurn } from './turn.ts';
import { triage } from './travel-agents.ts';

const SECOND_PROCESS = join(import.meta.dirname, 'second-process.ts');
const ONE_DAY = 86_400;

async function runDemo(): Promise<void> {
  printHeading('agents-json-session');
  printFields({ store: chosenStore(), model: chosenModel() });

  const sessionId = await startConversation();
  await continueElsewhere(sessionId);

  printHeading('The stored document');
  for (const line of lookCommands(sessionId)) printLine(`  ${line}`);
}

async function startConversation(): Promise<string> {
  printHeading(`Process ${process.pid} creates a session and runs two agents`);
  const sessionId = `demo-${crypto.randomUUID().slice(0, 8)}`;
  await using session = await JSONSession.create({ sessionId, userId: 'ada', ttl: ONE_DAY });
  printTranscript(await takeTurn(session, triage, 'I fly to Oslo tomorrow. What should I pack?'));
  return sessionId;
}

/** Another process has nothing of this one but the session's id. */
async function continueElsewhere(sessionId: string): Promise<void> {
  const child = spawn(process.execPath, [SECOND_PROCESS, sessionId], { stdio: 'inherit' });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  if (exitCode !== 0) throw new Error('The second process failed');
}

async function printDocument(sessionId: string | undefined): Promise<void> {
  if (sessionId === undefined) throw new Error('Which one? npm run demo -- document <session id>');
  console.log(JSON.stringify(await readStoredDocument(sessionId), null, 2));
}

const [command, argument] = process.argv.slice(2);
try {
  if (command === 'document') await printDocument(argument);
  else await runDemo();
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exitCode = 1;
}
