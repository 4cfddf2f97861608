/**
 * An application whose model answers when the application is told to end.
 *
 * @module
 */
import { once } from 'node:events';
import { NestFactory } from '@nestjs/core';
import { Conversations, ConversationsModule } from '../../../examples/recipes/nestjs-module.ts';
import { answerWith, counts } from './scripted-answers.ts';

const app = await NestFactory.createApplicationContext(ConversationsModule, { logger: false });
app.enableShutdownHooks();
answerWith(
  counts(async () => {
    console.log('running');
    await once(process, 'SIGTERM');
  }),
);
// A server would keep the process alive.
const server = setInterval(() => {}, 1000);
process.once('SIGTERM', () => clearInterval(server));
console.log(await app.get(Conversations).answer('nestjs', 'ada', 'Hello'));
