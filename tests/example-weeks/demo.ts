import { readFileSync } from 'node:fs';
import { parseScenario } from '../../simulator/scenario.ts';
import type { WorldSeed } from '../../simulator/world/seed.ts';
import { dayMs } from '../fixtures/times.ts';

/**
 * Days on which people of a country stay away or come although the weekday says otherwise, in 2026 and on the first day of 2027: written down by
 * hand, so that neither the simulated users nor what is compared with the product depend on the product's calendars.
 */
export interface PeopleCalendar {
  /** Weekdays without work, `yyyy-MM-dd`. */
  readonly restdays: readonly string[];
  /** Weekend days with work. */
  readonly workdays: readonly string[];
}

/** As the State Council published it for 2026, with the closing day that the example policy adds. */
export const china: PeopleCalendar = {
  restdays: [
    ...['2026-01-01', '2026-01-02'],
    ...['2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20', '2026-02-23'],
    ...['2026-04-06', '2026-05-01', '2026-05-04', '2026-05-05', '2026-06-19', '2026-09-25'],
    ...['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'],
    ...['2026-12-31', '2027-01-01'],
  ],
  workdays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
};

/** The holidays that the example policy lists for Singapore, and New Year's Day of the year after, which it does not know. */
export const singapore: PeopleCalendar = {
  restdays: [
    ...['2026-01-01', '2026-02-17', '2026-02-18', '2026-04-03', '2026-05-01', '2026-05-27', '2026-06-01', '2026-08-10', '2026-11-09'],
    ...['2026-12-25', '2027-01-01'],
  ],
  workdays: [],
};

/** The calendar of an account of the demo. */
export const calendarOf = (account: string): PeopleCalendar => (account === '3234567890123456' ? singapore : china);

/** True where people work on a date. `weekday` counts from 1 on Monday. */
export function peopleWork({ restdays, workdays }: PeopleCalendar, date: string, weekday: number): boolean {
  return weekday > 5 ? workdays.includes(date) : !restdays.includes(date);
}

const file = new URL('../../simulator/scenarios/demo.json', import.meta.url);
const beijingMs = dayMs / 3;

/**
 * The demo's accounts as if they began at another instant: every date in them is moved by as many days, and their users know the holidays of
 * their country.
 */
export function demoFrom(startMs: number): WorldSeed {
  const text = readFileSync(file, 'utf8');
  const { start } = JSON.parse(text) as { readonly start: string };
  const local = new Date(startMs + beijingMs).toISOString();
  const movedMs = Date.parse(local.slice(0, 10)) - Date.parse(start.slice(0, 10));
  const moved = text.replaceAll(/\b20\d\d-\d\d-\d\d(?=T|")/g, (day) => new Date(Date.parse(day) + movedMs).toISOString().slice(0, 10));
  const { world } = parseScenario(moved, 'demo.json');
  const accounts = world.accounts.map((account) => ({ ...account, ...calendarOf(account.id) }));
  return { ...world, id: 'example-weeks', start: `${local.slice(0, 19)}+08:00`, accounts };
}
