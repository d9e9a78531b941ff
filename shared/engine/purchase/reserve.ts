import type { EpochMs } from '../../client/clock.ts';
import { addToBudget, type BudgetView, readBudget, reservationId } from '../../journal/budget.ts';
import type { BudgetState } from '../../journal/budget-fold.ts';
import type { RenewalView } from '../../journal/renewal.ts';
import { formatMoney, type Money } from '../../policy/money.ts';
import type { PurchaseRun, Purchasing, RenewalWish } from './contract.ts';
import { type MonthOf, nearMonthChange } from './month.ts';

/** A wish, with the stream of its resource as read. */
export interface ReserveRequest {
  readonly wish: RenewalWish;
  readonly view: RenewalView;
}

/** An amount set aside for one claim. */
export interface Reservation {
  readonly id: string;
  /** Month `yyyy-mm` whose budget holds it. */
  readonly month: string;
  readonly amount: Money;
}

/** Why the budget does not let an order pass. */
type RefusalCode = 'no-limit' | 'month-change' | 'budget-short' | 'reservation-released';

/** What became of one request. */
export type Reserved =
  | { readonly outcome: 'reserved'; readonly request: ReserveRequest; readonly reservation: Reservation }
  | { readonly outcome: 'refused'; readonly request: ReserveRequest; readonly code: RefusalCode; readonly text: string };

/** What reserving goes by. */
export interface ReserveContext {
  /** What may be ordered per month, by currency. A currency without an entry has no limit set, and nothing is ordered in it. */
  readonly limits: ReadonlyMap<string, Money>;
  readonly monthOf: MonthOf;
  readonly nowMs: EpochMs;
}

/**
 * Sets money aside for orders, one batch per run and currency (protocols, renewal, step 4). Whole orders, in the order given: nearest expiry
 * first; one that does not fit is passed over. A reservation of the same id is reused, and raised where the price rose. Gives one result
 * per request, in order. @throws StoreError @throws JournalError
 */
export function* reserveBatch(
  run: PurchaseRun,
  requests: readonly ReserveRequest[],
  context: ReserveContext,
): Purchasing<readonly Reserved[]> {
  const results = new Map<ReserveRequest, Reserved>();
  for (const currency of new Set(requests.map(({ wish }) => wish.reserve.currency))) {
    const batch = requests.filter(({ wish }) => wish.reserve.currency === currency);
    const limit = context.limits.get(currency);
    const refusal = refuseAll(currency, limit, context);
    const decided = refusal
      ? batch.map((request) => ({ outcome: 'refused' as const, request, ...refusal }))
      : yield* reserveIn(run, currency, batch, limit as Money, context);
    for (const result of decided) results.set(result.request, result);
  }
  return requests.map((request) => results.get(request) as Reserved);
}

function refuseAll(
  currency: string,
  limit: Money | undefined,
  { monthOf, nowMs }: ReserveContext,
): { code: RefusalCode; text: string } | undefined {
  if (!limit) {
    return {
      code: 'no-limit',
      text: `No monthly limit is set for ${currency}, so nothing is ordered in it: add one to limits.spendPerMonth. Amounts are never converted.`,
    };
  }
  if (nearMonthChange(nowMs, monthOf)) {
    return {
      code: 'month-change',
      text: 'Nothing is ordered from 60 minutes before a change of month until 15 minutes after it; a later run does it.',
    };
  }
  return undefined;
}

function* reserveIn(
  run: PurchaseRun,
  currency: string,
  batch: readonly ReserveRequest[],
  limit: Money,
  { monthOf, nowMs }: ReserveContext,
): Purchasing<readonly Reserved[]> {
  const month = monthOf(nowMs);
  const signed = { owner: run.owner, atMs: nowMs };
  let view: BudgetView = yield* readBudget(currency, month);
  for (;;) {
    const owed = owedReleases(batch, view.state, month);
    if (owed.length > 0) {
      ({ view } = yield* addToBudget(view, signed, { kind: 'release', body: { ids: [...owed] } }));
      continue;
    }
    const { results, fresh } = admit(batch, view.state, limit, month);
    if (fresh.length === 0) return results;
    const { added, view: after } = yield* addToBudget(view, signed, { kind: 'reserve', body: { reservations: [...fresh] } });
    if (added) return results;
    view = after;
  }
}

/** Reservations of claims that came to nothing, of this month, which a crash left unreleased. */
function owedReleases(batch: readonly ReserveRequest[], state: BudgetState, month: string): readonly string[] {
  const claims = batch.flatMap(({ view }) => view.voided.flatMap(({ claim }) => (claim?.month === month ? [claim.reservation] : [])));
  return [...new Set(claims)].filter((id) => state.reserved.has(id));
}

/** Which requests the budget lets pass, and the reservations that are new or higher than before. Pure. */
export function admit(
  batch: readonly ReserveRequest[],
  state: BudgetState,
  limit: Money,
  month: string,
): { readonly results: readonly Reserved[]; readonly fresh: readonly { readonly id: string; readonly micros: string }[] } {
  const amounts = new Map(state.reserved);
  let used = state.usedMicros;
  const fresh: { id: string; micros: string }[] = [];
  const results = batch.map((request): Reserved => {
    const { wish, view } = request;
    const id = reservationId(wish.account, wish.resource.id, view.next);
    if (state.released.has(id)) {
      return {
        outcome: 'refused',
        request,
        code: 'reservation-released',
        text: 'What was set aside for this renewal was given back meanwhile; the next run goes on with a new number.',
      };
    }
    const before = amounts.get(id) ?? 0n;
    const more = wish.reserve.micros > before ? wish.reserve.micros - before : 0n;
    if (used + more > limit.micros) {
      const left = { currency: limit.currency, micros: limit.micros > used ? limit.micros - used : 0n };
      const text = `${formatMoney(wish.reserve)} do not fit: of ${formatMoney(limit)} for ${month}, ${formatMoney(left)} are left. Raise limits.spendPerMonth or renew by hand.`;
      return { outcome: 'refused', request, code: 'budget-short', text };
    }
    if (more > 0n || !amounts.has(id)) {
      amounts.set(id, before + more);
      used += more;
      fresh.push({ id, micros: (before + more).toString() });
    }
    return { outcome: 'reserved', request, reservation: { id, month, amount: { currency: limit.currency, micros: before + more } } };
  });
  return { results, fresh };
}
