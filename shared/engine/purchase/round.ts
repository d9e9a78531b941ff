import type { EpochMs } from '../../client/clock.ts';
import type { JournalError } from '../../journal/journal-error.ts';
import { type RenewalView, readRenewal } from '../../journal/renewal.ts';
import { StoreError } from '../../journal/store-error.ts';
import type { Money } from '../../policy/money.ts';
import { type Alert, type PurchaseRun, type Purchasing, type RenewalResource, type RenewalWish, rereadSubscription } from './contract.ts';
import { isJournalFailure } from './failure.ts';
import type { MonthOf } from './month.ts';
import { renew } from './renew.ts';
import { otherExpiry, outcomeOfStop, type RenewalOutcome } from './renewal-outcome.ts';
import { type Reserved, type ReserveRequest, reserveBatch } from './reserve.ts';
import { defaultRules, type ProtocolRules } from './rules.ts';
import { type Settled, settleOpen } from './settle.ts';
import { type Standing, standingOf } from './standing.ts';
import { streamOf } from './stream.ts';

/** A subscription in its window, as observed. */
export interface DueSubscription {
  readonly account: string;
  readonly target: string;
  readonly resource: RenewalResource;
  readonly expiresAtMs: EpochMs;
}

/** A due subscription with what its stream says. */
export interface Candidate<S extends DueSubscription> {
  readonly due: S;
  /** Undefined where the stream cannot be trusted: `failure` says why. */
  readonly view: RenewalView | undefined;
  readonly standing: Standing | undefined;
  /** What became of the claim that was open when the round began. */
  readonly settled: Settled | undefined;
  /** The expiry, where the resource was read again; what is ordered for another one is stopped before money is set aside. */
  readonly rereadMs?: EpochMs | undefined;
  /** Why the stream could not be read, or the resource of an open claim could not. */
  readonly failure: unknown;
}

/** A candidate whose renewal is wanted, with what is to be ordered. Its standing must be `free`. */
export interface Chosen<S extends DueSubscription> {
  readonly candidate: Candidate<S>;
  readonly wish: RenewalWish;
}

/** What the caller adds to a round. `E` are effects of its own. */
export interface RoundHooks<S extends DueSubscription, E> {
  /** Sends the alarms of all subscriptions, due or not. Must not throw, and must not need the journal. */
  readonly alarm: () => Purchasing<void, E>;
  /** Prices the candidates, decides about them all, and says which are to be ordered, nearest expiry first. */
  readonly choose: (candidates: readonly Candidate<S>[]) => Purchasing<readonly Chosen<S>[], E>;
}

/** What a round goes by. */
export interface RoundInput<S extends DueSubscription> {
  readonly run: PurchaseRun;
  /** In their window, nearest expiry first. */
  readonly due: readonly S[];
  /** The run's one `now`, taken before the subscriptions were observed. */
  readonly nowMs: EpochMs;
  readonly limits: ReadonlyMap<string, Money>;
  readonly monthOf: MonthOf;
  /** Default: all on. For tests that show that each rule is needed. */
  readonly rules?: ProtocolRules;
}

/** What a round did. */
export interface RoundResult<S extends DueSubscription> {
  readonly candidates: readonly Candidate<S>[];
  readonly reserved: readonly Reserved[];
  readonly outcomes: readonly RenewalOutcome[];
  readonly alerts: readonly Alert[];
  /** The journal failed, and the rest was left undone: the invocation must fail. */
  readonly error: StoreError | JournalError | undefined;
}

/**
 * One round of renewals: alarms first; then what is open is settled, what is free is chosen, money is set aside for all of it, and the
 * orders are placed one after another. A store that fails ends the purchases, never the alarms.
 */
export function* renewalRound<S extends DueSubscription, E>(input: RoundInput<S>, hooks: RoundHooks<S, E>): Purchasing<RoundResult<S>, E> {
  const rules = input.rules ?? defaultRules;
  const candidates: Candidate<S>[] = [];
  let reserved: readonly Reserved[] = [];
  const outcomes: RenewalOutcome[] = [];
  let error: StoreError | JournalError | undefined;
  if (rules.alarmFirst) yield* hooks.alarm();
  try {
    for (const due of input.due) candidates.push(yield* candidateOf(due, input, rules));
    const chosen = yield* hooks.choose(candidates);
    const requests: ReserveRequest[] = [];
    for (const { candidate, wish } of chosen) {
      const request = { wish, view: candidate.view as RenewalView };
      if ((candidate.rereadMs ?? wish.expiresAtMs) === wish.expiresAtMs) requests.push(request);
      else outcomes.push(outcomeOfStop(request, otherExpiry));
    }
    reserved = yield* reserveBatch(input.run, requests, input);
    for (const each of reserved) {
      if (each.outcome === 'refused') continue;
      const outcome = yield* renew(input.run, each.request, each.reservation, { monthOf: input.monthOf, rules });
      outcomes.push(outcome);
      if (outcome.error) throw outcome.error;
    }
    if (!rules.alarmFirst) yield* hooks.alarm();
  } catch (failure) {
    if (!isJournalFailure(failure)) throw failure;
    error = failure;
  }
  const alerts = [...candidates.flatMap(alertsOf), ...outcomes.flatMap((outcome) => outcome.alerts)];
  return { candidates, reserved, outcomes, alerts, error };
}

function alertsOf({ settled, standing }: Candidate<DueSubscription>): readonly Alert[] {
  return [...(settled?.alerts ?? []), ...(standing?.state === 'spent' ? [standing.alert] : [])];
}

/** Reads a resource's stream and settles what is open. A stream that cannot be trusted holds its own resource only. */
function* candidateOf<S extends DueSubscription>(due: S, input: RoundInput<S>, rules: ProtocolRules): Purchasing<Candidate<S>> {
  const { run, nowMs } = input;
  const stream = streamOf(due.account, due.resource.id, due.expiresAtMs, rules);
  const none = { due, view: undefined, standing: undefined, settled: undefined, failure: undefined };
  try {
    let view = yield* readRenewal(stream);
    let standing = standingOf(view, due.expiresAtMs, nowMs, rules);
    if (standing.state === 'free') return { ...none, view, standing };
    // What was observed may be older than what the stream says.
    let expiresAtMs: EpochMs | undefined;
    let settled: Settled | undefined;
    try {
      const observed = yield* rereadSubscription(due.target, due.resource);
      expiresAtMs = observed?.expiresAtMs;
      if (view.open) settled = yield* settleOpen(run, view, observed, nowMs, rules);
    } catch (failure) {
      if (isJournalFailure(failure)) throw failure;
      return { ...none, view, standing, failure };
    }
    if (settled?.end) view = yield* readRenewal(stream);
    standing = standingOf(view, expiresAtMs ?? due.expiresAtMs, nowMs, rules);
    return { ...none, view, standing, settled, rereadMs: expiresAtMs };
  } catch (failure) {
    if (failure instanceof StoreError || !isJournalFailure(failure)) throw failure;
    return { ...none, failure };
  }
}
