import type { EpochMs } from '../../shared/client/clock.ts';
import { dateStart, dayMs, minuteMs, msOfWeek, weekMs } from './local-time.ts';
import type { RecurrenceSchedule, StrategySettings } from './strategy.ts';

/** Minutes of `HH:mm`; undefined when the text is no time of a day. `24:00` is 1440. */
export function minuteOfDay(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 1440 ? minutes : undefined;
}

/** A period as milliseconds of the week from Monday 00:00, half-open. */
interface WeekPeriod {
  readonly start: number;
  readonly end: number;
  readonly amount: number;
}

/** A schedule ready for arithmetic: periods in order, and the first instants of its dates as if the zone were UTC. */
interface CompiledSchedule {
  readonly week: readonly WeekPeriod[];
  readonly enableUtc: number;
  readonly disableUtc: number;
}

const compiled = new WeakMap<StrategySettings, CompiledSchedule>();

function compiledOf(settings: StrategySettings): CompiledSchedule {
  let schedule = compiled.get(settings);
  if (!schedule) {
    schedule = {
      week: weekOf(settings.RecurrenceSchedules ?? []),
      enableUtc: dateStart(settings.StrategyEnableDate ?? '', 0) ?? Number.NEGATIVE_INFINITY,
      disableUtc: dateStart(settings.StrategyDisableDate ?? '', 0) ?? Number.POSITIVE_INFINITY,
    };
    compiled.set(settings, schedule);
  }
  return schedule;
}

function weekOf(schedules: readonly RecurrenceSchedule[]): readonly WeekPeriod[] {
  return schedules
    .flatMap(({ RecurrenceValues, TimerPeriods }) =>
      RecurrenceValues.flatMap((day) =>
        TimerPeriods.map(({ StartTime, EndTime, Amount }) => ({
          start: (day - 1) * dayMs + (minuteOfDay(StartTime) ?? 0) * minuteMs,
          end: (day - 1) * dayMs + (minuteOfDay(EndTime) ?? 0) * minuteMs,
          amount: Amount,
        })),
      ),
    )
    .sort((a, b) => a.start - b.start);
}

/** How the service reads a schedule; each field is an assumption. */
export interface ScheduleReading {
  /** How far the schedule's zone is ahead of UTC, in milliseconds. */
  readonly offsetMs: number;
  /** How long before a period its nodes are started, in milliseconds. */
  readonly leadMs: number;
  /** The disable date itself still counts. */
  readonly disableInclusive: boolean;
  /** Keep the amount of the week's last period once the schedule has ended. */
  readonly keepLastAmount: boolean;
}

/** What a schedule asks for at an instant. */
export interface ScheduleMoment {
  /** Nodes wanted, warm-up included. */
  readonly amount: number;
  /** End of the period that runs; undefined outside periods. */
  readonly periodEndMs: EpochMs | undefined;
  /** The next instant at which the amount or the period may change; undefined when nothing ever will. */
  readonly nextMs: EpochMs | undefined;
}

/** Reads a schedule at an instant. */
export function scheduleAt(settings: StrategySettings, atMs: EpochMs, reading: ScheduleReading): ScheduleMoment {
  const { offsetMs, leadMs } = reading;
  const { week, enableUtc, disableUtc } = compiledOf(settings);
  const last = week.at(-1);
  const enableMs = enableUtc - offsetMs;
  const disableMs = disableUtc - offsetMs + (reading.disableInclusive ? dayMs : 0);
  if (atMs >= disableMs || !last) {
    return { amount: reading.keepLastAmount && last ? last.amount : 0, periodEndMs: undefined, nextMs: undefined };
  }
  if (atMs < enableMs - leadMs) return { amount: 0, periodEndMs: undefined, nextMs: enableMs - leadMs };

  const now = msOfWeek(atMs, offsetMs);
  let amount = 0;
  let periodEndMs: EpochMs | undefined;
  let nextMs = atMs < enableMs ? enableMs : disableMs;
  for (const period of week) {
    if (now >= period.start && now < period.end && atMs >= enableMs) {
      amount = Math.max(amount, period.amount);
      periodEndMs = Math.min(atMs + period.end - now, disableMs);
    }
    const untilStart = (period.start - now + weekMs) % weekMs;
    const startMs = atMs + untilStart;
    if (untilStart > 0 && untilStart <= leadMs && startMs >= enableMs && startMs < disableMs) amount = Math.max(amount, period.amount);
    for (const boundary of [period.start - leadMs, period.start, period.end]) {
      const away = (boundary - now + 2 * weekMs) % weekMs || weekMs;
      nextMs = Math.min(nextMs, atMs + away);
    }
  }
  return { amount, periodEndMs, nextMs: Number.isFinite(nextMs) ? nextMs : undefined };
}
