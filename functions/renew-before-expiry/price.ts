import type { Action } from '../../shared/engine/decision.ts';
import type { RenewalFacts } from '../../shared/engine/renewals/planner.ts';
import type { Subscribable } from '../../shared/fleet/subscription.ts';
import { monthsOf, periodText, type SubscriptionPeriod } from '../../shared/fleet/subscription-period.ts';
import { formatMoney, type Money, times } from '../../shared/policy/money.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { OrderRule } from './renew-rule.ts';

/** What a renewal costs: what the budget sets aside, and what the service calls due where it says so. */
export interface RenewalPrice {
  readonly reserve: Money;
  readonly trade: Money | undefined;
}

/** The price of renewing a resource for a period, `'ask'` where the service has to be asked first, or why it is unknown. */
export function priceOf(
  resource: Subscribable,
  period: SubscriptionPeriod,
  rule: OrderRule,
  facts: RenewalFacts,
): Outcome<RenewalPrice> | 'ask' {
  if (resource.kind === 'workstation') return listedPrice(resource.instanceType, period, rule);
  const quote = facts.quotes.get(periodText(period));
  if (quote === undefined) return 'ask';
  if (quote !== null) return found({ reserve: quote.original, trade: quote.trade });
  return held(reason('price-unknown', `the service gave no price for ${periodText(period)}; the next run asks again`));
}

function listedPrice(type: string | undefined, period: SubscriptionPeriod, rule: OrderRule): Outcome<RenewalPrice> {
  const months = monthsOf(period);
  const monthly = type !== undefined && Object.hasOwn(rule.pricePerMonth, type) ? rule.pricePerMonth[type] : undefined;
  if (monthly !== undefined && months !== undefined) return found({ reserve: times(monthly, months), trade: undefined });
  const text = `there is no price for ${type ?? 'its unknown type'}; add it to pricePerMonth of rule ${rule.name}`;
  return held(reason('type-not-priced', text, { type: type ?? null }));
}

/** A price for people: `1,980.00 CNY`, with what is due where a discount makes that less. */
export function priceText({ reserve, trade }: RenewalPrice): string {
  const due = trade !== undefined && trade.currency === reserve.currency && trade.micros < reserve.micros ? trade : undefined;
  return due === undefined ? formatMoney(reserve) : `${formatMoney(reserve)} (${formatMoney(due)} with discounts)`;
}

/** The price as an action carries it. It is what the service asks, or what the policy says; no estimate of ours. */
export function costOf({ reserve }: RenewalPrice, period: SubscriptionPeriod): NonNullable<Action['cost']> {
  return { kind: 'quote', amount: reserve, per: `for ${periodText(period)}` };
}
