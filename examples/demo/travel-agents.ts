/**
 * The agents of the demo: one that hands over to another, which has a tool.
 *
 * @module
 */
import { Agent, tool } from '@openai/agents';

const getForecast = tool({
  name: 'get_forecast',
  description: "Gives tomorrow's weather in a city.",
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  execute: (input) => `${(input as { city: string }).city} tomorrow: 4 °C and rain`,
});

/** The agent that Triage hands over to. */
export const travel: Agent = new Agent({
  name: 'Travel',
  instructions:
    'You help travellers to pack. Look at the forecast first. Answer in two sentences at most.',
  tools: [getForecast],
});

/** The agent that every conversation begins with. */
export const triage: Agent = new Agent({
  name: 'Triage',
  instructions: 'Hand questions about journeys over to Travel.',
  handoffs: [travel],
});
