import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Figures, measuring } from './figures.ts';
import { exactCapacity } from './oracle.ts';
import type { Period } from './periods.ts';
import { examplePolicy, play } from './play.ts';
import { mattersBy } from './quiet-times.ts';
import type { Compared } from './verdicts.ts';
import { WantedCapacity } from './wanted.ts';

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

const minuteMs = 60_000;
/** With `counted`, every function runs from so long before on, so that what it says first is not counted. */
const leadMs = 60 * minuteMs;

const ways: readonly (keyof Compared)[] = ['policy', 'unlimited', 'exact'];
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

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

/**
 * Plays periods in all three ways, each play in a process of its own. `onPlayed` hears of each as it ends.
 * @throws Error when a process ends before it has answered
 */
export async function compareAll(
  periods: readonly Period[],
  pace: Pace,
  onPlayed: (asked: Asked, seconds: number) => void,
): Promise<readonly (readonly [Period, Compared])[]> {
  const all: readonly Asked[] = periods.flatMap((period) => ways.map((way) => ({ way, period, pace })));
  const found = new Map<Asked, Figures>();
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), all.length) }, async () => {
      for (let asked = all[next++]; asked; asked = all[next++]) {
        const startMs = Date.now();
        found.set(asked, await inProcess(asked));
        onPlayed(asked, Math.round((Date.now() - startMs) / 1000));
      }
    }),
  );
  const of = (period: Period, way: keyof Compared): Figures => {
    const figures = [...found].find(([asked]) => asked.period === period && asked.way === way)?.[1];
    if (!figures) throw new Error(`${period.name} was not played: ${way}`);
    return figures;
  };
  return periods.map((period) => [
    period,
    { policy: of(period, 'policy'), unlimited: of(period, 'unlimited'), exact: of(period, 'exact') },
  ]);
}

async function inProcess(asked: Asked): Promise<Figures> {
  const child = fork(worker, { execArgv: ['--import', 'tsx'] });
  try {
    child.send(asked);
    const end = once(child, 'exit').then(([code]) => {
      throw new Error(`the process for ${asked.period.name}, ${asked.way}, ended with ${code}`);
    });
    end.catch(() => undefined);
    const [figures] = (await Promise.race([once(child, 'message'), end])) as [Figures];
    return figures;
  } finally {
    child.kill();
  }
}
