import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Played, playWeek } from '../e2e/automations-week.ts';
import { blameKeeper, doneTwice, renewalsByNobody } from '../e2e/week-blame.ts';
import { callerKey, callers } from '../e2e/week-callers.ts';
import { faults, people, restarts } from '../e2e/week-story.ts';
import type { Cadence } from '../e2e/week-timers.ts';
import { wrongs } from '../e2e/week-verdicts.ts';
import { looking, nothingSeen } from '../e2e/week-watch.ts';

/** One switch of the simulator set otherwise. */
export interface Switched {
  readonly name: string;
  readonly value: AssumptionValue;
}

/** What is played: some switches set otherwise, none for all at their defaults, and how often functions run. */
export interface Task {
  readonly switched: readonly Switched[];
  readonly cadence: Cadence;
  /** Faults beside those of the week. */
  readonly faults?: readonly Fault[];
}

/** What was seen in a play. */
export interface Sighting {
  /** Numbers by name, those that are zero left out. */
  readonly counts: Readonly<Record<string, number>>;
  /** What must not be, by name. */
  readonly wrongs: Readonly<Record<string, readonly string[]>>;
  /** Switches that the world looked at, and whether it did so while scale-on-schedule ran. */
  readonly lookedAt: Readonly<Record<string, boolean>>;
}

/**
 * Length of a play in days: from a Wednesday morning to a Saturday, so that every function has its hours; with scale-on-schedule at its deployed
 * pace, which takes ten times as long to play, to the next morning, so that it meets the steps of an evening and of a morning.
 */
const days: Readonly<Record<Cadence, number>> = { sparse: 3, scaling: 1.06, deployed: 3 };

/** Plays the example policy for some days, with the faults, restarts and people of the week. */
export async function sightingOf({ switched, cadence, faults: more = [] }: Task): Promise<Sighting> {
  const seen = nothingSeen();
  const { blames, onDecision } = blameKeeper();
  const lookedAt: Record<string, boolean> = {};
  const week = await playWeek({
    ...{ days: days[cadence], cadence, faults: [...faults, ...more], restarts, people: [...people, ...callers], hearsEvents: true },
    ...{ inspect: looking(seen), onDecision },
    assumptions: Object.fromEntries(switched.map(({ name, value }) => [name, value])),
    ...(switched.length === 0
      ? {
          onLookedAt: (name, running) => {
            lookedAt[name] = lookedAt[name] === true || running === 'scale-on-schedule';
          },
        }
      : {}),
  });
  try {
    const found = {
      ...(await wrongs(week, seen)),
      'people were blamed for what they did not do': [...blames, ...renewalsByNobody(week)],
      'something was done twice': doneTwice(week, new Set([callerKey.accessKeyId])),
    };
    return { counts: countsOf(week), wrongs: Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0)), lookedAt };
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
