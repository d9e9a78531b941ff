import type { EpochMs } from '../../shared/client/clock.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import { localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import type { CompiledDigestRule } from './compiled-rule.ts';
import type { Stretch } from './facts/capacity-tally.ts';

const dayMs = 86_400_000;

/** A digest that is due. */
export interface DueSlot {
  readonly slotMs: EpochMs;
  /** Its local date `yyyy-mm-dd`, which names it. */
  readonly date: string;
}

/** After so long a digest is not made up for: the next one tells of its time too. */
const latestMs = dayMs;
/** A digest tells of no more than this, however long none went out. */
const longestMs = 35 * dayMs;

/** The slot for which a digest is due: the last one, for 24 hours. Undefined before the first and after that time. */
export function dueSlot(rule: Pick<CompiledDigestRule, 'slotsMs'>, zone: ZoneTable, nowMs: EpochMs): DueSlot | undefined {
  const slotMs = rule.slotsMs.findLast((slot) => slot <= nowMs);
  if (slotMs === undefined || nowMs >= slotMs + latestMs) return undefined;
  return { slotMs, date: localTimeAt(zone, slotMs).date };
}

/**
 * What a digest tells of: from the slot of the one that went out last, or else from the slot before, to its own, so that nothing is told
 * twice and nothing falls between. At most 35 days.
 */
export function spanOf(rule: Pick<CompiledDigestRule, 'slotsMs'>, slotMs: EpochMs, lastSentSlotMs: EpochMs | undefined): Stretch {
  const fromMs = lastSentSlotMs ?? rule.slotsMs.findLast((slot) => slot < slotMs) ?? slotMs - dayMs;
  return { fromMs: Math.max(fromMs, slotMs - longestMs), untilMs: slotMs };
}

/** The local midnight with which the day of a slot begins: where the figures for plots begin, for all targets alike. */
export function startOfDay({ date }: Pick<DueSlot, 'date'>, zone: ZoneTable): EpochMs {
  return instantOf(zone, localMsOf(date, 0));
}
