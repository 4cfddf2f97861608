/**
 * Sessions, messages and tokens of each day.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Statistics } from '../api/types.ts';
import { theme } from '../shell/theme.ts';
import { whole } from '../text/numbers.ts';
import type { Plot } from './plot.ts';

const MEASURES = [
  { value: 'tokens', label: 'Tokens' },
  { value: 'messages', label: 'Messages' },
  { value: 'sessions', label: 'Sessions' },
] as const;

const DAY_MS = 86_400_000;
const FEWEST_DAYS = 14;

type Measure = (typeof MEASURES)[number]['value'];
type Day = [day: string, counts: Statistics['days'][string]];

/** The days on which sessions were created, with what became of them. */
export function DayPlot({ days }: { days: Statistics['days'] }): JSX.Element {
  const [measure, setMeasure] = useState<Measure>('tokens');
  const known = Object.entries(days).filter(([day]) => /^\d{4}-/u.test(day));
  return (
    <section class="card">
      <div class="card-head">
        <h2>By day</h2>
        <span class="dim">On which the sessions began, UTC</span>
        <span class="grow" />
        <div class="tabs" role="group" aria-label="Measure">
          {MEASURES.map(({ value, label }) => (
            <button
              key={value}
              type="button"
              aria-pressed={measure === value}
              onClick={() => setMeasure(value)}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      <DrawnPlot measure={measure} days={known} />
      <details class="as-table">
        <summary>As a table</summary>
        <DayTable days={known} />
      </details>
    </section>
  );
}

function DrawnPlot({ measure, days }: { measure: Measure; days: Day[] }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const values = valuesByDay(days, measure);
  useEffect(() => {
    let plot: Plot | undefined;
    let isEnded = false;
    const draw = async (): Promise<void> => {
      const { newPlot } = await import('./plot.ts');
      if (!isEnded && place.current !== null) plot = newPlot(place.current, measure, values);
    };
    void draw();
    return () => {
      isEnded = true;
      plot?.destroy();
    };
    // It is drawn anew when a number is another, not whenever numbers were read.
  }, [measure, values.join(), theme.value]);
  return (
    <div class="plot" ref={place} role="img" aria-label={`${measure} by day, as in the table`} />
  );
}

function DayTable({ days }: { days: Day[] }): JSX.Element {
  return (
    <div class="table-place" tabIndex={0} role="region" aria-label="Days">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Sessions</th>
            <th scope="col">Messages</th>
            <th scope="col">Tokens</th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(([day, { sessions, messages, tokens }]) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              <td>{whole(sessions)}</td>
              <td>{whole(messages)}</td>
              <td>{whole(tokens)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Times in seconds, and a value for each; days on which nothing began are among them. */
function valuesByDay(days: readonly Day[], measure: Measure): [number[], number[]] {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return [[], []];
  const known = new Map(days);
  const times: number[] = [];
  const values: number[] = [];
  const end = Date.parse(last[0]);
  const start = Math.min(Date.parse(first[0]), end - (FEWEST_DAYS - 1) * DAY_MS);
  for (let time = start; time <= end; time += DAY_MS) {
    times.push(time / 1000);
    values.push(known.get(new Date(time).toISOString().slice(0, 10))?.[measure] ?? 0);
  }
  return [times, values];
}
