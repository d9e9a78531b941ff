import type { EpochMs } from '../../shared/client/clock.ts';
import { dateOfLocalMs } from '../../shared/policy/values/local-date-time.ts';
import { formatTimeOfDay } from '../../shared/policy/values/time-of-day.ts';

const minuteMs = 60_000;

/** A whole minute of UTC as RFC 3339 writes it: `2026-11-25T13:00:00Z`; seconds are cut. */
export function rfc3339(ms: EpochMs): string {
  const date = dateOfLocalMs(ms);
  return `${date}T${formatTimeOfDay(Math.floor(ms / minuteMs) % 1440)}:00Z`;
}

/** A length of time as people say it, in whole minutes: `7 h 5 min`. */
export function lengthText(ms: number): string {
  const minutes = Math.floor(ms / minuteMs);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
