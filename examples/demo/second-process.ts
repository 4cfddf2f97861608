/**
 * The second process of the demo: it knows a session's id, loads the session and goes on with it.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { describeFailure } from './failure.ts';
import { printFields, printHeading, printLine, printTranscript } from './print.ts';
import { agentNamed } from './travel-agents.ts';
import { takeTurn } from './turn.ts';

async function continueConversation(sessionId: string): Promise<void> {
  printHeading(`Process ${process.pid} loads the session and goes on`);
  await using session = await JSONSession.load(sessionId);
  const { messageCount, currentAgent } = await session.getMetadata();
  printLine(
    `  It finds ${messageCount} messages, and that ${currentAgent} is the current agent.\n`,
  );
  printTranscript(await takeTurn(session, agentNamed(currentAgent), 'What did I ask you before?'));

  printHeading('The metadata');
  const metadata = await session.getMetadata();
  printFields({
    session: metadata.sessionId,
    user: String(metadata.userId),
    created: metadata.createdAt.toISOString(),
    updated: metadata.updatedAt.toISOString(),
    messages: String(metadata.messageCount),
    agents: `${metadata.agentsUsed.join(', ')} (current: ${metadata.currentAgent}), told by trackAgent`,
    expires: `${metadata.ttl} seconds after the last write`,
  });
}

try {
  await continueConversation(process.argv[2] ?? '');
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exitCode = 1;
}
