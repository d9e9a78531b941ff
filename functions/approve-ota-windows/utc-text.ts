import type { EpochMs } from '../../shared/client/clock.ts';
import { dateOfLocalMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** An instant in UTC, to the second: `2026-11-25T04:30:00Z`. */
export function utcText(ms: EpochMs): string {
  const seconds = Math.floor(ms / 1000) - localMsOf(dateOfLocalMs(ms), 0) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${dateOfLocalMs(ms)}T${parts.map(twoDigits).join(':')}Z`;
}
