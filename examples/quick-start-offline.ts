/**
 * Runs the quick start as it stands, without a key.
 */
import { answerOffline, says } from './offline-model.ts';

answerOffline(says('Hello, Ada.'), (items) => {
  const name = /My name is (?<name>\w+)/u.exec(JSON.stringify(items))?.groups?.['name'];
  return says(`Your name is ${name ?? 'not known to me'}.`);
});

await import('./quick-start.ts');
