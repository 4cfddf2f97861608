/**
 * An instance of a function, which is called for each argument and has nothing to do then.
 *
 * @module
 */
import { handler } from '../../../examples/recipes/lambda-handler.ts';
import { answerWith, counts } from './scripted-answers.ts';

const users = process.argv.slice(2);
answerWith(...users.map(() => counts()));
for (const user of users) {
  const headers = { 'x-user': user };
  const answer = await handler({ pathParameters: { id: 'lambda' }, headers, body: 'Hello' });
  console.log(JSON.stringify(answer));
}
