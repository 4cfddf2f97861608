/**
 * The second process of the demo: it knows a session's id, loads the session and goes on with it.
 *
 * @module
 */
import { JSONSession } from 'agents-json-session';
import { describeFailure } from './failure.ts';
import { printFields, printHeading, printLine, printTranscript } from './print.ts';
import { travel, triage } from './travel-agents.ts';
import { takeTurn } from './turn.ts';

async function continueConversation(sessionId: string): Promise<void> {
  printHeading(`Process ${process.pid} loads the session and goes on`);
  await using session = await JSONSession.load(sessionId);
  const { messageCount, currentAgent } = await session.getMetadata();
  printLine(
    `  It finds ${messageCount} messages, and that ${currentAgent} is the current agent.\n`,
  );
  const agent = await session.currentAgent([triage, travel], triage);
  printTranscript(await takeTurn(session, agent, 'What did I ask you before?'));

  printHeading('The metadata');
  const metadata = await session.getMetadata();
  const { usage } = metadata;
  const byAgent = Object.entries(usage.agents).map(
    ([name, { totalTokens }]) => `${name} ${totalTokens}`,
  );
  printFields({
    session: metadata.sessionId,
    user: String(metadata.userId),
    created: metadata.createdAt.toISOString(),
    updated: metadata.updatedAt.toISOString(),
    messages: String(metadata.messageCount),
    agents: `${metadata.agentsUsed.join(', ')} (current: ${metadata.currentAgent})`,
    tokens: `${usage.totalTokens} in ${usage.requests} requests (${byAgent.join(', ')})`,
    expires: `${metadata.ttl} seconds after the last write`,
  });
}

try {
  await continueConversation(process.argv[2] ?? '');
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exitCode = 1;
}
