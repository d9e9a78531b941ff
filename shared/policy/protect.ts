import type { EpochMs } from '../client/clock.ts';
import type { CompiledPolicy, CompiledProtect, CompiledTarget, ZoneTable } from './compiled.ts';
import { cachedMatcher } from './exception.ts';
import { compileGlob, type TextTest } from './glob.ts';
import type { Match, Selectable } from './selector.ts';
import { dayMs, localMsOf, parseLocalDate } from './values/local-date-time.ts';
import { parseTimestamp } from './values/timestamp.ts';
import { instantOf } from './zones.ts';

/** Whether `protect.groups` covers a delivery group: 'no' without such a key, `unknown` where a value that it needs is missing. */
export function groupProtected(policy: CompiledPolicy, target: CompiledTarget, group: Selectable, nowMs: EpochMs): Match {
  const selector = policy.protect.groups;
  return selector === undefined ? 'no' : cachedMatcher(selector, policy.zones[target.timezone])(group, nowMs);
}

const userTests = new WeakMap<CompiledProtect, readonly TextTest[]>();

/** Whether `protect.users` covers a user, by EndUserId without case. */
export function userProtected(protect: CompiledProtect, userId: string): boolean {
  let tests = userTests.get(protect);
  if (tests === undefined) {
    tests = protect.users.map((pattern) => compileGlob(pattern, true));
    userTests.set(protect, tests);
  }
  return tests.some((test) => test(userId));
}

/** What an owner's tag does at an instant. */
export interface OwnerProtection {
  readonly protected: boolean;
  /** The end of the protection, exclusive. */
  readonly untilMs: EpochMs;
  /** False: the value is neither a date nor RFC 3339; it protects for `atMost` then, and people are told once. */
  readonly readable: boolean;
}

/**
 * Judges the value of the owner's tag (`protect.ownerTag`). A date protects to the end of that local day, RFC 3339 to that instant;
 * the protection ends at the earlier of that and the first observation of this value plus `atMostMs`, so that nobody protects forever. A first
 * observation that lies ahead is of a clock that was wrong, and counts as made now.
 */
export function ownerProtected(
  value: string,
  firstObservedMs: EpochMs,
  nowMs: EpochMs,
  zone: ZoneTable,
  atMostMs: number,
): OwnerProtection {
  const wanted = endOf(value.trim(), zone);
  const latest = Math.min(firstObservedMs, nowMs) + atMostMs;
  const untilMs = Math.min(wanted ?? latest, latest);
  return { protected: nowMs < untilMs, untilMs, readable: wanted !== undefined };
}

function endOf(value: string, zone: ZoneTable): EpochMs | undefined {
  const date = parseLocalDate(value);
  if (date.ok) return instantOf(zone, localMsOf(date.value, 0) + dayMs);
  const instant = parseTimestamp(value);
  return instant.ok ? instant.value : undefined;
}
