/**
 * Appends where a server has no `JSON.MERGE`: the user of the client may not use it, which comes to the
 * same.
 *
 * @module
 */
import { LIST } from '../peers/list-session.ts';
import { JSON_SESSION } from '../peers/ours/redis-session.ts';
import type { Task } from '../peers/peer.ts';
import { connect } from '../place/client.ts';
import { newName } from '../place/place.ts';
import { comparedWork } from './compared-work.ts';
import { atMost } from './goal.ts';
import type { Work } from './work.ts';

const TASKS: readonly (readonly [task: Task, title: string, mostOfList: number])[] = [
  ['append', 'append 1 message', 1.75],
  ['append-turn', 'append a turn of 4 items, its agent and usage', 1.85],
];

/** The same as `append` and `append-turn`, at 1,000 messages. */
export const WITHOUT_MERGE: readonly Work[] = TASKS.map(([task, title, mostOfList]) => {
  const comparison = comparedWork({
    name: `${task}-without-merge`,
    title: `without JSON.MERGE: ${title}`,
    task,
    lengths: [1000],
    ours: JSON_SESSION,
    peers: [LIST],
    goals: { [LIST.name]: atMost(mostOfList) },
  });
  return {
    name: comparison.name,
    title: comparison.title,
    measure: async (place, pace) => {
      const client = await connect(place.url);
      const user = `bench-${newName()}`;
      try {
        await client.aclSetUser(user, ['on', 'nopass', '~*', '+@all', '-json.merge']);
        await client.auth({ username: user, password: 'none' });
        return await comparison.measure({ ...place, client }, pace);
      } finally {
        client.destroy();
        await place.client.aclDelUser(user);
      }
    },
  };
});
