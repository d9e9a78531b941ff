import type { AssumptionValue } from '../../simulator/assumptions.ts';
import { type Played, playWeek } from '../e2e/automations-week.ts';
import { faults, people, restarts } from '../e2e/week-story.ts';
import { wrongs } from '../e2e/week-verdicts.ts';
import { looking, nothingSeen } from '../e2e/week-watch.ts';

/** One switch of the simulator set otherwise; undefined: all at their defaults. */
export interface Switched {
  readonly name: string;
  readonly value: AssumptionValue;
}

/** What was seen in a play. */
export interface Sighting {
  /** Numbers by name, those that are zero left out. */
  readonly counts: Readonly<Record<string, number>>;
  /** What must not be, by name. */
  readonly wrongs: Readonly<Record<string, readonly string[]>>;
}

/** Length of a play in days: from a Wednesday morning to a Saturday, so that every function has its hours. */
const days = 3;

/** Plays the example policy for some days, with the faults, restarts and people of the week, under one switched assumption. */
export async function sightingOf(switched: Switched | undefined): Promise<Sighting> {
  const seen = nothingSeen();
  const assumptions = switched && { [switched.name]: switched.value };
  const week = await playWeek({ days, faults, restarts, people, inspect: looking(seen), ...(assumptions ? { assumptions } : {}) });
  try {
    return { counts: countsOf(week), wrongs: await wrongs(week, seen) };
  } finally {
    await week.simulator.close();
  }
}

function countsOf({ reports, simulator, bill, unsettled }: Played): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  const add = (name: string, count = 1): void => void (count > 0 && counts.set(name, (counts.get(name) ?? 0) + count));
  for (const report of reports) {
    for (const { outcome } of report.outcomes) add(`${report.function} ${outcome === 'unknown' ? 'unclear' : outcome}`);
    add(`${report.function} new holds`, report.newHolds.length);
    add(`${report.function} errors`, report.errors.length);
  }
  for (const [name, count] of Object.entries(unsettled)) add(`${name} still to change`, count);
  add('orders', bill.executed.length);
  for (const account of simulator.world.accounts.values()) {
    add('sessions ended by the service', account.statistics.sessionsInterrupted);
    for (const { statistics } of account.groupList) add('users turned away', statistics.deniedNoInstance);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
