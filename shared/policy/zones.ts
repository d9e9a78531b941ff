import type { EpochMs } from '../client/clock.ts';
import type { ZoneTable } from './compiled.ts';
import type { IsoWeekday } from './document.ts';
import { dateOfLocalMs, dayMs, isoWeekday } from './values/local-date-time.ts';

/** Milliseconds that local time is ahead of UTC at an instant. Before the table's start its first offset holds, past its end the last. */
export function offsetAt(table: ZoneTable, ms: EpochMs): number {
  const { transitions } = table;
  for (let i = transitions.length - 1; i > 0; i--) {
    const transition = transitions[i] as ZoneTable['transitions'][number];
    if (transition.atMs <= ms) return transition.offsetMs;
  }
  return transitions[0]?.offsetMs ?? 0;
}

/** What calendar and clock on the wall show. */
export interface LocalTime {
  /** `yyyy-MM-dd`. */
  readonly date: string;
  /** Whole minutes since midnight by the clock face, 0 to 1439. */
  readonly minute: number;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: IsoWeekday;
}

/** Local date, minute and weekday at an instant. */
export function localTimeAt(table: ZoneTable, ms: EpochMs): LocalTime {
  const localMs = ms + offsetAt(table, ms);
  const date = dateOfLocalMs(localMs);
  const sinceMidnight = localMs - Math.floor(localMs / dayMs) * dayMs;
  return { date, minute: Math.floor(sinceMidnight / 60_000), weekday: isoWeekday(date) };
}

/**
 * The first instant at which the local clock shows `localMs` (see `localMsOf`) or later. A time that a shift forward skips is
 * therefore the end of the gap, and a time that a shift back repeats is its first occurrence.
 */
export function instantOf(table: ZoneTable, localMs: number): EpochMs {
  const { transitions } = table;
  for (let i = 0; ; i++) {
    const piece = transitions[i];
    if (piece === undefined) return localMs - (transitions.at(-1)?.offsetMs ?? 0);
    const instant = i === 0 ? localMs - piece.offsetMs : Math.max(localMs - piece.offsetMs, piece.atMs);
    const next = transitions[i + 1];
    if (next === undefined || instant < next.atMs) return instant;
  }
}
