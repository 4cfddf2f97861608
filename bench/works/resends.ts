/**
 * What it costs the server to recognise resends: an append by its script, and by the same script without.
 *
 * @module
 */
import { append } from '../../src/stores/redis/scripts.generated.ts';
import { AppendCommand, checkApplied } from '../measuring/append-command.ts';
import { inTurn } from '../measuring/rounds.ts';
import { serverTimeOf } from '../measuring/server-time.ts';
import { ratioOf, spreadOf } from '../measuring/spread.ts';
import { newName, type Place } from '../place/place.ts';
import type { Row, Work } from './work.ts';

const WRITERS = [1, 8, 32];
const APPENDS = 128;

/** Server time of an append, by how many writers the document knows. */
export const RESENDS: Work = {
  name: 'resends',
  title: 'server time of an append',
  async measure(place, { rounds, warmUp }) {
    const without = await place.client.scriptLoad(withoutRecognition(append.source));
    const rows: Row[] = [];
    for (const writers of WRITERS) {
      const full = await appender(place, writers);
      const bare = await appender(place, writers, without);
      const times = await inTurn({ ours: full, theirs: bare }, { rounds, warmUp });
      rows.push({
        key: `resends/${writers}`,
        what: RESENDS.title,
        at: `known writers: ${writers}`,
        peer: 'the same without recognising resends',
        unit: 'µs',
        ours: spreadOf(times.ours),
        theirs: spreadOf(times.theirs),
        ratio: ratioOf(times.ours, times.theirs),
      });
    }
    return { rows };
  },
};

/** Gives a function that appends by each of the writers in turn, and says what one append takes. */
async function appender(
  place: Place,
  writers: number,
  script?: string,
): Promise<() => Promise<number>> {
  const name = newName();
  const commands: AppendCommand[] = [];
  for (let writer = 0; writer < writers; writer += 1) {
    commands.push(await AppendCommand.watch(place, name));
  }
  return async () => {
    const time = await serverTimeOf(place.client, async () => {
      for (let count = 0; count < APPENDS; count += 1) {
        await place.client.sendCommand(commands[count % writers]?.next(script) ?? []);
      }
    });
    await checkApplied(place, commands);
    return time / APPENDS;
  };
}

function withoutRecognition(source: string): string {
  const bare = source
    .replace("recognise(writers, ARGV[3], tonumber(ARGV[4])) ~= 'new'", 'false')
    .replace('  writers = record_write(writers, ARGV[3], ARGV[4])', "  writers = ''");
  const cuts = source.length - bare.length;
  if (cuts < 60) throw new Error('The script has changed: say anew what to leave out');
  return bare;
}
