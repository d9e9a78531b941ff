import { type Parsed, parsed, refused } from './parsed.ts';

/** Minutes of one local day by its clock face. */
export const minutesPerDay = 1440;

const shape = /^(\d{2}):(\d{2})$/;

/** A time of the local day, `00:00` to `24:00`, as minutes since midnight by the clock face. `24:00` is the end of the day. */
export function parseTimeOfDay(text: string): Parsed<number> {
  const match = shape.exec(text);
  if (match === null) return refused(`"${text}" is not a time of day; write two digits, a colon and two digits, such as 08:30`);
  const hour = Number(match[1]);
  const minute = Number(match[2]);
  if (minute > 59) return refused(`"${text}" has ${minute} minutes; write minutes from 00 to 59`);
  if (hour > 24 || (hour === 24 && minute > 0)) return refused(`"${text}" is past the end of the day; write a time from 00:00 to 24:00`);
  return parsed(hour * 60 + minute);
}

/**
 * A period that belongs to the day on which it starts. `startMinute` is 0 to 1439; `endMinute` is above it and at most 2879:
 * beyond 1440 it lies on the next day (`22:00-06:00` is 1320 to 1800).
 */
export interface TimeRange {
  readonly startMinute: number;
  readonly endMinute: number;
}

/** A period such as `08:00-18:30`, or `22:00-06:00` across midnight. Half-open: the end itself no longer belongs to it. */
export function parseTimeRange(text: string): Parsed<TimeRange> {
  const sides = text.split('-');
  if (sides.length !== 2) return refused(`"${text}" is not a period of the day; write start and end, such as 08:00-18:30 or 22:00-06:00`);
  const start = parseTimeOfDay((sides[0] as string).trim());
  if (!start.ok) return start;
  const end = parseTimeOfDay((sides[1] as string).trim());
  if (!end.ok) return end;
  if (start.value === minutesPerDay) return refused(`"${text}" starts at the end of the day; write 00:00 and put it on the next day`);
  if (start.value === end.value) return refused(`"${text}" is empty; for a whole day write 00:00-24:00`);
  return parsed({ startMinute: start.value, endMinute: end.value > start.value ? end.value : end.value + minutesPerDay });
}

/** Writes minutes since midnight as `HH:MM`; 1440 is `24:00`, and minutes of the next day show that day's clock face. */
export function formatTimeOfDay(minute: number): string {
  const face = minute > minutesPerDay ? minute - minutesPerDay : minute;
  return `${String(Math.floor(face / 60)).padStart(2, '0')}:${String(face % 60).padStart(2, '0')}`;
}

/** Writes a period as the policy does, `22:00-06:00`. */
export function formatTimeRange(range: TimeRange): string {
  return `${formatTimeOfDay(range.startMinute)}-${formatTimeOfDay(range.endMinute)}`;
}
