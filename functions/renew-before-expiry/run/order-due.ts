import type { EpochMs } from '../../../shared/client/clock.ts';
import { readOverrides } from '../../../shared/engine/overrides.ts';
import { reason } from '../../../shared/engine/reasons.ts';
import { type Outcome, outcomeOf } from '../../../shared/engine/report.ts';
import { clockSkewCode } from '../../../shared/engine/two-clocks.ts';
import type { Added, IntentLog, Signed } from '../../../shared/journal/intents/intent-log.ts';
import type { IntentOutcome } from '../../../shared/journal/intents/intent-record.ts';
import { probeCreateOnly } from '../../../shared/journal/log/create-only-probe.ts';
import { type RenewalView, readRenewal } from '../../../shared/journal/renewals/renewal.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import type { Storing } from '../../../shared/journal/store/store-effect.ts';
import type { ActDecision, Reason } from '../../../shared/planning/decision.ts';
import { zonedText } from '../../../shared/planning/local-time.ts';
import { streamOf } from '../purchase/claim.ts';
import { claimStateOf } from '../purchase/claim-state.ts';
import { type InstantText, isJournalFailure, moment, type Purchasing } from '../purchase/contract.ts';
import {
  type AlarmFound,
  type Candidate,
  type Chosen,
  type DueSubscription,
  purchasePass,
  type RoundResult,
} from '../purchase/purchase-pass.ts';
import type { Recheck, RenewalOutcome } from '../purchase/renew.ts';
import { settlementOf } from '../purchase/settle.ts';
import { announceAlarms } from './announce.ts';
import { compareBalance } from './balance.ts';
import { limitsOf, monthOf } from './budget.ts';
import { type Choice, choose, chooseInput, type DueDecision, decideAgain, holdRefused } from './choose.ts';
import type { DueResource, Quotes } from './decide-due.ts';
import type { Renewal, RenewalEffect } from './effects.ts';
import { reportedOutcome, writtenOutcome } from './outcomes.ts';
import type { RenewalRun } from './run-state.ts';
import { type DueResult, type StateFacts, statedAlarms, statesOf } from './run-states.ts';
import type { Screening } from './screen.ts';

/** What choosing came to, kept beside the purchase pass. */
interface Intended {
  choice: Choice;
  /** Number of the record of intents, and whose they are. */
  record?: { readonly of: number; readonly ids: readonly string[] };
  /** Why the chosen orders were left undone. */
  left?: Reason;
}

/** A decision that is older than this is made anew before its order is placed, in milliseconds (purchase protocol, P19). */
const decisionLastsMs = 60_000;

/**
 * Does what is due, by the purchase protocol: follow-up of what is open, decisions, alarms, budget, orders. A function that the policy lets only
 * observe does all but the orders. Failures of the journal are noted in the draft, and end the purchases.
 */
export function* orderDue(run: RenewalRun, seen: Screening): Renewal<DueResult> {
  const { context, draft, options } = run;
  const { nowMs } = context;
  const intended: Intended = { choice: { decisions: [], chosen: [], budgets: [] } };
  const round = yield* purchasePass<DueResource, RenewalEffect>(
    {
      run: { owner: draft.head.run, deadlineMs: options.deadlineMs, text: (ms) => zonedText(ms, context) },
      due: seen.due,
      nowMs,
      limits: limitsOf(context),
      monthOf: monthOf(context),
      used: run.used,
      // Checks are records: a function that only observes writes none.
      billing: draft.head.functionMode === 'act' ? context.target.billing : undefined,
      settleAll: settlesBudgets(run, seen),
      rules: run.rules,
    },
    {
      alarm: alarmsOf(run, seen, intended),
      choose: (candidates) => chooseAndIntend(run, candidates, intended),
      recheck: (chosen) => recheckOf(run, chosen, intended),
    },
  );
  if (round.error) draft.fail(round.error);
  if (!round.error) yield* writeOutcomes(run, round, intended);
  const { choice } = intended;
  const decisions = holdRefused(choice.decisions, round.reserved);
  return {
    decisions,
    budgets: choice.budgets,
    renewals: round.outcomes,
    outcomes: draft.head.functionMode === 'act' ? outcomesOf(decisions, round, intended.left) : [],
    states: statesOf(stateFacts(run, intended, { decided: round.late === undefined, done: round })),
    alerts: round.alerts,
    late: round.late,
  };
}

/**
 * Money can be owed wherever something was ordered lately. A run that sees nothing of the kind reads no budget, and one that only observes gives
 * nothing back.
 */
function settlesBudgets({ draft, log }: RenewalRun, { due }: Screening): boolean {
  return draft.head.functionMode === 'act' && log !== undefined && (due.length > 0 || followedIds(log).size > 0);
}

/**
 * Writes what became of this run's intents and of earlier ones. The orders were placed by now: a journal that fails here fails the run, and keeps
 * nobody from being told of them.
 */
function* writeOutcomes({ context, draft, log }: RenewalRun, round: RoundResult<DueResource>, { record }: Intended): Renewal<void> {
  if (!log) return;
  const { nowMs, target } = context;
  const now = record ? endedNow(record.of, record.ids, round.outcomes) : [];
  try {
    yield* writeEnded(log, { owner: draft.head.run, atMs: nowMs }, target.name, [...endedSince(log, round.candidates, nowMs), ...now]);
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
    draft.fail(error);
  }
}

/** Tells each alarm once, as soon as its state is known. */
function alarmsOf(run: RenewalRun, { alarms }: Screening, intended: Intended) {
  const { draft, notifier, context } = run;
  const told = new Set<string>();
  return function* (found: AlarmFound): Renewal<void> {
    const due = alarms.filter(({ alarm }) => !told.has(alarm.resource.id));
    const stated = statedAlarms(due, stateFacts(run, intended, found));
    for (const { alarm } of stated) told.add(alarm.resource.id);
    yield* announceAlarms(stated, draft.head.functionMode !== 'act', notifier, context);
    yield* notifier.flush();
  };
}

function stateFacts({ draft }: RenewalRun, { choice, left }: Intended, found: AlarmFound): StateFacts {
  const { decisions, chosen } = choice;
  const acting = draft.head.functionMode === 'act';
  return { decisions, chosen: new Set(acting ? chosen.map(({ candidate }) => candidate.due.subject.id) : []), left, found };
}

/** Decides anew what was chosen, with a fresh clock, right before its claim where the decision is old, and right before its order always. */
function recheckOf(run: RenewalRun, chosen: Chosen<DueResource>, { choice }: Intended): Recheck<RenewalEffect> {
  const { options, context } = run;
  const known = choice.decisions.find(({ candidate }) => candidate === chosen.candidate);
  let decidedAtMs = known?.decidedAtMs ?? Number.NEGATIVE_INFINITY;
  let quotes: Quotes = known?.quotes ?? new Map();
  return function* (when) {
    const { nowMs } = yield* moment();
    // A clock that was set back tells nothing about how old the decision is.
    const old = nowMs - decidedAtMs > decisionLastsMs || nowMs < decidedAtMs;
    if (when === 'before-claim' && !old) return undefined;
    if (old) quotes = new Map();
    const { policy } = yield* readOverrides(options.policy, context.target, nowMs);
    const stop = yield* decideAgain(chosen, quotes, chooseInput({ ...run, context: { ...context, policy, nowMs } }, {}));
    if (old) decidedAtMs = nowMs;
    return stop;
  };
}

/** Decides, and writes down what is about to be ordered. Gives what the pass is to order. */
function* chooseAndIntend(
  run: RenewalRun,
  candidates: readonly Candidate<DueResource>[],
  intended: Intended,
): Renewal<readonly Chosen<DueResource>[]> {
  const { context, draft, log } = run;
  const acting = draft.head.functionMode === 'act';
  const choice = yield* choose(candidates, chooseInput(run, { barred: acting ? run.barred : undefined }));
  intended.choice = choice;
  if (!acting || !log || choice.chosen.length === 0) return [];
  if (context.target.billing !== undefined) yield* compareBalance(run, choice.chosen);
  // Whatever the store was when it was opened: versioning, for one, can be switched on at any time.
  yield* probeCreateOnly(draft.head.run, context.nowMs);
  const acts = choice.decisions.map(({ decision }) => decision).filter((decision) => decision.verdict === 'act');
  const added = yield* writeIntents(log, { owner: draft.head.run, atMs: context.nowMs }, context.target.name, acts);
  if (added.outcome === 'overtaken') {
    const text = 'Another run of this function is acting on this target; the next run decides anew.';
    intended.left = reason('another-run', text, { run: added.by });
    return [];
  }
  intended.record = { of: added.sequence, ids: acts.map(({ resource }) => resource.id) };
  return choice.chosen;
}

function outcomesOf(decisions: readonly DueDecision[], round: RoundResult<DueResource>, left: Reason | undefined): readonly Outcome[] {
  const renewals = new Map(round.outcomes.map((renewal) => [renewal.purchase.resource.id, renewal]));
  const undone =
    left ?? reason('journal-unavailable', `Not ordered, since the journal failed: ${round.error?.message ?? 'it could not be written'}`);
  return decisions
    .map(({ decision }) => decision)
    .filter((decision): decision is ActDecision => decision.verdict === 'act')
    .map((decision) => {
      const renewal = renewals.get(decision.resource.id);
      return renewal ? reportedOutcome(decision.rule, decision.action.key, renewal) : outcomeOf(decision, 'not-sent', undone);
    });
}

/** Plans what is due: decides as a run would, and orders and writes nothing. Alarms are listed. @throws StoreError @throws JournalError */
export function* planDue(run: RenewalRun, seen: Screening): Renewal<DueResult> {
  const candidates = yield* previewCandidates<DueResource, RenewalEffect>(seen.due, run.context.nowMs, (ms) => zonedText(ms, run.context));
  const budgetsOf = [...limitsOf(run.context).keys()];
  const { decisions, budgets } = yield* choose(
    candidates,
    chooseInput(run, { budgetsOf, barred: run.barred?.code === clockSkewCode ? run.barred : undefined }),
  );
  const acting = run.draft.head.functionMode === 'act';
  // A plan orders nothing, so everything can be told as it was decided.
  const facts = { decisions, chosen: new Set<string>(), left: undefined, found: { decided: true, done: undefined } };
  yield* announceAlarms(statedAlarms(seen.alarms, facts), !acting, run.notifier, run.context);
  const alerts = candidates.flatMap(({ settled, claimState }) => [
    ...(settled?.alerts ?? []),
    ...(claimState?.state === 'spent' && claimState.alert ? [claimState.alert] : []),
  ]);
  return { decisions, budgets, states: statesOf(facts), renewals: [], outcomes: [], alerts };
}

/** What the journal calls the end of a subscription. */
const expirySetting = 'expiry';

/** An intent without a claim is given up after this long, in milliseconds: the run that wrote it has certainly ended then. */
const givenUpAfterMs = 60 * 60_000;

/** What became of intents of one record. */
interface Ended {
  readonly of: number;
  readonly resource: string;
  readonly outcome: IntentOutcome;
}

/** Ids of resources whose last intent to renew has no outcome: each run follows them up, in their window or not. */
export function followedIds(log: IntentLog): ReadonlySet<string> {
  return new Set(log.openIntents(expirySetting).map(({ resource }) => resource));
}

/** Writes what is about to be ordered: limits over 24 hours count it, and it is followed up until its end is known. @throws StoreError @throws JournalError */
function* writeIntents(log: IntentLog, signed: Signed, target: string, decisions: readonly ActDecision[]): Storing<Added> {
  const intents = decisions.map(({ resource, action }) => ({
    resource: resource.id,
    setting: action.writes.setting,
    value: action.writes.value,
    key: action.key,
    sessions: 0,
  }));
  return yield* log.add(signed, { kind: 'intents', body: { target, intents } });
}

/** The ends of this run's intents that are known already. `intended` are the ids that were written down. */
function endedNow(of: number, intended: readonly string[], renewals: readonly RenewalOutcome[]): readonly Ended[] {
  const byId = new Map(renewals.map((renewal) => [renewal.purchase.resource.id, renewal]));
  return intended.flatMap((resource) => {
    const renewal = byId.get(resource);
    const outcome = renewal ? writtenOutcome(renewal) : 'not-sent';
    return outcome === undefined ? [] : [{ of, resource, outcome }];
  });
}

/** The ends of earlier intents, as far as the streams of their resources tell them now. */
export function endedSince(log: IntentLog, candidates: readonly Candidate<DueSubscription>[], nowMs: EpochMs): readonly Ended[] {
  const byId = new Map(candidates.map((candidate) => [candidate.due.resource.id, candidate]));
  return log.openIntents(expirySetting).flatMap(({ resource, of, atMs }) => {
    const candidate = byId.get(resource);
    if (!candidate?.view || candidate.view.open) return [];
    const { last } = candidate.view;
    if (last !== undefined && last.atMs >= atMs) return [{ of, resource, outcome: last.end?.outcome === 'moved' ? 'done' : 'not-sent' }];
    return nowMs - atMs < givenUpAfterMs ? [] : [{ of, resource, outcome: 'not-sent' as const }];
  });
}

/** Writes the ends of intents, one record for each record of intents. @throws StoreError @throws JournalError */
function* writeEnded(log: IntentLog, signed: Signed, target: string, ended: readonly Ended[]): Storing<void> {
  for (const of of new Set(ended.map((each) => each.of))) {
    const outcomes = ended.filter((each) => each.of === of).map(({ resource, outcome }) => ({ resource, setting: expirySetting, outcome }));
    yield* log.add(signed, { kind: 'outcomes', body: { target, of, outcomes } });
  }
}

/**
 * The candidates of a plan: what a round would find, without writing anything. What would be settled counts as settled. Nothing is read
 * from the service: it was observed a moment ago. @throws StoreError
 */
function* previewCandidates<S extends DueSubscription, E>(
  due: readonly S[],
  nowMs: EpochMs,
  text?: InstantText,
): Purchasing<readonly Candidate<S>[], E> {
  const candidates: Candidate<S>[] = [];
  for (const each of due) candidates.push(yield* previewOf(each, nowMs, text));
  return candidates;
}

function* previewOf<S extends DueSubscription>(due: S, nowMs: EpochMs, text: InstantText | undefined): Purchasing<Candidate<S>> {
  const none = { due, view: undefined, claimState: undefined, settled: undefined, failure: undefined };
  try {
    let view = yield* readRenewal(streamOf(due.account, due.resource.id, due.expiresAtMs));
    const settled = settlementOf(view, due, nowMs, undefined, text);
    view = endedBy(view, settled.end);
    return { ...none, view, claimState: claimStateOf(view, due.expiresAtMs, nowMs, undefined, text), settled };
  } catch (failure) {
    if (failure instanceof StoreError || !isJournalFailure(failure)) throw failure;
    return { ...none, failure };
  }
}

/** The view as it would be after the end of its open claim was written. */
function endedBy(view: RenewalView, end: ReturnType<typeof settlementOf>['end']): RenewalView {
  const { open } = view;
  if (!open || !end) return view;
  const ended = { ...open, end };
  return end.outcome === 'moved'
    ? { ...view, last: ended, open: undefined, moved: ended }
    : { ...view, last: ended, open: undefined, voided: [ended, ...view.voided] };
}
