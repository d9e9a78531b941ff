import type { EpochMs } from '../../shared/client/clock.ts';

/** Milliseconds of a minute. */
export const minuteMs = 60_000;
/** Milliseconds of a day. */
export const dayMs = 86_400_000;
/** Milliseconds of a week. */
export const weekMs = 7 * dayMs;
/** UTC+8, the clock of the service's day boundaries, in milliseconds. */
export const beijingOffsetMs = 8 * 3_600_000;

/** Fixed offsets, in minutes, of the business regions that have no daylight saving; a region that is not here is taken as UTC+8. */
const regionOffsets: Readonly<Record<string, number>> = { 'ap-northeast-1': 540, 'ap-southeast-5': 420, 'me-east-1': 240 };

/** How far local time is ahead of UTC, in milliseconds, in the zone that an assumption names. */
export function zoneOffsetMs(zone: 'Asia/Shanghai' | 'UTC' | 'region', region: string): number {
  if (zone === 'UTC') return 0;
  if (zone === 'region') return (regionOffsets[region] ?? 480) * minuteMs;
  return beijingOffsetMs;
}

/** Start of the local day that holds an instant. */
export function startOfDay(ms: EpochMs, offsetMs: number): EpochMs {
  return Math.floor((ms + offsetMs) / dayMs) * dayMs - offsetMs;
}

/** Weekday of an instant, 0 = Monday … 6 = Sunday. */
export function weekdayIndex(ms: EpochMs, offsetMs: number): number {
  return (Math.floor((ms + offsetMs) / dayMs) + 3) % 7;
}

/** Milliseconds since the local week began on Monday 00:00. */
export function msOfWeek(ms: EpochMs, offsetMs: number): number {
  return weekdayIndex(ms, offsetMs) * dayMs + (ms - startOfDay(ms, offsetMs));
}

/** Local date of an instant as `yyyy-MM-dd`. */
export function localDate(ms: EpochMs, offsetMs: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 10);
}

/** First instant of a local date `yyyy-MM-dd`; undefined when the text is no date. */
export function dateStart(date: string, offsetMs: number): EpochMs | undefined {
  const utc = Date.parse(`${date}T00:00:00.000Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== date) return undefined;
  return utc - offsetMs;
}

/** Text of an instant as most answers carry it: milliseconds and an explicit offset, `2022-04-27T16:00:00.000+00:00`. */
export function instantText(ms: EpochMs, offsetMs = 0): string {
  const minutes = Math.abs(offsetMs) / minuteMs;
  const pad = (n: number) => String(n).padStart(2, '0');
  const offset = `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return new Date(ms + offsetMs).toISOString().replace('Z', offset);
}

/** Reads an instant with an explicit offset. @throws RangeError when the text is anything else */
export function parseInstant(text: string): EpochMs {
  const ms = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new RangeError(`'${text}' is no instant; write it like 2026-11-25T08:40:00+08:00`);
  return ms;
}
