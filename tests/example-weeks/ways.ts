import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { shanghai } from '../fixtures/shanghai.ts';
import { minuteMs } from '../fixtures/times.ts';
import { performAll } from '../harness/crew.ts';
import { type Figures, measuring } from './figures.ts';
import { examplePolicy, play } from './play.ts';
import { mattersBy } from './quiet-times.ts';
import type { Compared } from './verdicts.ts';
import { exactCapacity, WantedCapacity } from './wanted.ts';

/** A time that is played. What is before `countedMs` is played so that the rules are in force, and is not counted. */
export interface Period {
  readonly name: string;
  readonly fromMs: number;
  readonly countedMs: number;
  readonly untilMs: number;
}

/** A period from local times. */
export function period(name: string, from: string, counted: string, until: string): Period {
  return { name, fromMs: shanghai(from), countedMs: shanghai(counted), untilMs: shanghai(until) };
}

/** What `npm run example-weeks` plays. Each begins some workdays before it counts, as a new deployment: by then schedules are in force. */
export const periods: readonly Period[] = [
  period('national-day', '2026-09-28 08:40', '2026-10-01', '2026-10-11'),
  period('ordinary-month', '2026-03-02 08:40', '2026-03-04', '2026-04-01'),
  period('new-year', '2026-12-21 08:40', '2026-12-28', '2027-01-05'),
  period('spring-festival', '2026-02-09 08:40', '2026-02-12', '2026-03-02'),
];

interface Source {
  readonly exceptions: readonly { readonly from: string; readonly until: string }[];
  readonly limits: { readonly freezes: readonly { readonly from: string; readonly until: string }[] };
}

/** Whether a local date has something of an exception or a freeze of a policy in it. */
export function extraordinaryBy(text: string): (date: string) => boolean {
  const { exceptions, limits } = parse(text) as Source;
  const spans = [...exceptions, ...limits.freezes].map(({ from, until }) => [shanghai(from), shanghai(until)] as const);
  return (date) => spans.some(([fromMs, untilMs]) => fromMs < shanghai(date) + 86_400_000 && untilMs > shanghai(date));
}

/**
 * `all`: every run of the deployed timers. `some`: those that can change something. `counted`: the same, and before the counted time only
 * scaling, twice an hour.
 */
export type Pace = 'all' | 'some' | 'counted';

/** A play that is asked for. */
export interface Asked {
  readonly way: keyof Compared;
  readonly period: Period;
  readonly pace: Pace;
}

/** With `counted`, every function runs from so long before on, so that what it says first is not counted. */
const leadMs = 60 * minuteMs;

const ways: readonly (keyof Compared)[] = ['policy', 'unlimited', 'exact'];

/** Plays the example policy in one way. */
export async function playAsked({ way, period, pace }: Asked): Promise<Figures> {
  const { fromMs, countedMs, untilMs } = period;
  const wanted = new WantedCapacity(examplePolicy);
  const measured = measuring(wanted, countedMs, pace === 'all' ? undefined : (id) => id.includes('/silent-'));
  const matters = mattersBy(examplePolicy);
  const runs = (name: string, atMs: number): boolean => {
    if (pace === 'counted' && atMs < countedMs - leadMs) return name === 'scale-on-schedule' && Math.floor(atMs / minuteMs) % 30 < 5;
    return matters(name, atMs);
  };
  await play(
    {
      policy: examplePolicy,
      limits: way === 'unlimited' ? 'none' : 'shipped',
      ...(way === 'exact' ? { scale: exactCapacity(wanted) } : {}),
      ...(pace === 'all' ? {} : { runs }),
    },
    [fromMs, untilMs],
    measured,
  );
  return measured.figures();
}

/** Plays periods in all three ways, on as many processes as there are cores. `onPlayed` hears of each play as it ends. */
export async function compareAll(
  periods: readonly Period[],
  pace: Pace,
  onPlayed: (asked: Asked, seconds: number) => void,
): Promise<readonly (readonly [Period, Compared])[]> {
  const figures = await performAll<Asked, Figures>(
    periods.flatMap((period) => ways.map((way) => ({ way, period, pace }))),
    {
      worker: fileURLToPath(new URL('worker.ts', import.meta.url)),
      nameOf: ({ period, way }) => `${period.name}, ${way}`,
      onAnswer: (asked, _figures, seconds) => onPlayed(asked, seconds),
    },
  );
  return periods.map((period, place) => {
    const [policy, unlimited, exact] = figures.slice(place * ways.length) as [Figures, Figures, Figures];
    return [period, { policy, unlimited, exact }];
  });
}
