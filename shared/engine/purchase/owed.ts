import type { EpochMs } from '../../client/clock.ts';
import { type BudgetView, parseReservationId } from '../../journal/budget.ts';
import { JournalError } from '../../journal/journal-error.ts';
import { type RenewalEntry, type RenewalView, readClaim, readRenewal } from '../../journal/renewal.ts';
import { renewalKey, renewalStream } from '../../journal/renewal-key.ts';
import type { ClaimBody } from '../../journal/renewal-record.ts';
import { place } from '../../journal/renewal-write.ts';
import { moneyToJson } from '../../policy/money.ts';
import { type PurchaseRun, type Purchasing, randomToken } from './contract.ts';
import { type MonthOf, monthOfOrder } from './month.ts';

/**
 * A reservation without a claim is given up after this long, in milliseconds (protocols, renewal, step 17): the run that made it has ended then,
 * or finds its number taken.
 */
const abandonedAfterMs = 60 * 60_000;

/** What looking at reservations goes by. */
export interface OwedContext {
  readonly nowMs: EpochMs;
  readonly monthOf: MonthOf;
  /** Streams that this run has read already, by name: they cost no further read. */
  readonly views: ReadonlyMap<string, RenewalView>;
  /** Ids of reservations that are used for good, as far as this process knows; what is found is added. */
  readonly used: Set<string>;
}

/** What is held in a month's budget and does not have to be. */
export interface Owed {
  /** Ids whose claim came to nothing, or counts in another month: to be released at once. */
  readonly release: readonly string[];
  /** Ids without a claim that nobody came back for: their number is used up first. */
  readonly abandoned: readonly string[];
}

/**
 * Finds the reservations of a month that are owed back (protocols, renewal, step 17): whoever looks at a budget sees to it, whether the resource
 * is due, gone or another target's. Needs the journal alone, and writes nothing. @throws StoreError
 */
export function* owedOf({ state, since }: BudgetView, month: string, context: OwedContext): Purchasing<Owed> {
  const release: string[] = [];
  const abandoned: string[] = [];
  for (const id of state.reserved.keys()) {
    const fate = context.used.has(`${month}/${id}`) ? 'used' : yield* fateOf(id, month, since.get(id) ?? context.nowMs, context);
    if (fate === 'used') context.used.add(`${month}/${id}`);
    else if (fate === 'release') release.push(id);
    else if (fate === 'abandoned') abandoned.push(id);
  }
  return { release, abandoned };
}

type Fate = 'used' | 'held' | 'release' | 'abandoned';

function* fateOf(id: string, month: string, sinceMs: EpochMs, context: OwedContext): Purchasing<Fate> {
  const about = parseReservationId(id);
  if (about === undefined) return 'held';
  const stream = renewalStream(about.account, about.resourceId);
  const known = context.views.get(stream);
  try {
    const entry = known && known.next <= about.n ? undefined : (entryIn(known, about.n) ?? (yield* readClaim(stream, about.n)));
    if (entry === undefined) return context.nowMs - sinceMs < abandonedAfterMs ? 'held' : 'abandoned';
    return claimedFate(entry, month, context.monthOf);
  } catch (error) {
    // A stream that cannot be trusted proves nothing: its money stays where it is.
    if (!(error instanceof JournalError)) throw error;
    return 'held';
  }
}

function entryIn(view: RenewalView | undefined, n: number): RenewalEntry | undefined {
  if (!view) return undefined;
  return [view.open, view.moved, ...view.voided].find((entry) => entry?.n === n);
}

function claimedFate({ claim, answer, end }: RenewalEntry, month: string, monthOf: MonthOf): Fate {
  // A person's slot stands in the place of the claim: it used the number up, and no order of ours has it.
  if (!claim || end?.outcome === 'void') return 'release';
  if (month !== claim.month && month !== claim.otherMonth) return 'release';
  if (claim.otherMonth !== undefined) {
    const answered = answer?.outcome === 'ordered' || end?.orderId !== undefined;
    if (!answered && end === undefined) return 'held';
    const counts = monthOfOrder(claim.t, answered, monthOf);
    if (counts !== undefined && counts !== month) return 'release';
  }
  return end?.outcome === 'moved' ? 'used' : 'held';
}

/**
 * Uses up the number of a reservation that nobody came back for, so that it can be released: claims it, says that nothing was sent, and ends the
 * claim. True where that is done; false where somebody has claimed it meanwhile. @throws StoreError @throws JournalError
 */
export function* useUp(
  run: PurchaseRun,
  id: string,
  month: string,
  { state }: BudgetView,
  currency: string,
  nowMs: EpochMs,
): Purchasing<boolean> {
  const about = parseReservationId(id);
  if (about === undefined) return false;
  const stream = renewalStream(about.account, about.resourceId);
  const view = yield* readRenewal(stream);
  if (view.open || view.next !== about.n) return false;
  const claim: ClaimBody = {
    ...{ expiry: 0, period: { count: 1, unit: 'Month' }, autoPay: false, reservation: id, month },
    price: moneyToJson({ currency, micros: state.reserved.get(id) ?? 0n }),
    ...{ token: yield* randomToken(), t: nowMs, target: '', operation: '', note: { abandoned: true } },
  };
  const signed = { atMs: nowMs, owner: run.owner };
  const made = yield* place(renewalKey(stream, about.n, 'claim'), { kind: 'claim', ...signed, prev: view.prev, body: claim });
  if (!made.mine) return false;
  const body = { outcome: 'not-sent', code: 'reservation-abandoned' } as const;
  yield* place(renewalKey(stream, about.n, 'answer'), { kind: 'answer', ...signed, prev: made.link, body });
  const ended = yield* place(renewalKey(stream, about.n, 'end'), {
    kind: 'end',
    ...signed,
    prev: made.link,
    body: { outcome: 'void', by: 'run' },
  });
  return ended.mine;
}
