/**
 * Times for people.
 *
 * @module
 */
import { signal } from '@preact/signals';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const FULL = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const CLOCK = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const DATE = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/** Unix milliseconds, once a second: what shows an age or a rest of time follows it. */
export const now = signal(Date.now());

/** The day that was last asked for, as most times in a row are of one. */
let lastDay = { start: 0, end: 0, name: '' };

/** Lets `now` go on. */
export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now();
  }, 1000);
}

/** Day and time, to the second. */
export function fullTime(time: string): string {
  return known(time, (date) => FULL.format(date));
}

/** `14:05` */
export function clockTime(time: string): string {
  return known(time, (date) => CLOCK.format(date));
}

/** `Thursday, November 26, 2026` */
export function fullDay(time: string): string {
  return known(time, (date) => DATE.format(date));
}

/** The day in the time zone of the reader, to compare. */
export function dayOf(time: string): string {
  const at = Date.parse(time);
  if (at >= lastDay.start && at < lastDay.end) return lastDay.name;
  return known(time, (date) => {
    const start = new Date(date).setHours(0, 0, 0, 0);
    const end = new Date(start).setHours(24);
    lastDay = { start, end, name: date.toDateString() };
    return lastDay.name;
  });
}

/** How long ago: `now`, `5m`, `3h`, `12d`, `2y`. */
export function age(time: string, at: number): string {
  const seconds = (at - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) return 'unknown';
  if (seconds < 5) return 'now';
  return duration(seconds);
}

/** How long until: `4m 09s`, `3h 20m`, `12d`. */
export function timeLeft(time: string, at: number): string {
  const seconds = Math.round((Date.parse(time) - at) / 1000);
  if (Number.isNaN(seconds)) return 'unknown';
  if (seconds <= 0) return 'expired';
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m ${pad(seconds % MINUTE)}s`;
  if (seconds < DAY)
    return `${Math.floor(seconds / HOUR)}h ${pad(Math.floor((seconds % HOUR) / MINUTE))}m`;
  return duration(seconds);
}

/** `45s`, `5m`, `3h`, `12d`, `2y` */
export function duration(seconds: number): string {
  if (seconds < MINUTE) return `${Math.floor(seconds)}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`;
  const days = Math.floor(seconds / DAY);
  return days < 730 ? `${days}d` : `${Math.floor(days / 365)}y`;
}

function pad(count: number): string {
  return String(count).padStart(2, '0');
}

function known(time: string, format: (date: Date) => string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'unknown time' : format(date);
}
