import type { EpochMs } from '../../shared/client/clock.ts';
import { localText } from '../../shared/planning/local-time.ts';
import type { LocalDateTime } from '../../shared/policy/document.ts';
import { dayMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { instantOf } from '../../shared/policy/zones.ts';

/** A clock on the wall of a zone. */
export interface LocalClock {
  /** `2026-12-11 18:00`, seconds cut. */
  text(ms: EpochMs): string;
  /** The first instant at which the clock shows a date and minute or later. */
  instant(local: LocalDateTime): EpochMs;
}

/** The clock of a zone, from ten years before an instant to ten years after. @throws UnknownZoneError */
export function localClock(timezone: string, nowMs: EpochMs): LocalClock {
  const table = zoneTable(timezone, nowMs - 3_660 * dayMs, nowMs + 3_660 * dayMs);
  return {
    text(ms) {
      return localText(ms, table);
    },
    instant: ({ date, minute }) => instantOf(table, localMsOf(date, minute)),
  };
}
