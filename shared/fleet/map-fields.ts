import { isGiven, type Loose, textOf } from './answer-fields.ts';
import type { Charge } from './delivery-group.ts';
import { parseInstant } from './instant.ts';
import type { Unreadable } from './map-strategy.ts';

/** How a resource is paid; undefined where it is not said or not known. Compared without case: one page of the API definition spells it `Prepaid` (service notes, Money). */
export function mapCharge(value: unknown, unreadable: Unreadable): Charge | undefined {
  const text = textOf(value)?.toLowerCase();
  if (text === 'prepaid') return 'subscription';
  if (text === 'postpaid') return 'pay-as-you-go';
  if (isGiven(value)) unreadable('ChargeType');
  return undefined;
}

/** The instant of a field; undefined where it is absent, and noted where it is there and cannot be read. */
export function mapTime(row: Loose, field: string, unreadable: Unreadable): number | undefined {
  const text = textOf(row[field]);
  const instant = text === undefined ? undefined : parseInstant(text);
  if (instant === undefined && isGiven(row[field])) unreadable(field);
  return instant;
}
