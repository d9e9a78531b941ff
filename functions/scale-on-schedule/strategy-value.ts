import { type PoolSample, poolSamples } from '../../shared/billing/usage.ts';
import type { Charge, DeliveryGroup, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { IntentView } from '../../shared/journal/intents/intent-view.ts';
import { deviationText, parseDeviation, type StandsInFor } from './deviation.ts';
import type { GroupState } from './group-state.ts';
import { fingerprint } from './strategy.ts';

const separator = ' until ';

/** The setting that scale-on-schedule writes, as the journal names it. */
export function settingOf({ pool }: Pick<GroupState, 'pool'>): string {
  return `node-pool:${pool.id}`;
}

/**
 * A strategy as the journal keeps it: its fingerprint, and for a weekly schedule the disable date as well, so that a person who sets an
 * earlier one can be told from a schedule of ours that runs out. Of a value that we write, `standsInFor` says what it is to be taken back to.
 */
export function journalValue(strategy: Strategy, charge: Charge, standsInFor?: StandsInFor): string {
  const value = `${fingerprint(strategy, charge)}${standsInFor === undefined ? '' : deviationText(standsInFor)}`;
  return strategy.type === 'schedule' && strategy.disableDate !== undefined ? `${value}${separator}${strategy.disableDate}` : value;
}

/** The part of a journal's value that says what is wanted: without the disable date, and without what it stands in for. */
export function withoutDate(value: string): string {
  return partsOf(value).desired;
}

/**
 * Whether a value that we meant to write is what is observed. A weekly schedule that ends earlier than ours is a person's; one that
 * ends later serves us as well. Where a date is unknown on either side nothing is concluded from it.
 */
export function isOurs(value: string, observed: string): boolean {
  const [ours, seen] = [partsOf(value), partsOf(observed)];
  if (ours.desired !== seen.desired) return false;
  return ours.date === undefined || seen.date === undefined || seen.date >= ours.date;
}

/**
 * What a group counts for in the usage record. This function writes the setting of a pool, so it alone can say whose it is: found, as long as no value
 * of ours was ever meant for it, sent or not.
 */
export function usageOfGroup(group: DeliveryGroup, { written }: { readonly written: IntentView }): readonly PoolSample[] {
  return poolSamples(group).map((sample) => {
    const pool = group.pools?.find(({ id }) => id === sample.pool);
    if (pool === undefined || sample.counts === undefined) return sample;
    const set = pool.strategy && group.charge && journalValue(pool.strategy, group.charge);
    return { ...sample, setting: { set, found: written.values(group.id, settingOf({ pool })).length === 0 } };
  });
}

/** What a pool has now because we wrote it instead of something else; undefined where it has none of that. */
export function openDeviation(
  { group, strategy, charge, pool }: Pick<GroupState, 'group' | 'strategy' | 'charge' | 'pool'>,
  written: IntentView,
): StandsInFor | undefined {
  const observed = journalValue(strategy, charge);
  const ours = written.values(group.id, settingOf({ pool })).findLast(({ value }) => isOurs(value, observed));
  return ours && parseDeviation(partsOf(ours.value).deviation);
}

function partsOf(value: string): { readonly desired: string; readonly deviation: string; readonly date?: string } {
  const end = value.lastIndexOf(separator);
  const undated = end < 0 ? value : value.slice(0, end);
  const at = undated.search(/ from | ends | instead of /);
  return {
    desired: at < 0 ? undated : undated.slice(0, at),
    deviation: at < 0 ? '' : undated.slice(at),
    ...(end < 0 ? {} : { date: value.slice(end + separator.length) }),
  };
}
