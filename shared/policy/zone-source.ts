import { Temporal } from 'temporal-polyfill';
import type { EpochMs } from '../client/clock.ts';
import type { ZoneTable } from './compiled.ts';

/** A zone name that the zone database of this machine does not know. `code` is `UNKNOWN_ZONE`. */
export class UnknownZoneError extends Error {
  readonly code = 'UNKNOWN_ZONE';
  constructor(zone: string, cause: unknown) {
    super(`"${zone}" is not a known time zone; write an IANA name such as Asia/Shanghai`, { cause });
    this.name = 'UnknownZoneError';
  }
}

/**
 * Offsets of an IANA zone in `[fromMs, untilMs)`, from the zone database of this machine. Compiling alone calls this: functions
 * read the table and need no zone database. @throws UnknownZoneError
 */
export function zoneTable(zone: string, fromMs: EpochMs, untilMs: EpochMs): ZoneTable {
  const transitions: { atMs: EpochMs; offsetMs: number }[] = [];
  let at: Temporal.ZonedDateTime | null;
  try {
    at = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  } catch (cause) {
    throw new UnknownZoneError(zone, cause);
  }
  while (at !== null && (transitions.length === 0 || at.epochMilliseconds < untilMs)) {
    const offsetMs = at.offsetNanoseconds / 1_000_000;
    // The database also lists changes of a zone's name that leave the clock as it is.
    if (transitions.at(-1)?.offsetMs !== offsetMs) transitions.push({ atMs: at.epochMilliseconds, offsetMs });
    at = at.getTimeZoneTransition('next');
  }
  return { transitions };
}
