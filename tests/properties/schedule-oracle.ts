import { Temporal } from 'temporal-polyfill';
import type { Level } from '../../shared/policy/compiled.ts';
import type { DocumentSchedule, ScheduleDay } from '../../shared/policy/document.ts';

/** A level as the two numbers that matter whatever the peak is. */
export interface Pair {
  readonly percent: number;
  readonly nodes: number;
}

/** A level of the engine as a pair. */
export function pairOf(level: Level): Pair {
  return { percent: 0, nodes: 0, ...('higherOf' in level ? level.higherOf : level) };
}

/**
 * The furthest that the local clock has shown by an instant. A boundary has passed exactly when the clock has shown it or a later
 * time: so a skipped boundary passes with the jump, and a repeated one with its first occurrence. This is what the engine's search
 * for instants has to amount to, said without searching for any instant.
 */
function furthestShown(zone: string, ms: number): Temporal.PlainDateTime {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  const shown = at.toPlainDateTime();
  const before = shownBeforeChange(zone, at);
  if (before === undefined) return shown;
  return Temporal.PlainDateTime.compare(before, shown) > 0 ? before : shown;
}

/** Asking for a clock change costs more than all the rest, so the answer is kept for each zone and quarter of an hour. */
const changes = new Map<string, Temporal.ZonedDateTime | null>();

/** What the clock showed last before the change of the two days up to `at`, if there was one. */
function shownBeforeChange(zone: string, at: Temporal.ZonedDateTime): Temporal.PlainDateTime | undefined {
  const key = `${zone} ${Math.floor(at.epochMilliseconds / 900_000)}`;
  let changed = changes.get(key);
  if (changed === undefined) {
    // Clocks change on quarters of an hour; "previous" leaves out a change at the instant itself.
    changed = at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
    changes.set(key, changed);
  }
  if (changed === null || at.epochMilliseconds - changed.epochMilliseconds > 172_800_000) return undefined;
  return changed.subtract({ nanoseconds: 1 }).toPlainDateTime();
}

/** The level of a schedule at an instant, by looking at the wall clock and the two days whose periods can hold it. */
export function oracleLevel(
  schedule: DocumentSchedule,
  isWorkday: (date: string, weekday: number) => boolean,
  zone: string,
  ms: number,
): Pair {
  const clock = furthestShown(zone, ms);
  const today = clock.toPlainDate();
  const minuteOfToday = clock.hour * 60 + clock.minute;
  let percent = 0;
  let nodes = 0;
  for (const [day, minute] of [
    [today, minuteOfToday],
    [today.subtract({ days: 1 }), minuteOfToday + 1440],
  ] as const) {
    const date = day.toString();
    const entry = entryOf(schedule.days, date, day.dayOfWeek, isWorkday(date, day.dayOfWeek));
    for (const period of entry?.periods ?? []) {
      if (minute < period.startMinute || minute >= period.endMinute) continue;
      if ('percent' in period.level) percent = Math.max(percent, period.level.percent);
      else if ('nodes' in period.level) nodes = Math.max(nodes, period.level.nodes);
    }
  }
  return { percent, nodes };
}

function entryOf(days: readonly ScheduleDay[], date: string, weekday: number, workday: boolean): ScheduleDay | undefined {
  return (
    days.find(({ on }) => on.kind === 'date' && on.date === date) ??
    days.find(({ on }) => on.kind === 'weekday' && on.weekday === weekday) ??
    days.find(({ on }) => on.kind === (workday ? 'workday' : 'restday')) ??
    days.find(({ on }) => on.kind === 'everyday')
  );
}
