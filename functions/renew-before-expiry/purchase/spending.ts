import type { EpochMs } from '../../../shared/client/clock.ts';
import type { ReservationState } from '../../../shared/engine/report.ts';
import { listBudgets, readBudget } from '../../../shared/journal/renewals/budget.ts';
import type { Storing } from '../../../shared/journal/store/store-effect.ts';
import { add, type Money, subtract, zero } from '../../../shared/policy/money.ts';
import { type MonthOf, monthBefore } from './month.ts';
import { type Budget, type HeldReservation, heldIn, isGivenBack, reservationWords } from './reservations.ts';

/** One amount that a month's budget holds, as people read it. */
export interface SpendingLine {
  readonly account: string;
  /** Name of the target whose run claimed it; undefined where nothing is claimed yet. */
  readonly target: string | undefined;
  readonly resource: string;
  /** Number of the resource's renewal, from 0. */
  readonly n: number;
  readonly amount: Money;
  readonly sinceMs: EpochMs;
  readonly state: ReservationState;
  /** The state in words. */
  readonly words: string;
  readonly orderId: string | undefined;
  /** In which of the sums it is; `given-back`: in none. */
  readonly counts: 'ordered' | 'reserved' | 'given-back';
}

/** A month in one currency: what was ordered, what is reserved, and what is left of its limit. */
export interface MonthSpending extends Budget {
  /** Undefined where the policy has none in this currency, or there is no policy. */
  readonly limit: Money | undefined;
  readonly ordered: Money;
  /** Held for orders that are not known to have been placed, or to count in this month. */
  readonly reserved: Money;
  /** What is left of the limit: negative where a limit was lowered below what is used. Undefined without a limit. */
  readonly free: Money | undefined;
  /** In the order in which they were set aside. */
  readonly lines: readonly SpendingLine[];
}

/** What reading goes by. */
export interface SpendingContext {
  readonly limits: ReadonlyMap<string, Money>;
  readonly monthOf: MonthOf;
  readonly nowMs: EpochMs;
}

/** What a journal says of spending. */
export interface SpendingFound {
  /** By month, then currency. */
  readonly months: readonly MonthSpending[];
  /** Other months that the journal has budgets of, in order. */
  readonly others: readonly string[];
}

/**
 * How the budgets of a month stand, by the journal alone; without `only` those of this month, the month before and what comes after. What the next
 * run gives back is shown, and in no sum. Reads every claim of these months, so it is for people who ask. @throws StoreError @throws JournalError
 */
export function* readSpendingOf(only: string | undefined, context: SpendingContext): Storing<SpendingFound> {
  const listed = yield* listBudgets();
  const currencies = [...new Set([...context.limits.keys(), ...listed.keys()])].sort();
  const thisMonth = context.monthOf(context.nowMs);
  const shown = (month: string): boolean => (only === undefined ? month >= monthBefore(thisMonth) : month === only);
  const months: MonthSpending[] = [];
  const others = new Set<string>();
  for (const currency of currencies) {
    const there = listed.get(currency) ?? [];
    for (const month of there) if (!shown(month)) others.add(month);
    const wanted = new Set([...there.filter(shown), ...(context.limits.has(currency) ? [only ?? thisMonth] : [])]);
    for (const month of wanted) months.push(yield* spendingOf({ currency, month }, context));
  }
  months.sort((a, b) => compare(a.month, b.month) || compare(a.currency, b.currency));
  return { months, others: [...others].sort() };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function* spendingOf(budget: Budget, { limits, monthOf, nowMs }: SpendingContext): Storing<MonthSpending> {
  const view = yield* readBudget(budget.currency, budget.month);
  const held = yield* heldIn(view, budget, { nowMs, monthOf });
  const lines = held.map((each) => lineOf(each, budget, monthOf));
  const sum = (counts: SpendingLine['counts']): Money =>
    lines.filter((line) => line.counts === counts).reduce((total, { amount }) => add(total, amount), zero(budget.currency));
  const [ordered, reserved] = [sum('ordered'), sum('reserved')];
  const limit = limits.get(budget.currency);
  return { ...budget, limit, ordered, reserved, free: limit && subtract(subtract(limit, ordered), reserved), lines };
}

function lineOf(held: HeldReservation, { month }: Budget, monthOf: MonthOf): SpendingLine {
  const { account, resourceId, n, amount, sinceMs, state, entry } = held;
  const claim = entry?.claim?.abandoned ? undefined : entry?.claim;
  const placed = state === 'renewed' || state === 'ordered';
  // Near a change of month it cannot be told by whose clock: then it may count in either, and it is shown as ordered by ours.
  const elsewhere = placed && claim?.otherMonth !== undefined && monthOf(claim.t) !== month;
  const orderId = entry?.answer?.orderId ?? entry?.end?.orderId;
  return {
    ...{ account, target: claim?.target, resource: resourceId, n, amount, sinceMs, state, orderId },
    words: elsewhere ? `${reservationWords[state]}; ordered so near the change of month that it may count here` : reservationWords[state],
    counts: isGivenBack(held) ? 'given-back' : placed && !elsewhere ? 'ordered' : 'reserved',
  };
}
