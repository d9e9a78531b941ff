import { tryOnSentinel } from '../../journal/log/sentinel.ts';
import { zonedText } from '../../planning/local-time.ts';
import type { ActDecision, Reason } from '../decision.ts';
import { type Outcome, outcomeOf } from '../outcome.ts';
import { moment } from '../purchase/contract.ts';
import { isJournalFailure } from '../purchase/failure.ts';
import type { Recheck } from '../purchase/renew.ts';
import { type AlarmFound, type Candidate, type Chosen, type RoundResult, renewalRound } from '../purchase/round.ts';
import { reason } from '../reasons.ts';
import { readStanding } from '../standing.ts';
import { announceAlarms } from './announce.ts';
import { limitsOf, monthOf } from './budget.ts';
import { type Choice, choose, chooseInput, type DueDecision, decideAgain, holdRefused } from './choose.ts';
import type { DueResource, Quotes } from './decide-due.ts';
import type { DueResult } from './due-result.ts';
import type { Renewal, RenewalEffect } from './effects.ts';
import { endedNow, endedSince, followedIds, writeEnded, writeIntents } from './follow-up.ts';
import { reportedOutcome } from './outcomes.ts';
import type { RenewalRun } from './run-state.ts';
import { type StateFacts, statedAlarms, statesOf } from './run-states.ts';
import type { Screening } from './screen.ts';

/** What choosing came to, kept beside the round. */
interface Intended {
  choice: Choice;
  /** Number of the record of intents, and whose they are. */
  record?: { readonly of: number; readonly ids: readonly string[] };
  /** Why the chosen orders were left undone. */
  left?: Reason;
}

/** A decision that is older than this is made anew before its order is placed, in milliseconds (protocols, renewal, step 19). */
const decisionLastsMs = 60_000;

/**
 * Does what is due, by the purchase protocol: follow-up of what is open, decisions, alarms, budget, orders. A function that the policy lets only
 * observe does all but the orders. Failures of the journal are noted in the draft, and end the purchases.
 */
export function* orderDue(run: RenewalRun, seen: Screening): Renewal<DueResult> {
  const { context, draft, options } = run;
  const { nowMs } = context;
  const intended: Intended = { choice: { decisions: [], chosen: [], budgets: [] } };
  const round = yield* renewalRound<DueResource, RenewalEffect>(
    {
      run: { owner: draft.head.run, deadlineMs: options.deadlineMs, text: (ms) => zonedText(ms, context) },
      due: seen.due,
      nowMs,
      limits: limitsOf(context),
      monthOf: monthOf(context),
      used: run.used,
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
  const { draft, teller, context } = run;
  const told = new Set<string>();
  return function* (found: AlarmFound): Renewal<void> {
    const due = alarms.filter(({ alarm }) => !told.has(alarm.resource.id));
    const stated = statedAlarms(due, stateFacts(run, intended, found));
    for (const { alarm } of stated) told.add(alarm.resource.id);
    yield* announceAlarms(stated, draft.head.functionMode !== 'act', teller, context);
    yield* teller.flush();
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
    const { policy } = yield* readStanding(options.policy, context.target, nowMs);
    const stop = yield* decideAgain(chosen, quotes, chooseInput({ ...run, context: { ...context, policy, nowMs } }, {}));
    if (old) decidedAtMs = nowMs;
    return stop;
  };
}

/** Decides, and writes down what is about to be ordered. Gives what the round is to order. */
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
  // Whatever the store was when it was opened: versioning, for one, can be switched on at any time.
  yield* tryOnSentinel(draft.head.run, context.nowMs);
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
  const renewals = new Map(round.outcomes.map((renewal) => [renewal.wish.resource.id, renewal]));
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
