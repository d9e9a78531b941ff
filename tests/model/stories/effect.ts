import type { ObservedSubscription, PurchaseEffect } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import type { Observed, RenewalEffect } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { AccountCheck } from '../../../shared/engine/account-check.ts';
import type { Moment } from '../../../shared/engine/effects.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import type { RenewQuote } from '../../../shared/fleet/renew-price.ts';
import type { Told } from '../../../shared/notify/notifier.ts';
import type { Heard } from '../process-tree.ts';
import type { Records } from './records.ts';

/** What shipped code asks of the world of a story. */
export type Effect = PurchaseEffect | RenewalEffect;

/** What a run hears of its observation: what it is to visit, and the result. */
export interface Observation extends Observed {
  readonly groups: readonly DeliveryGroup[];
}

const numbers = new WeakMap<object, number>();
let count = 0;

/** A number of an object that no other one has. */
function numberOf(object: object): number {
  const known = numbers.get(object);
  if (known !== undefined) return known;
  numbers.set(object, ++count);
  return count;
}

/** A text that tells apart all that can be heard of an effect. */
export function heardText(effect: Effect, heard: Heard, records: Records): string {
  if ('error' in heard) return `error ${numberOf(heard.error as object)}`;
  const { value } = heard;
  switch (effect.type) {
    case 'clock-now': {
      const { nowMs, stopping } = value as Moment;
      return stopping ? `${nowMs} stopping` : `${nowMs}`;
    }
    case 'store-create':
      return value as string;
    case 'store-read': {
      let text = '';
      for (const bytes of value as readonly (Uint8Array | undefined)[]) text += `${records.idOf(bytes)},`;
      return text;
    }
    case 'store-list':
    case 'store-folders':
      return (value as readonly string[]).join();
    case 'observe': {
      const { groups, failures } = value as Observation;
      let text = `${failures.length}`;
      for (const { id, expiresAtMs } of groups) text += ` ${id} ${expiresAtMs}`;
      return text;
    }
    case 'account': {
      const check = value as AccountCheck;
      return check.ok ? 'ok' : check.because.code;
    }
    case 'quote': {
      const quote = value as RenewQuote;
      return `${quote.original.micros} ${quote.original.currency}`;
    }
    case 'reread':
      return `${(value as ObservedSubscription).expiresAtMs}`;
    case 'send':
      return (value as { OrderId: string }).OrderId;
    case 'tell': {
      const { delivered, failed } = value as Told;
      return `${delivered} ${failed.map(({ channel }) => channel)}`;
    }
    case 'read-order':
    case 'auto-renewal':
    case 'balance':
      return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}` : part));
    case 'random-token':
      throw new Error('A token is no step of its own.');
  }
}
