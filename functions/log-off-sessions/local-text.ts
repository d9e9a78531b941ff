import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { dateOfLocalMs } from '../../shared/policy/values/local-date-time.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';

const minuteMs = 60_000;

/** An instant as people of the target read it, to the minute: `2026-11-25 21:00`. */
export function localText(ms: EpochMs, { policy, target }: PlanContext): string {
  const { date, minute } = localTimeAt(policy.zones[target.timezone] ?? { transitions: [] }, ms);
  return `${date} ${clock(minute)}`;
}

/** A whole minute of UTC as RFC 3339 writes it: `2026-11-25T13:00:00Z`; seconds are cut. */
export function rfc3339(ms: EpochMs): string {
  const date = dateOfLocalMs(ms);
  return `${date}T${clock(Math.floor(ms / minuteMs) % 1440)}:00Z`;
}

/** A length of time as people say it, in whole minutes: `7 h 5 min`. */
export function lengthText(ms: number): string {
  const minutes = Math.floor(ms / minuteMs);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
