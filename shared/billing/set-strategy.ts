import type { EpochMs } from '../client/clock.ts';
import type { NativePeriod, NativeWeek } from '../fleet/delivery-group.ts';
import type { ZoneTable } from '../policy/compiled.ts';
import { addDays, isoWeekday, localMsOf } from '../policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../policy/zones.ts';

/** Half-open in time: `fromMs` belongs to it, `untilMs` does not. */
export interface Span {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** A number of nodes that is asked for over a span. */
export interface NodeLevel extends Span {
  readonly nodes: number;
}

/** A scaling strategy, as far as it says how many nodes a pool has by the hour. */
export type SetStrategy =
  | { readonly type: 'fixed'; readonly nodes: number }
  | { readonly type: 'usage' }
  | {
      readonly type: 'schedule';
      readonly week: NativeWeek;
      /** The date, in the service's zone, from which the schedule no longer runs. Undefined: none is known. */
      readonly disableDate: string | undefined;
    };

const scheduleShape = /^schedule((?: [1-7]:[\d:=,-]+)*) ?(?: until (\d{4}-\d{2}-\d{2}))?$/;
const periodShape = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})=(\d{1,6})$/;

/**
 * Reads a strategy as the journal writes it: `fixed 3`, `usage …`, `schedule 1:08:00-21:00=3 2:… until 2027-08-31`. What a value of ours says
 * of the value that it stands in for is left aside. Undefined where the text is none of these: nothing is concluded from a part of it.
 */
export function parseStrategy(text: string): SetStrategy | undefined {
  const until = / until \d{4}-\d{2}-\d{2}$/.exec(text)?.[0] ?? '';
  const main = text.slice(0, text.length - until.length).replace(/ (?:from|ends|instead of) .*$/, '');
  const fixed = /^fixed (\d{1,6})$/.exec(main);
  if (fixed !== null) return { type: 'fixed', nodes: Number(fixed[1]) };
  if (/^usage (?:\S+ and )?up to \S+$/.test(main)) return { type: 'usage' };
  const schedule = scheduleShape.exec(`${main}${until}`);
  if (schedule === null) return undefined;
  const week: Record<number, readonly NativePeriod[]> = {};
  for (const day of (schedule[1] ?? '').split(' ').filter((part) => part !== '')) {
    const periods = day.slice(2).split(',').map(parsePeriod);
    if (periods.includes(undefined) || week[Number(day[0])] !== undefined) return undefined;
    week[Number(day[0])] = periods as NativePeriod[];
  }
  return { type: 'schedule', week, disableDate: schedule[2] };
}

function parsePeriod(text: string): NativePeriod | undefined {
  const numbers = periodShape.exec(text)?.slice(1).map(Number) as [number, number, number, number, number] | undefined;
  if (numbers === undefined) return undefined;
  const [startHour, startMinute, endHour, endMinute, amount] = numbers;
  const period = { startMinute: startHour * 60 + startMinute, endMinute: endHour * 60 + endMinute, amount };
  return period.startMinute < period.endMinute && period.endMinute <= 1440 ? period : undefined;
}

/**
 * The periods of a weekly schedule that touch a span, in order, by the clock of the service. It runs on every day of the week, holidays included, and
 * not from its disable date on. When it was enabled is not known: it is taken to run.
 */
export function periodsOf({ week, disableDate }: Extract<SetStrategy, { type: 'schedule' }>, service: ZoneTable, span: Span): NodeLevel[] {
  const periods: NodeLevel[] = [];
  const lastDate = localTimeAt(service, span.untilMs).date;
  for (let date = localTimeAt(service, span.fromMs).date; date <= lastDate; date = addDays(date, 1)) {
    if (disableDate !== undefined && date >= disableDate) break;
    for (const { startMinute, endMinute, amount } of week[isoWeekday(date)] ?? []) {
      const fromMs = instantOf(service, localMsOf(date, startMinute));
      const untilMs = instantOf(service, localMsOf(date, endMinute));
      if (fromMs < untilMs && untilMs >= span.fromMs && fromMs <= span.untilMs) periods.push({ fromMs, untilMs, nodes: amount });
    }
  }
  return periods.sort((a, b) => a.fromMs - b.fromMs);
}

/** How long a node is billed while answers do not show it, in milliseconds. */
export interface HoldTimes {
  /** From when it begins to boot until it has arrived. */
  readonly bootMs: number;
  /** From when it leaves until it is gone. */
  readonly releaseMs: number;
}

/** What is taken for the service until a bill says otherwise (service notes): no document gives these times. */
export const assumedHoldTimes: HoldTimes = { bootMs: 6 * 60_000, releaseMs: 2 * 60_000 };

/**
 * What a bill holds of nodes that are asked for: each level begins `leadMs` earlier, the highest of those that overlap counts, and nodes that
 * are no longer asked for are held for `releaseMs` more. The result may overlap, and its node times add up.
 */
export function heldFor(levels: readonly NodeLevel[], leadMs: number, releaseMs: number): readonly NodeLevel[] {
  const early = levels.map(({ fromMs, untilMs, nodes }) => ({ fromMs: fromMs - leadMs, untilMs, nodes }));
  const steps = highest(early);
  const released = steps.flatMap(({ untilMs, nodes }, i): NodeLevel[] => {
    const next = steps[i + 1];
    const left = nodes - (next?.fromMs === untilMs ? next.nodes : 0);
    return left > 0 && releaseMs > 0 ? [{ fromMs: untilMs, untilMs: untilMs + releaseMs, nodes: left }] : [];
  });
  return [...steps, ...released];
}

/** Levels that do not overlap: the highest of those that hold at each instant; what touches and is equal is one. */
function highest(levels: readonly NodeLevel[]): readonly NodeLevel[] {
  const sorted = levels.filter(({ fromMs, untilMs, nodes }) => fromMs < untilMs && nodes > 0).sort((a, b) => a.fromMs - b.fromMs);
  const edges = [...new Set(sorted.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]))].sort((a, b) => a - b);
  const result: NodeLevel[] = [];
  let active: NodeLevel[] = [];
  let next = 0;
  for (const [i, fromMs] of edges.entries()) {
    active = active.filter(({ untilMs }) => untilMs > fromMs);
    for (let level = sorted[next]; level?.fromMs === fromMs; level = sorted[++next]) active.push(level);
    const untilMs = edges[i + 1];
    if (active.length === 0 || untilMs === undefined) continue;
    const nodes = Math.max(...active.map((level) => level.nodes));
    const last = result.at(-1);
    if (last?.untilMs === fromMs && last.nodes === nodes) result[result.length - 1] = { ...last, untilMs };
    else result.push({ fromMs, untilMs, nodes });
  }
  return result;
}

/** The local day of a zone that an instant is in, as a span: days of 23 and 25 hours are as long as they are. */
export function localDayOf(zone: ZoneTable, ms: EpochMs): Span & { readonly date: string } {
  const startOf = (day: string): EpochMs => instantOf(zone, localMsOf(day, 0));
  const shown = localTimeAt(zone, ms).date;
  // Where the clock is put back over midnight it shows the date before once more: the day that had begun goes on.
  const date = startOf(addDays(shown, 1)) <= ms ? addDays(shown, 1) : shown;
  return { date, fromMs: startOf(date), untilMs: startOf(addDays(date, 1)) };
}
