/**
 * Two copies of the SDK's core in one process: what is required is CommonJS, and the package imports
 * modules. A runner of either must work with a session.
 *
 * @module
 */
const required = require('@openai/agents');
const {
  assistantMessage,
  functionCall,
  modelError,
  ScriptedModel,
} = require('@openai/agents-core/testing');
const {
  closeStores,
  JSONSession,
  newestTurns,
  SessionError,
  tracked,
} = require('agents-json-session');

/** Marks what users say with who they are, which the run's context tells. */
class SignedSession extends JSONSession {
  prepareItems(items, runContext) {
    return items.map((item) => {
      if (item.role !== 'user' || String(item.content).includes(':')) return item;
      return { ...item, content: `${runContext?.context.user}: ${item.content}` };
    });
  }
}

function newWeather({ tool }) {
  return tool({
    name: 'weather',
    description: 'Tells the weather.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    execute: async () => 'Sunny.',
  });
}

const asksWeather = [functionCall('weather', {}, { callId: 'call_weather' })];
const handsOver = [functionCall('transfer_to_Travel', {}, { callId: 'call_handoff' })];
const answers = [assistantMessage('It is sunny.')];

/** A run that hands over, calls a tool and answers; what is stored of it. */
async function converse(sdk, sessionId) {
  const { Agent, Runner } = sdk;
  const travel = new Agent({
    name: 'Travel',
    tools: [newWeather(sdk)],
    model: new ScriptedModel([asksWeather, answers]),
  });
  const triage = new Agent({
    name: 'Triage',
    handoffs: [travel],
    model: new ScriptedModel([handsOver]),
  });
  const session = new JSONSession({ sessionId });
  const runner = tracked(new Runner({ sessionInputCallback: newestTurns(2) }));
  const { finalOutput } = await runner.run(triage, 'How is Oslo?', { session });

  const { agentsUsed } = await session.getMetadata();
  const roles = (await session.getMessages()).map(({ role }) => role);
  const current = await session.currentAgent([triage, travel]);
  return { finalOutput, agentsUsed, roles, current: current.name };
}

/** A run that fails behind its tool and is tried again, as one job; what is stored of it. */
async function retry(sdk, sessionId) {
  const { Agent, RunContext, Runner } = sdk;
  const failure = new Error('overloaded');
  const agent = new Agent({
    name: 'Travel',
    tools: [newWeather(sdk)],
    model: new ScriptedModel([asksWeather, modelError(failure), answers]),
  });
  const session = new SignedSession({ sessionId });
  const runner = tracked(new Runner(), { keepFailedRuns: true });
  const ask = () => {
    const context = new RunContext({ user: 'ada' });
    return session.once('job', () => runner.run(agent, 'How is Oslo?', { session, context }));
  };
  const error = await ask().catch((caught) => caught);
  const statuses = [(await ask()).status, (await ask()).status];
  const said = (await session.getMessages()).map(({ role, content }) => [role, content]);
  return { failed: error === failure, statuses, said };
}

/** What a failure of the package is to a copy of the SDK. */
async function fail({ AgentsError }) {
  const error = await JSONSession.load('nobody').catch((caught) => caught);
  const { code } = error;
  return {
    code,
    isSessionError: error instanceof SessionError,
    ofThisCopy: error instanceof AgentsError,
  };
}

async function main() {
  const imported = await import('@openai/agents');
  const told = {
    isOneCopy: required.Runner === imported.Runner,
    required: [await converse(required, 'a'), await retry(required, 'b'), await fail(required)],
    imported: [await converse(imported, 'c'), await retry(imported, 'd'), await fail(imported)],
  };
  console.log(JSON.stringify(told));
  await closeStores();
}

main();
