import { readBudget } from '../../journal/budget.ts';
import type { BudgetState } from '../../journal/budget-fold.ts';
import type { Money } from '../../policy/money.ts';
import { type MonthOf, monthIn } from '../purchase/month.ts';
import { admit, type Reserved, type ReserveRequest } from '../purchase/reserve.ts';
import type { BudgetUse } from '../report.ts';
import type { Renewal } from './effects.ts';
import type { RenewalContext } from './planner.ts';

/** The limits of the policy by currency. */
export function limitsOf({ policy }: Pick<RenewalContext, 'policy'>): ReadonlyMap<string, Money> {
  return new Map((policy.limits.spendPerMonth ?? []).map((limit) => [limit.currency, limit]));
}

/** Months by the policy's clock: the limit is one over all targets, so its month is the policy's and not the target's. */
export function monthOf({ policy }: Pick<RenewalContext, 'policy'>): MonthOf {
  return monthIn(policy.zones[policy.timezone] ?? { transitions: [] });
}

/** What the month's budgets let pass, and how they stand. */
export interface Admission {
  readonly results: readonly Reserved[];
  readonly budgets: readonly BudgetUse[];
}

/**
 * Which orders the budgets let pass as they stand now, without setting anything aside: what a plan shows, and what keeps a run from
 * writing down orders that have no chance. `also` names currencies to read for the report alone. @throws StoreError @throws JournalError
 */
export function* previewAdmission(
  requests: readonly ReserveRequest[],
  also: readonly string[],
  context: RenewalContext,
): Renewal<Admission> {
  const limits = limitsOf(context);
  const month = monthOf(context)(context.nowMs);
  const results: Reserved[] = [];
  const budgets: BudgetUse[] = [];
  for (const currency of new Set([...requests.map(({ wish }) => wish.reserve.currency), ...also])) {
    const limit = limits.get(currency);
    // The planner has held what has no limit before.
    if (!limit) continue;
    const { state } = yield* readBudget(currency, month);
    const mine = admit(
      requests.filter(({ wish }) => wish.reserve.currency === currency),
      state,
      limit,
      month,
    );
    results.push(...mine.results);
    budgets.push(useOf(limit, month, state, mine.results));
  }
  return { results, budgets };
}

function useOf(limit: Money, month: string, state: BudgetState, results: readonly Reserved[]): BudgetUse {
  const { currency } = limit;
  const planned = results.reduce((sum, result) => {
    if (result.outcome === 'refused') return sum;
    const { id, amount } = result.reservation;
    return sum + amount.micros - (state.reserved.get(id) ?? 0n);
  }, 0n);
  return { month, limit, used: { currency, micros: state.usedMicros }, planned: { currency, micros: planned } };
}
