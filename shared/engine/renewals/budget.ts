import { readBudget } from '../../journal/budget.ts';
import type { BudgetState } from '../../journal/budget-fold.ts';
import type { RenewalView } from '../../journal/renewal.ts';
import type { Money } from '../../policy/money.ts';
import { type MonthOf, monthIn } from '../purchase/month.ts';
import { owedOf } from '../purchase/owed.ts';
import { admit, byMonths, combined, owedContext, type Reserved, type ReserveRequest, reservationIdOf } from '../purchase/reserve.ts';
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

/**
 * What the runs of one command have planned to order so far, so that a plan over several targets shares one budget as their orders would. Kept
 * in memory: a plan writes nothing.
 */
export class PlannedSpending {
  readonly #micros = new Map<string, bigint>();

  /** Adds what a run would order. */
  add(reserved: readonly Reserved[]): void {
    for (const result of reserved) {
      if (result.outcome === 'refused') continue;
      const { amount, month, otherMonth } = result.reservation;
      for (const each of otherMonth === undefined ? [month] : [month, otherMonth]) {
        const key = `${amount.currency} ${each}`;
        this.#micros.set(key, (this.#micros.get(key) ?? 0n) + amount.micros);
      }
    }
  }

  /** What is planned in a month's budget, in millionths. */
  in(currency: string, month: string): bigint {
    return this.#micros.get(`${currency} ${month}`) ?? 0n;
  }
}

/** What previewing goes by. */
export interface PreviewContext extends RenewalContext {
  /** Ids of reservations that are used for good, as far as this process knows. */
  readonly used: Set<string>;
  /** The streams of what is due, as read. */
  readonly views: readonly RenewalView[];
  /** What other targets of the same plan would order. Default: nothing. */
  readonly planned?: PlannedSpending | undefined;
}

/** What the month's budgets let pass, and how they stand. */
export interface Admission {
  readonly results: readonly Reserved[];
  readonly budgets: readonly BudgetUse[];
}

/**
 * Which orders the budgets let pass as they stand now, without setting anything aside: what a plan shows, and what keeps a run from
 * writing down orders that have no chance. What is owed back counts as given back. `also` names currencies to read for the report alone.
 * @throws StoreError @throws JournalError
 */
export function* previewAdmission(
  requests: readonly ReserveRequest[],
  also: readonly string[],
  context: PreviewContext,
): Renewal<Admission> {
  const limits = limitsOf(context);
  const results: Reserved[] = [];
  const budgets: BudgetUse[] = [];
  for (const currency of new Set([...requests.map(({ wish }) => wish.reserve.currency), ...also])) {
    const limit = limits.get(currency);
    // The planner has held what has no limit before.
    if (!limit) continue;
    const batch = requests.filter(({ wish }) => wish.reserve.currency === currency);
    const { months, fitting, results: mine } = byMonths(batch, { monthOf: monthOf(context), nowMs: context.nowMs });
    let passing = fitting;
    for (const month of months) {
      const state = yield* stateOf(limit, month, batch, context);
      const admitted = admit(passing, state, limit, month).results;
      for (const result of admitted) mine.set(result.request, combined(mine.get(result.request), result));
      budgets.push(useOf(limit, month, state, admitted));
      passing = passing.filter((request) => mine.get(request)?.outcome === 'reserved');
    }
    results.push(...batch.map((request) => mine.get(request) as Reserved));
  }
  return { results, budgets };
}

/** A month's budget as it will stand once what is owed is given back, with what the same plan would order elsewhere. */
function* stateOf(limit: Money, month: string, batch: readonly ReserveRequest[], context: PreviewContext): Renewal<BudgetState> {
  const { nowMs, used, views, planned } = context;
  const view = yield* readBudget(limit.currency, month);
  const { release, abandoned } = yield* owedOf(
    view,
    month,
    owedContext(batch, { limits: new Map(), monthOf: monthOf(context), nowMs, used, views }),
  );
  const wanted = new Set(batch.map(reservationIdOf));
  const back = [...release, ...abandoned.filter((id) => !wanted.has(id))];
  const reserved = new Map([...view.state.reserved].filter(([id]) => !back.includes(id)));
  const sum = [...reserved.values()].reduce((total, micros) => total + micros, 0n);
  return { reserved, released: view.state.released, usedMicros: sum + (planned?.in(limit.currency, month) ?? 0n) };
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
