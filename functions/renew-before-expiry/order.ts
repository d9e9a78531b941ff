import { refOf } from '../../shared/fleet/resource.ts';
import type { Subscribable } from '../../shared/fleet/subscription.ts';
import { endAfter, monthsOf, periodText, type SubscriptionPeriod } from '../../shared/fleet/subscription-period.ts';
import type { ActDecision, Action, Json, Reason } from '../../shared/planning/decision.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { found, held, type Outcome } from '../../shared/planning/result.ts';
import { frozenUntil } from '../../shared/policy/exception.ts';
import { formatMoney, type Money, times } from '../../shared/policy/money.ts';
import type { OrderRule } from './compiled-rule.ts';
import { reason } from './reasons.ts';
import type { PlannedOrder, RenewalContext, RenewalFacts, RenewalVerdict } from './run/planner.ts';

/** What is ordered, for how much, and on whose word. */
export interface Purchase extends Pick<PlannedOrder, 'approvedBy' | 'unasked'> {
  readonly period: SubscriptionPeriod;
  readonly price: RenewalPrice;
  readonly because: readonly Reason[];
}

/** The decision to order a renewal of an expiry. */
export function orderOf(
  resource: Subscribable,
  expiresAtMs: number,
  rule: OrderRule,
  purchase: Purchase,
  context: RenewalContext,
): RenewalVerdict {
  const { period, price, approvedBy, unasked } = purchase;
  const text = `expires ${localText(expiresAtMs, context)}; ${periodText(period)} costs ${priceText(price)}`;
  const because = [reason('due', text, { expiresAtMs, period: periodText(period) }), ...purchase.because];
  const evenFrozen = outlastsFreeze(expiresAtMs, context);
  if (evenFrozen) {
    const spared = 'a freeze is in force, and after it less than 24 hours would be left: it is ordered all the same';
    because.push(reason('in-spite-of-freeze', spared));
  }
  if (!rule.autoPay) because.push(reason('waits-for-payment', 'the order will wait until somebody pays it (autoPay: false)'));
  const decision: ActDecision = {
    verdict: 'act',
    rule: rule.name,
    resource: refOf(resource),
    because,
    action: { ...actionOf(resource, expiresAtMs, rule, purchase, context), ...(evenFrozen ? { restores: 'capacity' } : {}) },
  };
  return { decision, order: { period, autoPay: rule.autoPay, reserve: price.reserve, trade: price.trade, approvedBy, unasked } };
}

function actionOf(resource: Subscribable, expiresAtMs: number, rule: OrderRule, purchase: Purchase, context: RenewalContext): Action {
  const { period, price } = purchase;
  const endMs = endAfter(expiresAtMs, period);
  const seconds = Math.floor(expiresAtMs / 1000);
  return {
    key: `renew/${resource.id}/${seconds}`,
    ...callOf(resource, period, rule.autoPay),
    effect: 'purchase',
    harms: ['spend'],
    change: [{ field: 'expiry', from: localText(expiresAtMs, context), to: localText(endMs, context) }],
    writes: { setting: 'expiry', value: String(Math.floor(endMs / 1000)) },
    cost: costOf(price, period),
  };
}

/** What has to be left to order a renewal after a freeze, in milliseconds: else the freeze does not hold it. */
const leastAfterFreezeMs = 24 * 3_600_000;

/** True where a freeze is in force that would leave too little time to renew after it: a freeze never makes a subscription lapse. */
function outlastsFreeze(expiresAtMs: number, { policy, target, nowMs }: RenewalContext): boolean {
  const untilMs = frozenUntil(policy, 'renew-before-expiry', target.timezone, nowMs);
  return untilMs !== undefined && untilMs > expiresAtMs - leastAfterFreezeMs;
}

/** The call that orders a renewal, `AutoPay` spelled out. Explains-nothing parameters of the service are left out (service notes). */
function callOf(
  { kind, id }: Subscribable,
  { count, unit }: SubscriptionPeriod,
  autoPay: boolean,
): { readonly operation: string; readonly input: Readonly<Record<string, Json>> } {
  const paid = { Period: count, PeriodUnit: unit, AutoPay: autoPay };
  return kind === 'workstation'
    ? { operation: 'RenewWuyingServer', input: { WuyingServerId: id, ...paid } }
    : { operation: 'RenewAppInstanceGroup', input: { AppInstanceGroupId: id, ProductType: 'CloudApp', ...paid } };
}

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
function priceText({ reserve, trade }: RenewalPrice): string {
  const due = trade !== undefined && trade.currency === reserve.currency && trade.micros < reserve.micros ? trade : undefined;
  return due === undefined ? formatMoney(reserve) : `${formatMoney(reserve)} (${formatMoney(due)} with discounts)`;
}

/** The price as an action carries it. It is what the service asks, or what the policy says; no estimate of ours. */
function costOf({ reserve }: RenewalPrice, period: SubscriptionPeriod): NonNullable<Action['cost']> {
  return { kind: 'quote', amount: reserve, per: `for ${periodText(period)}` };
}
