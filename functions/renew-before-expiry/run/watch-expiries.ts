import type { EpochMs } from '../../../shared/client/clock.ts';
import {
  readExpiries,
  recordExpiries,
  type SeenChanges,
  type SeenExpiries,
  type SeenExpiry,
} from '../../../shared/journal/renewals/expiries.ts';
import { type RenewalEntry, type RenewalView, readClaims, readRenewal } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { JournalError } from '../../../shared/journal/store/store.ts';
import type { Storing } from '../../../shared/journal/store/store-effect.ts';
import { zonedText } from '../../../shared/planning/local-time.ts';
import { notNow } from '../purchase/claim.ts';
import { mayLag, secondsOf } from '../purchase/claim-state.ts';
import { type Alert, isJournalFailure, moment, rereadSubscription } from '../purchase/contract.ts';
import { expiryMovedBy } from '../purchase/expiry-moved-by.ts';
import { announceAlerts, type Telling } from './announce.ts';
import type { Renewal } from './effects.ts';
import { causeOf, type ExpiryComparison, type ExpiryMove, goneAlert, moveAlert } from './expiry-moves.ts';
import type { RenewalNotifier } from './renewal-notifier.ts';

/** So many of what is not shown any more are looked up in one run; the rest by the next. */
const mostLookedUp = 20;

/** What a subscription can be, where only its id is known. */
const kinds = ['delivery-group', 'workstation'] as const;

/** Attempts to write what was seen, where other runs write at the same time. */
const attempts = 3;

/** What was last seen, or why it cannot be told. */
export type LastSeen = { readonly seen: SeenExpiries } | { readonly failure: Error };

/**
 * Reads what was last seen of an account. To be done before anything is observed: what another run writes down meanwhile may be newer than what
 * this one observes, and would look as if it had moved back.
 */
export function* readLastSeen(account: string): Renewal<LastSeen> {
  try {
    return { seen: yield* readExpiries(account) };
  } catch (failure) {
    if (!isJournalFailure(failure)) throw failure;
    return { failure };
  }
}

/** What watching needs. */
export interface WatchInput {
  readonly seen: SeenExpiries;
  /** What observing has shown. */
  readonly comparison: ExpiryComparison;
  /** Whether all of the target was observed. */
  readonly complete: boolean;
  readonly notifier: RenewalNotifier;
  readonly telling: Telling;
  /** Ids of what this run tells of already, by following up its renewals. */
  readonly followed: ReadonlySet<string>;
  /** Where our last renewal had moved the expiry of what has moved on since, as far as the run knows; by resource id. */
  readonly known: ReadonlyMap<string, EpochMs>;
  /** The run's random token. */
  readonly owner: string;
  readonly deadlineMs: EpochMs | undefined;
  /** False in a plan: what would be told is listed, and nothing is written. */
  readonly writes: boolean;
}

/**
 * Tells of expiries that somebody else moved, in their window or not, each once, and writes down what is seen now. What nobody has heard of, and
 * what there was no time for, stays as it was, so that the next run tells it. Gives why it ended early; undefined where it did not. Never
 * keeps a run from ordering: it comes behind the orders.
 */
export function* watchExpiries(input: WatchInput): Renewal<Error | undefined> {
  const { seen, comparison, notifier, telling, writes } = input;
  try {
    const moved = new Map<string, SeenExpiry>();
    const told = new Map<string, number>();
    for (const move of comparison.moves(input.known)) {
      if (notNow(yield* moment(), { owner: input.owner, deadlineMs: input.deadlineMs })) break;
      const found = yield* judgeMove(move, input);
      if (!found) continue;
      moved.set(move.subject.id, found.now);
      if (!found.alert) continue;
      told.set(move.subject.id, notifier.reported.length);
      yield* announceAlerts([found.alert], new Map([[move.subject.id, move.subject]]), notifier, telling);
    }
    const gone = yield* findMissing(input, told);
    yield* notifier.flush();
    for (const [id, place] of told) {
      if (notifier.reported[place]?.told !== 'undelivered') continue;
      moved.delete(id);
      gone.delete(id);
    }
    if (writes) yield* write(input, seen, comparison.changes(moved, gone));
    return undefined;
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
    return error;
  }
}

/**
 * Looks for what is not shown any more, and tells of what is gone before its expiry: it would lapse unseen, or was given up by somebody. Gives the ids
 * of what is gone; notes in `told` where each was told.
 */
function* findMissing(
  { comparison, telling, notifier, complete, owner, deadlineMs }: WatchInput,
  told: Map<string, number>,
): Renewal<Set<string>> {
  const { account, name: target } = telling.target;
  const gone = new Set<string>();
  if (!complete || !isAlone(telling)) return gone;
  for (const each of comparison.missing().slice(0, mostLookedUp)) {
    if (notNow(yield* moment(), { owner, deadlineMs })) break;
    if (!(yield* isGone(target, each.id))) continue;
    gone.add(each.id);
    // What has run out is gone as it should be, and was told before.
    if (each.expiresAtMs <= telling.nowMs) continue;
    told.set(each.id, notifier.reported.length);
    const alert = goneAlert(each, account, (ms) => zonedText(ms, telling));
    yield* announceAlerts([alert], new Map([[each.id, each]]), notifier, telling);
  }
  return gone;
}

/** True where the service says that there is nothing of an id. A list that leaves something out for a moment is no reason to tell anybody. */
function* isGone(target: string, id: string): Renewal<boolean> {
  let isNothing = false;
  for (const kind of kinds) {
    try {
      const found = yield* rereadSubscription(target, { id, kind });
      if (found?.expiresAtMs !== undefined) return false;
      isNothing = true;
    } catch (error) {
      if (isJournalFailure(error)) throw error;
      // An id of another kind may be refused; whatever else fails tells nothing.
      if (!/^Invalid/.test(String((error as { readonly code?: unknown }).code))) return false;
    }
  }
  return isNothing;
}

/** What a move comes to, and what is to be told of it; undefined where that cannot be told in this run. */
function* judgeMove(
  move: ExpiryMove,
  input: WatchInput,
): Renewal<{ readonly now: SeenExpiry; readonly alert: Alert | undefined } | undefined> {
  const { telling, followed } = input;
  const { account, name: target } = telling.target;
  const { subject, toMs } = move;
  const seconds = secondsOf(toMs);
  const back = expiryMovedBy(move.fromMs, toMs) === 'earlier';
  const found = yield* viewOf(account, subject.id);
  const since = found && back ? claimedSince(found, toMs, telling.nowMs) : undefined;
  // Lists may be stale, and what they show may be older than what was seen before. What was claimed since was read again for that.
  if (back && !since && !(yield* isConfirmed(target, move))) return undefined;
  // A stream that cannot be trusted holds its resource, which is told already.
  if (!found) return { now: { seconds }, alert: undefined };
  if (back && !since && isBeforeOurs(found, toMs, telling.nowMs)) return undefined;
  const view = since ? { ...found, open: undefined, moved: undefined } : found;
  const now: SeenExpiry = { seconds, back: back ? { n: since ? since.n - 1 : (view.moved?.n ?? -1) } : undefined };
  const alert = followed.has(subject.id) ? undefined : moveAlert(move, causeOf(move, view), account, (ms) => zonedText(ms, telling));
  return { now, alert };
}

/** The claim of this run, or of one at the same time, for an expiry that had moved back before: it has taken nothing back. */
function claimedSince({ open, moved }: RenewalView, toMs: EpochMs, nowMs: EpochMs): RenewalEntry | undefined {
  const ours = open ?? moved;
  return ours?.claim && ours.atMs >= nowMs && expiryMovedBy(ours.claim.expiry * 1000, toMs) === 'none' ? ours : undefined;
}

/** True where an expiry is the one from before an order of ours that is young: what was read may be older than that. The next run looks again. */
function isBeforeOurs({ open, moved }: RenewalView, toMs: EpochMs, nowMs: EpochMs): boolean {
  const ours = open ?? moved;
  const expiry = ours?.claim?.expiry;
  return ours !== undefined && expiry !== undefined && mayLag(ours, nowMs) && expiryMovedBy(expiry * 1000, toMs) === 'none';
}

function* isConfirmed(target: string, { subject, toMs }: ExpiryMove): Renewal<boolean> {
  try {
    const fresh = yield* rereadSubscription(target, subject);
    return fresh?.expiresAtMs !== undefined && expiryMovedBy(toMs, fresh.expiresAtMs) === 'none';
  } catch (error) {
    if (isJournalFailure(error)) throw error;
    return false;
  }
}

/** A resource's stream, its void claims with their answers; undefined where it cannot be trusted. */
function* viewOf(account: string, id: string): Storing<RenewalView | undefined> {
  try {
    const view = yield* readRenewal(renewalStream(account, id));
    const voided: RenewalEntry[] = [];
    for (const [index, read] of (yield* readClaims(view.voided.map(({ n }) => ({ stream: view.stream, n })))).entries()) {
      if (read instanceof JournalError) throw read;
      voided.push(read ?? (view.voided[index] as RenewalEntry));
    }
    return { ...view, voided };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return undefined;
  }
}

/** Whether no other target of the policy shows more of the account: what one of them does not list is not gone then. */
function isAlone({ policy, target }: Telling): boolean {
  return Object.values(policy.targets).filter(({ account }) => account === target.account).length < 2;
}

/**
 * Writes what was seen. Where another run came first, what it wrote of a resource stands: whose reading is the newer one cannot be told, and the
 * next run compares again.
 */
function* write({ owner, telling }: WatchInput, seen: SeenExpiries, changes: SeenChanges): Storing<void> {
  const { account } = telling.target;
  let [base, left] = [seen, changes];
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (yield* recordExpiries(base, { owner, atMs: telling.nowMs }, left)) return;
    base = yield* readExpiries(account);
    left = new Map([...left].filter(([id]) => base.seconds.get(id) === seen.seconds.get(id)));
  }
}
