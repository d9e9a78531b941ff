import type { Charge, Strategy } from '../../shared/fleet/delivery-group.ts';
import { fingerprint } from './strategy-text.ts';

const separator = ' until ';

/**
 * A strategy as the journal keeps it: its fingerprint, and for a weekly schedule the disable date as well, so that a person who sets an
 * earlier one can be told from a schedule of ours that runs out.
 */
export function journalValue(strategy: Strategy, charge: Charge): string {
  const value = fingerprint(strategy, charge);
  return strategy.type === 'schedule' && strategy.disableDate !== undefined ? `${value}${separator}${strategy.disableDate}` : value;
}

/** The part of a journal's value that says what is wanted: without the disable date. */
export function withoutDate(value: string): string {
  return partsOf(value).wish;
}

/**
 * Whether a value that we meant to write is what is observed. A weekly schedule that ends earlier than ours is a person's; one that
 * ends later serves us as well. Where a date is unknown on either side nothing is concluded from it.
 */
export function isOurs(value: string, observed: string): boolean {
  const [ours, seen] = [partsOf(value), partsOf(observed)];
  if (ours.wish !== seen.wish) return false;
  return ours.date === undefined || seen.date === undefined || seen.date >= ours.date;
}

function partsOf(value: string): { readonly wish: string; readonly date?: string } {
  const at = value.indexOf(separator);
  return at < 0 ? { wish: value } : { wish: value.slice(0, at), date: value.slice(at + separator.length) };
}
