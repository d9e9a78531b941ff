import type { EpochMs } from '../../../shared/client/clock.ts';
import type { ReservationState } from '../../../shared/engine/report.ts';
import { addToBudget, type BudgetView, parseReservationId, readBudget } from '../../../shared/journal/renewals/budget.ts';
import {
  isNothing,
  place,
  type RenewalEntry,
  type RenewalView,
  readClaims,
  readRenewal,
} from '../../../shared/journal/renewals/renewal.ts';
import {
  type AnswerBody,
  type ClaimBody,
  type EndBody,
  renewalKey,
  renewalStream,
} from '../../../shared/journal/renewals/renewal-record.ts';
import { JournalError } from '../../../shared/journal/store/store.ts';
import type { Storing } from '../../../shared/journal/store/store-effect.ts';
import { type Money, moneyToJson } from '../../../shared/policy/money.ts';
import { type ProtocolRules, type PurchaseRun, type Purchasing, randomToken } from './contract.ts';
import { type MonthOf, monthBefore, monthOfOrder, nearMonthChange } from './month.ts';

/**
 * A reservation without a claim is given up after this long, in milliseconds (purchase protocol, P17): the run that made it has ended then,
 * or finds its number taken.
 */
const abandonedAfterMs = 60 * 60_000;

/** The same in words, as plans and `streamwarden spend` say it behind an amount. */
export const reservationWords: Readonly<Record<ReservationState, string>> = {
  'set-aside': 'reserved, nothing ordered yet',
  abandoned: 'nobody came back for it; the next run gives it back',
  ending: 'void; the next run gives it back',
  owed: 'void here; the next run gives it back',
  'under-way': 'being ordered, and no answer is recorded',
  unclear: 'unclear: whether it was ordered is not known',
  ordered: 'ordered, not in effect yet',
  renewed: 'renewed',
  unreadable: 'its records cannot be trusted, so it stays held',
};

/** An amount that a month's budget holds, with what became of it. */
export interface HeldReservation {
  readonly id: string;
  readonly account: string;
  readonly resourceId: string;
  readonly n: number;
  readonly amount: Money;
  /** When it was set aside first. */
  readonly sinceMs: EpochMs;
  readonly state: ReservationState;
  /** Its claim, where it was read. */
  readonly entry?: RenewalEntry | undefined;
}

/** True where a reservation does not have to be held any longer. */
export function isGivenBack({ state }: Pick<HeldReservation, 'state'>): boolean {
  return state === 'owed' || state === 'ending' || state === 'abandoned';
}

/** What a process need not look at again: reservations that are used for good, and past months in which nothing else is held. */
export class UsedReservations {
  readonly #known = new Set<string>();

  has(budget: Budget, id: string): boolean {
    return this.#known.has(`${budget.currency} ${budget.month} ${id}`);
  }

  add(budget: Budget, id: string): void {
    this.#known.add(`${budget.currency} ${budget.month} ${id}`);
  }

  isClosed({ currency, month }: Budget): boolean {
    return this.#known.has(`${currency} ${month}`);
  }

  close({ currency, month }: Budget): void {
    this.#known.add(`${currency} ${month}`);
  }
}

/** One budget: a month `yyyy-mm` in one currency. */
export interface Budget {
  readonly currency: string;
  readonly month: string;
}

/** What looking at reservations goes by. */
export interface ReservationContext {
  readonly nowMs: EpochMs;
  readonly monthOf: MonthOf;
  /** Ids that are about to be claimed: they are used again, however old they are. Default: none. */
  readonly wanted?: ReadonlySet<string>;
  /** Streams that this run has read already, by name: they cost no further read. Default: none. */
  readonly views?: ReadonlyMap<string, RenewalView>;
  /** What is known to be used is not looked at; what is found is added. Default: everything is looked at. */
  readonly used?: UsedReservations | undefined;
  /** Default: all on. For tests that show that each rule is needed. */
  readonly rules?: ProtocolRules;
}

/**
 * Tells of each amount that a budget holds how it stands, in the order in which they were set aside. Needs the journal alone, whoever the
 * resources belong to, and writes nothing. @throws StoreError
 */
export function* heldIn(view: BudgetView, budget: Budget, context: ReservationContext): Storing<readonly HeldReservation[]> {
  const { used, nowMs } = context;
  const held = [...view.state.reserved].map(([id, micros]) => {
    const about = parseReservationId(id) ?? { account: '', resourceId: id, n: -1 };
    const amount = { currency: budget.currency, micros };
    return { id, ...about, stream: renewalStream(about.account, about.resourceId), amount, sinceMs: view.since.get(id) ?? nowMs };
  });
  const toRead = held.filter((each) => each.n >= 0 && !used?.has(budget, each.id) && !isKnown(each, context));
  const read = yield* readClaims(toRead);
  const entries = new Map(toRead.map(({ id }, index) => [id, read[index]]));
  return held.map(({ stream, ...each }): HeldReservation => {
    if (used?.has(budget, each.id)) return { ...each, state: 'renewed' };
    const entry = entries.has(each.id) ? entries.get(each.id) : entryIn(context.views?.get(stream), each.n);
    // A stream that cannot be trusted proves nothing: its money stays where it is.
    if (each.n < 0 || entry instanceof JournalError) return { ...each, state: 'unreadable' };
    const state = stateOf(each, entry, budget, context);
    if (state === 'renewed') used?.add(budget, each.id);
    return { ...each, state, entry };
  });
}

/** True where the streams that were read tell all that has to be known of a number. */
function isKnown({ stream, n }: { readonly stream: string; readonly n: number }, { views }: ReservationContext): boolean {
  const view = views?.get(stream);
  if (!view) return false;
  if (view.next <= n) return true;
  const entry = entryIn(view, n);
  // Of a claim that has ended the answer was not read, and near a change of month it tells where the order counts.
  return entry !== undefined && (entry.claim?.otherMonth === undefined || entry.end === undefined);
}

function entryIn(view: RenewalView | undefined, n: number): RenewalEntry | undefined {
  return view && [view.open, view.moved, ...view.voided].find((entry) => entry?.n === n);
}

function stateOf(
  { id, sinceMs }: Pick<HeldReservation, 'id' | 'sinceMs'>,
  entry: RenewalEntry | undefined,
  { currency, month }: Budget,
  { nowMs, monthOf, wanted }: ReservationContext,
): ReservationState {
  if (entry === undefined) return nowMs - sinceMs < abandonedAfterMs || wanted?.has(id) ? 'set-aside' : 'abandoned';
  const { claim, answer, end } = entry;
  // A person's slot stands in the place of a claim: it used the number up, and no order of ours has it.
  if (!claim || end?.outcome === 'void') return 'owed';
  if (end === undefined && isNothing(entry)) return 'ending';
  if (claim.price.currency !== currency || (claim.month !== month && claim.otherMonth !== month)) return 'owed';
  if (claim.otherMonth !== undefined) {
    const answered = answer?.outcome === 'ordered';
    const counts = answered || end !== undefined ? monthOfOrder(claim.t, answered, monthOf) : undefined;
    if (counts !== undefined && counts !== month) return 'owed';
  }
  if (end) return 'renewed';
  if (answer === undefined) return 'under-way';
  return answer.outcome === 'ordered' ? 'ordered' : 'unclear';
}

/**
 * Gives back what a budget does not have to hold (purchase protocol, P17): whoever reads a budget sees to it, whether the resource is due,
 * gone or another target's. Gives the budget as it is then. @throws StoreError @throws JournalError
 */
export function* settleBudget(run: PurchaseRun, budget: Budget, context: ReservationContext): Purchasing<BudgetView> {
  let view = yield* readBudget(budget.currency, budget.month);
  if (context.rules?.owedReleases === false) return view;
  const held = yield* heldIn(view, budget, context);
  const free = new Set<string>();
  for (const each of held) {
    if (each.state === 'owed' || (isGivenBack(each) && (yield* usedUp(run, each, budget, context.nowMs)))) free.add(each.id);
  }
  for (;;) {
    const ids = [...free].filter((id) => view.state.reserved.has(id));
    if (ids.length === 0) break;
    ({ view } = yield* addToBudget(view, { owner: run.owner, atMs: context.nowMs }, { kind: 'release', body: { ids } }));
  }
  const { used, monthOf, nowMs } = context;
  const over = budget.month < monthOf(nowMs) && !nearMonthChange(nowMs, monthOf);
  if (used && over && [...view.state.reserved.keys()].every((id) => used.has(budget, id))) used.close(budget);
  return view;
}

/**
 * Settles all budgets for which a limit is set: of the month, and of the month before until nothing is owed in it. A damaged one stops the orders
 * that need it, not these. Gives them as they are then. @throws StoreError @throws JournalError
 */
export function* settleBudgets(
  run: PurchaseRun,
  currencies: Iterable<string>,
  context: ReservationContext,
): Purchasing<readonly (Budget & { readonly view: BudgetView })[]> {
  const { nowMs, monthOf, used } = context;
  const settled: (Budget & { readonly view: BudgetView })[] = [];
  const month = monthOf(nowMs);
  for (const currency of currencies) {
    for (const each of [monthBefore(month), month]) {
      if (used?.isClosed({ currency, month: each })) continue;
      settled.push({ currency, month: each, view: yield* settleBudget(run, { currency, month: each }, context) });
    }
  }
  return settled;
}

/**
 * Makes sure that nothing is ever ordered under the number of a reservation: claims it where nobody has, says that nothing was sent, and ends
 * the claim. What a process left half done is done to its end. True where the number is used up and came to nothing. @throws StoreError
 */
function* usedUp(run: PurchaseRun, held: HeldReservation, budget: Budget, nowMs: EpochMs): Purchasing<boolean> {
  const { id, n, amount } = held;
  const stream = renewalStream(held.account, held.resourceId);
  const signed = { atMs: nowMs, owner: run.owner };
  try {
    const view = yield* readRenewal(stream);
    let link = view.open?.n === n && isNothing(view.open) ? view.open.link : undefined;
    if (link === undefined) {
      if (view.open || view.next !== n) return false;
      const claim: ClaimBody = {
        ...{ expiry: 0, period: { count: 1, unit: 'Month' }, autoPay: false, reservation: id, month: budget.month },
        ...{ price: moneyToJson(amount), token: yield* randomToken(), t: nowMs, target: '', operation: '', abandoned: true },
      };
      const made = yield* place(renewalKey(stream, n, 'claim'), { kind: 'claim', ...signed, prev: view.prev, body: claim });
      if (!made.mine) return false;
      link = made.link;
    }
    const answer: AnswerBody = { outcome: 'not-sent', code: 'reservation-abandoned' };
    let answered = view.open?.answerLink;
    if (answered === undefined) {
      const made = yield* place(renewalKey(stream, n, 'answer'), { kind: 'answer', ...signed, prev: link, body: answer });
      // Who else wrote the answer meanwhile ends the claim, too.
      if (!made.mine) return false;
      answered = made.link;
    }
    const end: EndBody = { outcome: 'void', by: 'run', answer: answered };
    return (yield* place(renewalKey(stream, n, 'end'), { kind: 'end', ...signed, prev: link, body: end })).mine;
  } catch (error) {
    // Nothing is proved by a stream that cannot be trusted.
    if (!(error instanceof JournalError)) throw error;
    return false;
  }
}
