import type { EpochMs } from '../../shared/client/clock.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { RenewalContext } from '../../shared/engine/renewals/planner.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { formatMoney, type Money } from '../../shared/policy/money.ts';
import { reason } from './reasons.ts';
import type { OrderRule } from './renew-rule.ts';

/** Why no order may be placed at this price at all, whoever approves; undefined when one may. */
export function ceilingReason(price: Money, rule: OrderRule, { policy }: RenewalContext): Reason | undefined {
  const most = rule.maxPrice.find(({ currency }) => currency === price.currency);
  if (most !== undefined && price.micros > most.micros) {
    const text = `it costs ${formatMoney(price, { exact: true })} and maxPrice of rule ${rule.name} is ${formatMoney(most, { exact: true })}; raise that, or renew it by hand`;
    return reason('price-over-maximum', text, { price: amount(price), most: amount(most) });
  }
  const limit = policy.limits.spendPerMonth?.find(({ currency }) => currency === price.currency);
  if (limit !== undefined) return undefined;
  const text = `limits.spendPerMonth has no amount in ${price.currency}, and nothing is converted; add one, or renew it by hand`;
  return reason('no-spending-limit', text, { currency: price.currency });
}

/** Why a renewal would reach too far ahead; undefined when it does not. */
export function aheadReason(endMs: EpochMs, rule: OrderRule, context: RenewalContext): Reason | undefined {
  if (rule.aheadAtMostMs === undefined || endMs - context.nowMs <= rule.aheadAtMostMs) return undefined;
  const text = `it would last until ${localText(endMs, context)}, beyond renewAheadAtMost of rule ${rule.name}; order a shorter period`;
  return reason('too-far-ahead', text, { endMs });
}

/** An amount as the data of a reason: whole millionths as text. */
export function amount({ currency, micros }: Money): { readonly currency: string; readonly micros: string } {
  return { currency, micros: micros.toString() };
}
