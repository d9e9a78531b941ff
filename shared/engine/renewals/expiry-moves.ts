import type { EpochMs } from '../../client/clock.ts';
import { readExpiries, recordExpiries, type SeenExpiries } from '../../journal/expiries.ts';
import { JournalError } from '../../journal/journal-error.ts';
import { type RenewalView, readRenewal } from '../../journal/renewal.ts';
import { renewalStream } from '../../journal/renewal-key.ts';
import { zonedText } from '../../planning/local-time.ts';
import type { Alert } from '../purchase/contract.ts';
import { isJournalFailure } from '../purchase/failure.ts';
import { expiryMovedBy, shiftMatches } from '../purchase/shift.ts';
import { announceAlerts } from './announce.ts';
import type { Renewal } from './effects.ts';
import type { Telling } from './messages.ts';
import type { Subscription } from './screen.ts';
import type { Teller } from './teller.ts';

/** A subscription whose expiry is another than the one that was last seen. */
interface ExpiryMove {
  readonly subject: Subscription;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** What observing has shown of all subscriptions, near their expiry or not. */
interface ObservedExpiries {
  readonly subjects: readonly Subscription[];
  /** False where some were not read: what is missing is not gone then. */
  readonly complete: boolean;
}

/** The expiries that have moved since they were last seen. Pure. Readings less than an hour apart are one expiry; one that cannot be read is none. */
export function movedSince({ seconds }: Pick<SeenExpiries, 'seconds'>, { subjects }: ObservedExpiries): readonly ExpiryMove[] {
  return subjects.flatMap((subject): ExpiryMove[] => {
    const last = seconds.get(subject.id);
    if (last === undefined || subject.expiresAtMs === undefined) return [];
    const fromMs = last * 1000;
    return expiryMovedBy(fromMs, subject.expiresAtMs) === 'none' ? [] : [{ subject, fromMs, toMs: subject.expiresAtMs }];
  });
}

/** Whose doing a move is, as far as the stream of the resource's renewals tells. `settled`: the follow-up of an open claim tells of it. */
type MoveCause = 'ours' | 'settled' | 'other-payer' | 'moved-back';

/** Whose doing a move is. Pure. An order of ours explains the move that it was placed for, whenever it was paid. */
export function causeOf({ fromMs, toMs }: Pick<ExpiryMove, 'fromMs' | 'toMs'>, view: RenewalView): MoveCause {
  const later = expiryMovedBy(fromMs, toMs) === 'later';
  const { open, moved } = view;
  if (open?.claim && expiryMovedBy(open.claim.expiry * 1000, fromMs) === 'none') {
    return later && shiftMatches(fromMs, toMs, open.claim.period) ? 'ours' : 'settled';
  }
  const movedToMs = moved?.end?.movedTo === undefined ? undefined : moved.end.movedTo * 1000;
  if (later && movedToMs !== undefined && expiryMovedBy(movedToMs, toMs) === 'none') return 'ours';
  return later ? 'other-payer' : 'moved-back';
}

/** What people are told of a move; undefined for what is ours or told elsewhere. */
function moveAlert(move: ExpiryMove, view: RenewalView, telling: Telling): Alert | undefined {
  const { subject, fromMs, toMs } = move;
  const cause = causeOf(move, view);
  if (cause === 'ours' || cause === 'settled') return undefined;
  const span = `The expiry moved from ${zonedText(fromMs, telling)} to ${zonedText(toMs, telling)}`;
  const data = { account: telling.target.account, resource: subject.id, fromMs, toMs };
  const order = view.moved?.end?.orderId;
  if (cause === 'other-payer') {
    const paid = order === undefined ? '' : ` Our last order for it is ${order}; look in the bill whether that was paid too.`;
    const text = `${span} without an order of ours, so it is in no budget here.${paid} If somebody renews it elsewhere, switch that off, or take it out of the policy: both may pay.`;
    return { code: 'foreign-renewal', severity: 'warning', text, once: 'foreign-renewal', data };
  }
  const text = `${span}: a refund, perhaps. What was set aside for our order stays used in the budget of its month. If the resource is to be renewed again, run 'streamwarden resolve ${subject.id} --refunded'.`;
  return { code: 'expiry-moved-back', severity: 'critical', text, once: 'moved-back', data };
}

/** What watching needs. */
interface WatchInput {
  readonly observed: ObservedExpiries;
  readonly teller: Teller;
  readonly telling: Telling;
  /** Ids of what this run tells of already, by following up its renewals. */
  readonly followed: ReadonlySet<string>;
  /** The run's random token. */
  readonly owner: string;
  /** False in a plan: what would be told is listed, and nothing is written. */
  readonly writes: boolean;
}

/**
 * Tells of expiries that somebody else moved, in their window or not, each once, and writes down what is seen now. What nobody has heard of stays
 * as it was, so that the next run tells it. A journal that cannot be read is no reason to fail: other parts of the run say so.
 */
export function* watchExpiries({ observed, followed, teller, telling, owner, writes }: WatchInput): Renewal<void> {
  const { target, nowMs } = telling;
  try {
    const seen = yield* readExpiries(target.account);
    const told: string[] = [];
    for (const move of movedSince(seen, observed)) {
      const { subject } = move;
      if (followed.has(subject.id)) continue;
      const view = yield* viewOf(target.account, subject.id);
      const alert = view && moveAlert(move, view, telling);
      if (!alert) continue;
      told.push(subject.id);
      yield* announceAlerts([alert], new Map([[subject.id, subject]]), teller, telling);
    }
    yield* teller.flush();
    const untold = new Set(
      told.filter((id) => teller.reported.some(({ resource, told: how }) => resource.id === id && how === 'undelivered')),
    );
    if (writes) yield* recordExpiries(seen, { owner, atMs: nowMs }, changesOf(seen, observed, untold));
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
  }
}

function* viewOf(account: string, id: string): Renewal<RenewalView | undefined> {
  try {
    return yield* readRenewal(renewalStream(account, id));
  } catch (error) {
    // A stream that cannot be trusted holds its resource, which is told already.
    if (!(error instanceof JournalError)) throw error;
    return undefined;
  }
}

/** What is new, moved or gone since it was last seen. */
function changesOf(
  { seconds }: SeenExpiries,
  { subjects, complete }: ObservedExpiries,
  untold: ReadonlySet<string>,
): ReadonlyMap<string, number | null> {
  const changes = new Map<string, number | null>();
  const present = new Set<string>();
  for (const { id, expiresAtMs } of subjects) {
    present.add(id);
    if (expiresAtMs === undefined || untold.has(id)) continue;
    const last = seconds.get(id);
    if (last === undefined || expiryMovedBy(last * 1000, expiresAtMs) !== 'none') changes.set(id, Math.floor(expiresAtMs / 1000));
  }
  if (complete) for (const id of seconds.keys()) if (!present.has(id)) changes.set(id, null);
  return changes;
}
