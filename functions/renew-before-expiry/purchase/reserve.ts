import type { EpochMs } from '../../../shared/client/clock.ts';
import { addToBudget, type BudgetState, type BudgetView, reservationId } from '../../../shared/journal/renewals/budget.ts';
import type { RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import { formatMoney, type Money } from '../../../shared/policy/money.ts';
import { defaultRules, type ProtocolRules, type PurchaseOrder, type PurchaseRun, type Purchasing } from './contract.ts';
import { type MonthOf, monthsFor } from './month.ts';
import { type Budget, type ReservationContext, settleBudget, settleBudgets, type UsedReservations } from './reservations.ts';

/** A desired state, with the stream of its resource as read. */
export interface ReserveRequest {
  readonly purchase: PurchaseOrder;
  readonly view: RenewalView;
}

/** An amount set aside for one claim. */
export interface Reservation {
  readonly id: string;
  /** Month `yyyy-mm` whose budget holds it. */
  readonly month: string;
  /** The other month that holds it too, near a change of month. */
  readonly otherMonth?: string;
  readonly amount: Money;
}

/** Why the budget does not let an order pass. */
type RefusalCode = 'no-limit' | 'month-change' | 'budget-short' | 'budget-unreadable' | 'reservation-released';

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
  /** Reservations that are used for good, as far as this process knows. Default: none are known. */
  readonly used?: UsedReservations | undefined;
  /** The streams of what is due, held or not, as read. Default: those of the requests. */
  readonly views?: readonly RenewalView[];
  /** Give back what is owed in all budgets with a limit, also where nothing is ordered in them. Default: false. */
  readonly settleAll?: boolean;
  /** Default: all on. For tests that show that each rule is needed. */
  readonly rules?: ProtocolRules;
}

/**
 * Sets money aside for orders, one batch per run and currency (purchase protocol, P4). Whole orders, in the order given: nearest expiry
 * first; one that does not fit is passed over. A reservation of the same id is reused, and raised where the price rose. What is owed back is
 * given back before. Near a change of month what cannot wait is set aside in both months. Gives one result per request, in order.
 * @throws StoreError @throws JournalError
 */
export function* reserveBatch(
  run: PurchaseRun,
  requests: readonly ReserveRequest[],
  context: ReserveContext,
): Purchasing<readonly Reserved[]> {
  const results = new Map<ReserveRequest, Reserved>();
  const searched = searchedPlaces(requests, context);
  const settled = context.settleAll ? yield* settleBudgets(run, context.limits.keys(), searched) : [];
  for (const currency of new Set(requests.map(({ purchase }) => purchase.reserve.currency))) {
    const batch = requests.filter(({ purchase }) => purchase.reserve.currency === currency);
    const limit = context.limits.get(currency);
    const decided = limit
      ? yield* reserveWithin(run, limit, batch, { ...searched, settled })
      : batch.map((request) => refusedFor(request, noLimit(currency)));
    for (const result of decided) results.set(result.request, result);
  }
  return requests.map((request) => results.get(request) as Reserved);
}

interface Refusal {
  readonly code: RefusalCode;
  readonly text: string;
}

function noLimit(currency: string): Refusal {
  const text = `No monthly limit is set for ${currency}, so nothing is ordered in it: add one to limits.spendPerMonth. Amounts are never converted.`;
  return { code: 'no-limit', text };
}

const monthChanges: Refusal = {
  code: 'month-change',
  text: 'Nothing that can wait is ordered from 60 minutes before a change of month until 15 minutes after it; a later run does it.',
};

function refusedFor(request: ReserveRequest, refusal: Refusal): Reserved {
  return { outcome: 'refused', request, ...refusal };
}

/** Requests by the months in which their money has to be set aside, first come first. */
export function byMonths(
  batch: readonly ReserveRequest[],
  { monthOf, nowMs, rules }: Pick<ReserveContext, 'monthOf' | 'nowMs' | 'rules'>,
): { readonly months: readonly string[]; readonly fitting: readonly ReserveRequest[]; readonly results: Map<ReserveRequest, Reserved> } {
  const results = new Map<ReserveRequest, Reserved>();
  const fitting: ReserveRequest[] = [];
  let months: readonly string[] = [monthOf(nowMs)];
  for (const request of batch) {
    const needed = monthsFor(request.purchase.expiresAtMs, nowMs, monthOf, rules);
    if (needed.length === 0) results.set(request, refusedFor(request, monthChanges));
    else {
      months = needed;
      fitting.push(request);
    }
  }
  return { months, fitting, results };
}

interface ReservingContext extends ReservationContext {
  /** Budgets that were settled a moment ago. Should somebody have added to one since, the next record is refused and shows it. */
  readonly settled: readonly (Budget & { readonly view: BudgetView })[];
}

/** In one currency: in the month that counts, or in both near a change of month; what the second does not let pass is refused. */
function* reserveWithin(
  run: PurchaseRun,
  limit: Money,
  batch: readonly ReserveRequest[],
  context: ReservingContext,
): Purchasing<readonly Reserved[]> {
  const { months, fitting, results } = byMonths(batch, context);
  let passing = fitting;
  for (const month of months) {
    const reserved = yield* reserveIn(run, month, passing, limit, context);
    for (const result of reserved) results.set(result.request, combined(results.get(result.request), result));
    passing = passing.filter((request) => results.get(request)?.outcome === 'reserved');
  }
  return batch.map((request) => results.get(request) as Reserved);
}

/** The result of a second month together with that of the first. */
export function combined(first: Reserved | undefined, second: Reserved): Reserved {
  if (first?.outcome !== 'reserved' || second.outcome !== 'reserved') return second;
  return { ...first, reservation: { ...first.reservation, otherMonth: second.reservation.month } };
}

function* reserveIn(
  run: PurchaseRun,
  month: string,
  batch: readonly ReserveRequest[],
  limit: Money,
  context: ReservingContext,
): Purchasing<readonly Reserved[]> {
  const { currency } = limit;
  const settled = context.settled.find((each) => each.currency === currency && each.month === month);
  let view = settled?.view ?? (yield* settleBudget(run, { currency, month }, context));
  for (;;) {
    const { results, fresh } = admit(batch, view.state, limit, month);
    if (fresh.length === 0) return results;
    const signed = { owner: run.owner, atMs: context.nowMs };
    const { added, view: after } = yield* addToBudget(view, signed, { kind: 'reserve', body: { reservations: [...fresh] } });
    if (added) return results;
    view = after;
  }
}

/** What looking at reservations needs, from what the run has read anyway. */
export function searchedPlaces(
  requests: readonly ReserveRequest[],
  { monthOf, nowMs, used, views = [], rules = defaultRules }: Pick<ReserveContext, 'monthOf' | 'nowMs' | 'used' | 'views' | 'rules'>,
): ReservationContext {
  const known = new Map([...views, ...requests.map(({ view }) => view)].map((view) => [view.stream, view]));
  return { nowMs, monthOf, used, rules, views: known, wanted: new Set(requests.map(reservationIdOf)) };
}

/** Id of the reservation that a request needs. */
function reservationIdOf({ purchase, view }: ReserveRequest): string {
  return reservationId(purchase.account, purchase.resource.id, view.next);
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
    const { purchase } = request;
    const id = reservationIdOf(request);
    if (state.damaged) {
      const text = `What the budget of ${month} in ${limit.currency} has set aside is not known, so nothing is ordered in it. ${state.damaged.message}`;
      return { outcome: 'refused', request, code: 'budget-unreadable', text };
    }
    if (state.released.has(id)) {
      return {
        outcome: 'refused',
        request,
        code: 'reservation-released',
        text: 'What was reserved for this renewal was given back meanwhile; the next run goes on with a new number.',
      };
    }
    const before = amounts.get(id) ?? 0n;
    const more = purchase.reserve.micros > before ? purchase.reserve.micros - before : 0n;
    if (used + more > limit.micros) {
      const left = { currency: limit.currency, micros: limit.micros > used ? limit.micros - used : 0n };
      const text = `${formatMoney(purchase.reserve, { exact: true })} do not fit: of ${formatMoney(limit, { exact: true })} for ${month}, ${formatMoney(left, { exact: true })} are free${used > state.usedMicros ? ' after the orders before it' : ''}. Raise limits.spendPerMonth, or renew it by hand.`;
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
