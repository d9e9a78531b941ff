import type { PlannedAmount, PlannedSpending } from '../../../shared/engine/planned-spending.ts';
import type { BudgetUse, HeldAmount } from '../../../shared/engine/report.ts';
import { type BudgetState, readBudget } from '../../../shared/journal/renewals/budget.ts';
import type { RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import type { Money } from '../../../shared/policy/money.ts';
import { type MonthOf, monthIn } from '../purchase/month.ts';
import {
  type Budget,
  type HeldReservation,
  heldIn,
  isGivenBack,
  type ReservationContext,
  type UsedReservations,
} from '../purchase/reservations.ts';
import { admit, byMonths, combined, type Reserved, type ReserveRequest, searchedPlaces } from '../purchase/reserve.ts';
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

/** What orders would take out of budgets: near a change of month one counts in both. */
export function plannedAmounts(reserved: readonly Reserved[]): readonly PlannedAmount[] {
  return reserved.flatMap((result) => {
    if (result.outcome === 'refused') return [];
    const { id, amount, month, otherMonth } = result.reservation;
    return [{ id, amount, months: otherMonth === undefined ? [month] : [month, otherMonth] }];
  });
}

/** What previewing goes by. */
export interface PreviewContext extends RenewalContext {
  /** Reservations that are used for good, as far as this process knows. */
  readonly used: UsedReservations;
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
  const searched = searchedPlaces(requests, { ...context, monthOf: monthOf(context) });
  const results: Reserved[] = [];
  const budgets: BudgetUse[] = [];
  for (const currency of new Set([...requests.map(({ purchase }) => purchase.reserve.currency), ...also])) {
    const limit = limits.get(currency);
    // The planner has held what has no limit before.
    if (!limit) continue;
    const batch = requests.filter(({ purchase }) => purchase.reserve.currency === currency);
    const { months, fitting, results: mine } = byMonths(batch, searched);
    let passing = fitting;
    for (const month of months) {
      const { state, held } = yield* stateOf({ currency, month }, searched, context.planned);
      const admitted = admit(passing, state, limit, month).results;
      for (const result of admitted) mine.set(result.request, combined(mine.get(result.request), result));
      budgets.push(useOf(limit, month, state, admitted, held));
      passing = passing.filter((request) => mine.get(request)?.outcome === 'reserved');
    }
    results.push(...batch.map((request) => mine.get(request) as Reserved));
  }
  return { results, budgets };
}

interface PreviewedBudget {
  readonly state: BudgetState;
  readonly held: readonly HeldReservation[];
}

/** A month's budget as it will stand once what is owed is given back, with what the same plan would order elsewhere. */
function* stateOf(budget: Budget, searched: ReservationContext, planned: PlannedSpending | undefined): Renewal<PreviewedBudget> {
  const view = yield* readBudget(budget.currency, budget.month);
  const held = yield* heldIn(view, budget, searched);
  const reserved = new Map(view.state.reserved);
  const released = new Set(view.state.released);
  for (const each of held) {
    if (!isGivenBack(each)) continue;
    reserved.delete(each.id);
    released.add(each.id);
  }
  for (const [id, micros] of planned?.in(budget) ?? []) if (micros > (reserved.get(id) ?? -1n)) reserved.set(id, micros);
  return {
    state: { ...view.state, reserved, released, usedMicros: [...reserved.values()].reduce((sum, micros) => sum + micros, 0n) },
    held,
  };
}

function useOf(limit: Money, month: string, state: BudgetState, results: readonly Reserved[], held: readonly HeldReservation[]): BudgetUse {
  const { currency } = limit;
  const planned = results.reduce((sum, result) => {
    if (result.outcome === 'refused') return sum;
    const { id, amount } = result.reservation;
    return sum + amount.micros - (state.reserved.get(id) ?? 0n);
  }, 0n);
  return {
    ...{ month, limit, used: { currency, micros: state.usedMicros }, planned: { currency, micros: planned } },
    held: held.filter((each) => each.state !== 'renewed').map(heldAmount),
  };
}

function heldAmount({ account, resourceId, amount, sinceMs, state }: HeldReservation): HeldAmount {
  return { account, resource: resourceId, amount, since: new Date(sinceMs).toISOString(), state };
}
