import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What a timer starts. */
export interface Due {
  readonly atMs: number;
  /** Names of functions, in the order of the timer's payload. */
  readonly functions: readonly string[];
}

/** A timer, by the seconds and minutes of every hour. */
export interface DeployedTimer {
  readonly second: number;
  readonly minutes: ReadonlySet<number>;
  readonly functions: readonly string[];
}

interface Deployed {
  readonly resources: Readonly<Record<string, { readonly props: { readonly triggers?: readonly Trigger[] } }>>;
}

interface Trigger {
  readonly triggerType: string;
  readonly triggerConfig: { readonly cronExpression?: string; readonly payload?: string };
}

/**
 * The timers of `s.yaml`. Without the one that takes up events again whose groups were not published yet.
 * @throws RangeError for an expression that does not run in every hour of every day
 */
export function deployedTimers(): readonly DeployedTimer[] {
  const { resources } = parse(readFileSync(new URL('../../s.yaml', import.meta.url), 'utf8'), { merge: true }) as Deployed;
  return Object.entries(resources).flatMap(([name, { props }]) =>
    (props.triggers ?? []).flatMap(({ triggerType, triggerConfig: { cronExpression = '', payload = '{}' } }) => {
      const { functions = [name], awaited } = JSON.parse(payload) as { functions?: readonly string[]; awaited?: boolean };
      return triggerType === 'timer' && !awaited ? [{ ...minutesOf(cronExpression), functions }] : [];
    }),
  );
}

function minutesOf(expression: string): Pick<DeployedTimer, 'second' | 'minutes'> {
  const [, second, minutes] = /(\d+) ([\d,*/-]+) \* \* \* \*$/.exec(expression) ?? [];
  if (second === undefined || minutes === undefined) throw new RangeError(`'${expression}' does not run in every hour; read it here too`);
  const all = minutes.split(',').flatMap((part) => {
    const [, first, last, step = '1'] = /^(\d+|\*)(?:-(\d+))?(?:\/(\d+))?$/.exec(part) ?? [];
    const from = first === '*' ? 0 : Number(first);
    const until = first === '*' ? 59 : Number(last ?? first);
    return Array.from({ length: 60 }, (_, minute) => minute).filter(
      (minute) => minute >= from && minute <= until && (minute - from) % Number(step) === 0,
    );
  });
  return { second: Number(second), minutes: new Set(all) };
}

/** What the deployed timers start in `[fromMs, untilMs)`, in order. */
export function* deployedRuns(fromMs: number, untilMs: number): Generator<Due> {
  const timers = deployedTimers();
  const minuteMs = 60_000;
  for (let minute = Math.floor(fromMs / minuteMs); minute * minuteMs < untilMs; minute += 1) {
    const due = timers
      .filter(({ minutes }) => minutes.has(minute % 60))
      .map(({ second, functions }) => ({ atMs: minute * minuteMs + second * 1000, functions }))
      .filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
    yield* due.sort((a, b) => a.atMs - b.atMs);
  }
}
