import type { EpochMs } from '../../shared/client/clock.ts';
import { parseLocalDateTime } from '../../shared/policy/values/local-date-time.ts';
import { parseTimestamp } from '../../shared/policy/values/timestamp.ts';
import { CommandFailure } from '../failure.ts';
import type { LocalClock } from '../render/local-clock.ts';

/** A past instant that a flag names, by a clock or in RFC 3339. @throws CommandFailure `Usage` where it is none, or is still to come */
export function momentOf(flag: string, text: string, clock: LocalClock, nowMs: EpochMs): EpochMs {
  const instant = parseTimestamp(text);
  const local = instant.ok ? undefined : parseLocalDateTime(text);
  if (local?.ok === false) {
    throw new CommandFailure('Usage', `${flag}: ${local.message}, or an instant with its offset such as 2026-12-11T18:00:00+08:00.`);
  }
  const atMs = local?.ok ? clock.instant(local.value) : instant.ok ? instant.value : nowMs;
  if (atMs > nowMs) throw new CommandFailure('Usage', `${flag} is ${text}, which is still to come; it is ${clock.text(nowMs)} now.`);
  return atMs;
}
