import type { Unread } from '../../../shared/billing/read-orders.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { AccountCheck } from '../../../shared/engine/account-check.ts';
import type { Totals } from '../../../shared/engine/report.ts';
import type { RenewQuote } from '../../../shared/fleet/renew-price.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import type { SubscriptionPeriod } from '../../../shared/fleet/subscription-period.ts';
import type { Message } from '../../../shared/notify/message.ts';
import type { Told } from '../../../shared/notify/notifier.ts';
import type { Money } from '../../../shared/policy/money.ts';
import type { Purchasing } from '../purchase/contract.ts';

/** What a run of renewals asks of the world beside the purchase protocol's effects. */
export type RenewalEffect =
  /**
   * Reads all lists of the function and hands each resource over once; a list that fails ends early and is named in the result, so it never
   * fails as a whole. Result: `Observed`.
   */
  | {
      readonly type: 'observe';
      readonly visit: (resource: Subscribable) => void;
      readonly onPage?: ((observed: number, announced: number | undefined) => void) | undefined;
    }
  /** Whether the keys of the target belong to its account, one call at most. Result: `AccountCheck`; never fails. */
  | { readonly type: 'account' }
  /** The price of a renewal, one API read. Result: `RenewQuote`, or undefined where the service gives none. Failures are thrown in. */
  | { readonly type: 'quote'; readonly resource: Subscribable; readonly period: SubscriptionPeriod }
  /** Whether the console renews a resource by itself, one read of billing. Result: `AutoRenewal`; never fails. */
  | { readonly type: 'auto-renewal'; readonly resource: Subscribable }
  /** What the account can spend, one read of billing. Result: `Money | Unread`; never fails. */
  | { readonly type: 'balance' }
  /** Tells people; the message may wait for its turn until `waitUntilMs`. Result: `Told`; never fails. */
  | { readonly type: 'tell'; readonly channels: readonly string[]; readonly message: Message; readonly waitUntilMs?: EpochMs | undefined };

/** Code of a run of renewals: yields effects, gets their results, returns `T`. */
export type Renewal<T> = Purchasing<T, RenewalEffect>;

/** Observes everything that can expire. */
export function* observeEverything(
  visit: (resource: Subscribable) => void,
  onPage?: (observed: number, announced: number | undefined) => void,
): Renewal<Observed> {
  return (yield { type: 'observe', visit, onPage }) as Observed;
}

/** Asks whether the keys of the target belong to its account. */
export function* accountCheck(): Renewal<AccountCheck> {
  return (yield { type: 'account' }) as AccountCheck;
}

/** Asks for a price. @throws ApiError */
export function* quoteOf(resource: Subscribable, period: SubscriptionPeriod): Renewal<RenewQuote | undefined> {
  return (yield { type: 'quote', resource, period }) as RenewQuote | undefined;
}

/** Whether the console renews a resource by itself, or why billing does not tell. */
export type AutoRenewal = 'on' | 'off' | Unread;

/** Asks billing whether the console renews a resource by itself. */
export function* autoRenewalIn(resource: Subscribable): Renewal<AutoRenewal> {
  return (yield { type: 'auto-renewal', resource }) as AutoRenewal;
}

/** Asks billing what the account can spend. */
export function* balanceOf(): Renewal<Money | Unread> {
  return (yield { type: 'balance' }) as Money | Unread;
}

/** Tells people on channels of the policy. Until `waitUntilMs` the message may wait for its turn; default: two seconds or so. */
export function* tell(channels: readonly string[], message: Message, waitUntilMs?: EpochMs): Renewal<Told> {
  return (yield { type: 'tell', channels, message, waitUntilMs }) as Told;
}

/** What was observed, and what could not be. */
export interface Observed {
  readonly totals: Totals;
  readonly failures: readonly { readonly what: string; readonly error: unknown }[];
  /** How far the service's clock is ahead of ours, in milliseconds, where it is proven to be off; see `provenSkew`. */
  readonly skewMs?: number | undefined;
}
