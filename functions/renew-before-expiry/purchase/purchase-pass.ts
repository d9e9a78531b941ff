import type { EpochMs } from '../../../shared/client/clock.ts';
import { type RenewalView, readRenewal } from '../../../shared/journal/renewals/renewal.ts';
import { type JournalError, StoreError } from '../../../shared/journal/store/store.ts';
import type { TargetBilling } from '../../../shared/policy/compiled.ts';
import type { Money } from '../../../shared/policy/money.ts';
import { checkOrder } from './check-order.ts';
import { notNow, streamOf } from './claim.ts';
import { type ClaimState, claimStateOf } from './claim-state.ts';
import {
  type Alert,
  defaultRules,
  isJournalFailure,
  moment,
  type ProtocolRules,
  type PurchaseOrder,
  type PurchaseRun,
  type Purchasing,
  type RenewalResource,
  rereadSubscription,
} from './contract.ts';
import { expiryMovedBy } from './expiry-moved-by.ts';
import type { MonthOf } from './month.ts';
import { orderBlock, type Recheck, renew } from './renew.ts';
import { otherExpiry, outcomeOfStop, type RenewalOutcome, type Stop } from './renewal-outcome.ts';
import type { UsedReservations } from './reservations.ts';
import { type Reserved, type ReserveRequest, reserveBatch } from './reserve.ts';
import { type Settled, settleOpen } from './settle.ts';

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
  readonly claimState: ClaimState | undefined;
  /** What became of the claim that was open when the pass began. */
  readonly settled: Settled | undefined;
  /** The expiry, where the resource was read again; what is ordered for another one is stopped before money is set aside. */
  readonly rereadMs?: EpochMs | undefined;
  /** Why the stream could not be read, or the resource of an open claim could not. */
  readonly failure: unknown;
}

/** A candidate whose renewal is wanted, with what is to be ordered. Its standing must be `free`. */
export interface Chosen<S extends DueSubscription> {
  readonly candidate: Candidate<S>;
  readonly purchase: PurchaseOrder;
}

/** What a round knows when alarms are due. */
export interface AlarmFound {
  readonly decided: boolean;
  /** What became of what was to be ordered; undefined before that. */
  readonly done: Pick<RoundResult<DueSubscription>, 'reserved' | 'outcomes' | 'error'> | undefined;
}

/** What the caller adds to a round. `E` are effects of its own. */
export interface RoundHooks<S extends DueSubscription, E> {
  /** Prices the candidates, decides about them all, and says which are to be ordered, nearest expiry first. */
  readonly choose: (candidates: readonly Candidate<S>[]) => Purchasing<readonly Chosen<S>[], E>;
  /**
   * Sends the alarms of all subscriptions, due or not (purchase protocol, P16). Called after deciding, with what is about to be ordered, and
   * at the end, with what became of it; each alarm is told once. Where deciding failed, or time ran out before it was done, `decided` is
   * false. Must not throw, and must not need the journal.
   */
  readonly alarm: (found: AlarmFound) => Purchasing<void, E>;
  /** See `Recheck`. Default: what was decided stands. */
  readonly recheck?: (chosen: Chosen<S>) => Recheck<E>;
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
  /** How the account is billed: orders that have no end yet are looked for there. Absent: billing is not asked. */
  readonly billing?: TargetBilling | undefined;
  /** Reservations that are used for good, as far as this process knows. Default: none are known. */
  readonly used?: UsedReservations | undefined;
  /** See `ReserveContext`. Default: false. */
  readonly settleAll?: boolean;
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
  /** Why some of what is due was not even looked at; undefined where all was. */
  readonly late: Stop | undefined;
}

/**
 * One round of renewals: what is open is settled, what is free is chosen and told of, money is set aside for all of it, and the orders are
 * placed one after another. A store that fails ends the purchases, never the alarms: those go out without a decision then.
 */
export function* purchasePass<S extends DueSubscription, E>(input: RoundInput<S>, hooks: RoundHooks<S, E>): Purchasing<RoundResult<S>, E> {
  const rules = input.rules ?? defaultRules;
  const candidates: Candidate<S>[] = [];
  let reserved: readonly Reserved[] = [];
  const outcomes: RenewalOutcome[] = [];
  let error: StoreError | JournalError | undefined;
  let late: Stop | undefined;
  let decided = false;
  try {
    for (const due of input.due) {
      late = yield* outOfTime(input.run);
      if (late) break;
      candidates.push(yield* candidateOf(due, input, rules));
    }
    const chosen = late ? [] : yield* hooks.choose(candidates);
    decided = late === undefined;
    if (decided || rules.alarmWithoutDecision) yield* hooks.alarm({ decided, done: undefined });
    const requests = new Map<ReserveRequest, Chosen<S>>();
    for (const each of chosen) {
      const { candidate, purchase } = each;
      const request = { purchase, view: candidate.view as RenewalView };
      if (expiryMovedBy(purchase.expiresAtMs, candidate.rereadMs ?? purchase.expiresAtMs) === 'none') requests.set(request, each);
      else outcomes.push(outcomeOfStop(request, otherExpiry));
    }
    const views = candidates.flatMap(({ view }) => view ?? []);
    const settleAll = input.settleAll === true && late === undefined;
    reserved = yield* reserveBatch(input.run, [...requests.keys()], { ...input, views, settleAll });
    yield* orderEach(input, { candidates, reserved, requests }, hooks, outcomes);
  } catch (failure) {
    if (!isJournalFailure(failure)) throw failure;
    error = failure;
  }
  if (decided || rules.alarmWithoutDecision) yield* hooks.alarm({ decided, done: { reserved, outcomes, error } });
  const alerts = [...candidates.flatMap(alertsOf), ...outcomes.flatMap((outcome) => outcome.alerts)];
  return { candidates, reserved, outcomes, alerts, error, late };
}

/** Places the orders that money was set aside for, until a failure that is not the resource's own (purchase protocol, P20). */
function* orderEach<S extends DueSubscription, E>(
  input: RoundInput<S>,
  found: {
    readonly candidates: readonly Candidate<S>[];
    readonly reserved: readonly Reserved[];
    readonly requests: ReadonlyMap<ReserveRequest, Chosen<S>>;
  },
  hooks: RoundHooks<S, E>,
  outcomes: RenewalOutcome[],
): Purchasing<void, E> {
  const rules = input.rules ?? defaultRules;
  const { candidates, reserved, requests } = found;
  const earlier = rules.stopAfterFailure ? failedLately(candidates, input.nowMs) : undefined;
  let block: Stop | undefined;
  for (const each of reserved) {
    if (each.outcome === 'refused') continue;
    const { request, reservation } = each;
    const waits = request.purchase.expiresAtMs - input.nowMs > urgentMs ? earlier : undefined;
    if (block ?? waits) {
      outcomes.push(outcomeOfStop(request, (block ?? waits) as Stop));
      continue;
    }
    const recheck = hooks.recheck?.(requests.get(request) as Chosen<S>);
    const outcome = yield* renew<E>(input.run, request, reservation, { monthOf: input.monthOf, recheck, rules });
    outcomes.push(outcome);
    if (outcome.error) throw outcome.error;
    const code = outcome.outcome === 'stopped' ? undefined : orderBlock({ outcome: outcome.outcome, code: outcome.code });
    if (code !== undefined && rules.stopAfterFailure) block = stoppedBy(code, outcome.purchase.resource);
  }
}

/** After a failure that may meet every order, the next is tried this much later, in milliseconds, so that not one after the other stays unclear. */
const tryAgainAfterMs = 60 * 60_000;

/** What expires sooner than this is tried all the same, in milliseconds. */
const urgentMs = 24 * 60 * 60_000;

/** Why orders wait that can: an order of the last hour is unclear by a failure that may meet every order. */
function failedLately(candidates: readonly Candidate<DueSubscription>[], nowMs: EpochMs): Stop | undefined {
  for (const { due, view } of candidates) {
    const { claim, answer } = view?.open ?? {};
    const code = claim && answer && nowMs - claim.t < tryAgainAfterMs ? orderBlock(answer) : undefined;
    if (code !== undefined) return stoppedBy(code, due.resource);
  }
  return undefined;
}

function stoppedBy(code: string, { id, name = id }: RenewalResource): Stop {
  const text = `Not ordered: the order for ${name} (${id}) before it failed with ${code}, which may meet every order; a later run tries again.`;
  return { code: 'orders-stopped', text };
}

/** Why nothing further is looked at: too little of the function's time is left to order anything. Costs nothing where no end is known. */
function* outOfTime(run: PurchaseRun): Purchasing<Stop | undefined> {
  return run.deadlineMs === undefined ? undefined : notNow(yield* moment(), run);
}

function alertsOf({ settled, claimState }: Candidate<DueSubscription>): readonly Alert[] {
  return [...(settled?.alerts ?? []), ...(claimState?.state === 'spent' && claimState.alert ? [claimState.alert] : [])];
}

/** Reads a resource's stream and settles what is open. A stream that cannot be trusted holds its own resource only. */
function* candidateOf<S extends DueSubscription>(due: S, input: RoundInput<S>, rules: ProtocolRules): Purchasing<Candidate<S>> {
  const { run, nowMs } = input;
  const stream = streamOf(due.account, due.resource.id, due.expiresAtMs, rules);
  const none = { due, view: undefined, claimState: undefined, settled: undefined, failure: undefined };
  try {
    let view = yield* readRenewal(stream);
    let claimState = claimStateOf(view, due.expiresAtMs, nowMs, rules, run.text);
    if (claimState.state === 'free') return { ...none, view, claimState };
    // What was observed may be older than what the stream says.
    let expiresAtMs: EpochMs | undefined;
    let settled: Settled | undefined;
    try {
      const observed = yield* rereadSubscription(due.target, due.resource);
      const about = { target: due.target, resource: due.resource, view, observed, nowMs };
      const checked = input.billing && view.open ? yield* checkOrder(run, { ...about, billing: input.billing }, rules) : undefined;
      const seen = checked ? checked.observed : observed;
      expiresAtMs = seen?.expiresAtMs;
      if (view.open) settled = yield* settleOpen(run, view, seen, nowMs, rules, checked);
    } catch (failure) {
      if (isJournalFailure(failure)) throw failure;
      return { ...none, view, claimState, failure };
    }
    if (settled?.end) view = yield* readRenewal(stream);
    claimState = claimStateOf(view, expiresAtMs ?? due.expiresAtMs, nowMs, rules, run.text);
    return { ...none, view, claimState, settled, rereadMs: expiresAtMs };
  } catch (failure) {
    if (failure instanceof StoreError || !isJournalFailure(failure)) throw failure;
    return { ...none, failure };
  }
}
