import { orderBook } from '../../../shared/billing/read-orders.ts';
import { isOthers } from '../../../shared/engine/account-check.ts';
import { type CallCounts, countingClient } from '../../../shared/engine/counting-client.ts';
import { functionMode } from '../../../shared/engine/guard.ts';
import { isCutOffOnly } from '../../../shared/engine/notifications.ts';
import { type Overrides, readOverrides } from '../../../shared/engine/overrides.ts';
import { rulesError, withoutRules } from '../../../shared/engine/policy-format.ts';
import { reason } from '../../../shared/engine/reasons.ts';
import { compareHolds, endRun } from '../../../shared/engine/record-run.ts';
import {
  type AnsweredApproval,
  type BudgetUse,
  idsNamed,
  type OrderLine,
  type PurchaseReport,
  type ReportedAlert,
  type RunError,
  type RunReport,
  runError,
  type WaitingApproval,
} from '../../../shared/engine/report.ts';
import { ReportDraft } from '../../../shared/engine/report-draft.ts';
import type { Runner } from '../../../shared/engine/runner.ts';
import { skewError, skewReason } from '../../../shared/engine/two-clocks.ts';
import { refOf } from '../../../shared/fleet/resource.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import { periodText } from '../../../shared/fleet/subscription-period.ts';
import { IntentLog } from '../../../shared/journal/intents/intent-log.ts';
import { answerWords } from '../../../shared/journal/people/answers.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { HourlyMemory } from '../../../shared/notify/hourly-memory.ts';
import { notifierOf } from '../../../shared/notify/notifier.ts';
import type { ActDecision, HoldDecision, Reason } from '../../../shared/planning/decision.ts';
import { defaultRules, moment, randomToken } from '../purchase/contract.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import { UsedReservations } from '../purchase/reservations.ts';
import { announceAlerts, announceHolds, announceLapses, announceOrders, askApprovers } from './announce.ts';
import { announceAnswers } from './announce-answers.ts';
import type { DueDecision } from './choose.ts';
import { driveRenewal, type RenewalWorld } from './drive.ts';
import { accountCheck, type Renewal } from './effects.ts';
import { ExpiryComparison } from './expiry-moves.ts';
import { followedIds, orderDue, planDue } from './order-due.ts';
import type { Question, Renewing } from './planner.ts';
import { RenewalNotifier } from './renewal-notifier.ts';
import type { RenewalRun, RenewalRunInput } from './run-state.ts';
import { type DueResult, stateLines } from './run-states.ts';
import { type Screening, screen } from './screen.ts';
import { type LastSeen, readLastSeen, watchExpiries } from './watch-expiries.ts';

/** The runner of a function that renews. What it told while the journal could not be read it remembers as long as the process lives. */
export function renewalRunner(renewing: Renewing): Runner {
  const memory = new HourlyMemory();
  const used = new UsedReservations();
  return {
    name: renewing.name,
    withoutRules: true,
    run: async (options) => {
      const { client, counts } = countingClient(options.client);
      const { target, store, clock, signal, notifier = notifierOf(new Map()) } = options;
      const book = target.billing && orderBook(client, target.billing, clock);
      const world: RenewalWorld = { renewing, client, target, store, clock, notifier, signal, book };
      return driveRenewal(world, renewalRun({ renewing, options, memory, used, counts }));
    },
  };
}

/**
 * One run on a target, as effects: observe → alarms → follow-up → price → decide → guard → budget → orders → report. What fails on the way is in
 * the report's `errors`, and `failed` says that the invocation has to fail; defects of the program are thrown. Alarms need no journal: they go
 * out whatever it does.
 */
export function* renewalRun({ memory, used, counts, rules = defaultRules, ...input }: RenewalRunInput): Renewal<RunReport> {
  const { target } = input.options;
  const misread = rulesError(input.options.policy, input.renewing.name, input.renewing.rule);
  const { renewing, options } = misread ? holdingAll(input, misread) : input;
  const { nowMs } = yield* moment();
  const mode = functionMode(options.policy, renewing.name);
  const draft = new ReportDraft(options, misread, { run: yield* randomToken(), function: renewing.name, functionMode: mode, nowMs });
  const applies = options.mode === 'apply';
  const log = yield* attempt(draft, IntentLog.load(renewing.name, target.account));
  const overrides = log && (yield* attempt(draft, readOverrides(options.policy, target, nowMs)));
  const policy = overrides?.policy ?? options.policy;
  const context = { policy, target, nowMs, proveLink: options.proveLink };
  const notifier = new RenewalNotifier({
    ...{ functionName: renewing.name, policy, target, nowMs, owner: draft.head.run, sends: applies, memory },
    deadlineMs: options.deadlineMs,
  });
  let run: RenewalRun = {
    renewing,
    options,
    context,
    draft,
    notifier,
    log,
    barred: whyBarred(options, log && overrides),
    used,
    rules,
    back: new Set(),
  };

  const last = log && (yield* readLastSeen(target.account));
  const comparison = last && 'seen' in last ? new ExpiryComparison(last.seen) : undefined;
  const look = (skewMs?: number) =>
    screen({
      ...{ renewing, context, skewMs, open: log ? followedIds(log) : new Set<string>() },
      onPage: (observed, announced) => options.onProgress?.({ phase: 'observing', observed, announced }),
      onDecision: options.onDecision,
      onSubscription: (resource) => comparison?.visit(resource),
    });
  let seen = yield* look();
  const { skewMs } = seen;
  if (skewMs !== undefined) {
    draft.failBecause(skewError(skewMs));
    run = { ...run, barred: skewReason(skewMs) };
    seen = yield* look(skewMs);
  }
  if (comparison) run = { ...run, back: comparison.movedBack() };
  for (const { error } of seen.failures) draft.failedToObserve(error, seen.totals.observed);
  if (seen.failures.length === 0) draft.checkWhole(seen.totals);
  const result = (yield* attempt(draft, applies ? orderDue(run, seen) : planDue(run, seen))) ?? nothing;
  take(run, seen, result);
  yield* announce(run, seen, result);
  yield* notifier.flush();
  // Another account's fleet tells nothing of this one: it is neither compared nor written down.
  const account = yield* accountCheck();
  if (!account.ok) draft.refuseKeys(account, false);
  else if (last) yield* watch(run, seen, result, { last, comparison });
  // Where a list failed the set of holds says nothing about what was not read; told to stop, nothing about what was not decided.
  const { stopping } = yield* moment();
  if (log && !isOthers(account) && seen.failures.length === 0 && !stopping) {
    const { functionMode: mode } = draft.head;
    const holds = yield* attempt(draft, compareHolds(log, target.name, { decisions: draft.decisions, functionMode: mode }, nowMs));
    if (holds) draft.holds = holds;
  }
  const seenBefore = last && 'seen' in last ? last.seen.damaged : [];
  draft.damaged([...(log?.damaged ?? []), ...(overrides?.damaged ?? []), ...seenBefore, ...notifier.damaged]);
  const untold = yield* announceNewHolds(run);
  for (const [channel, because] of notifier.dead) {
    draft.warn(reason('channel-dead', `The channel ${channel} did not deliver: ${because}.`, { channel }));
  }
  for (const warning of notifier.warnings) draft.warn(warning);
  for (const failure of notifier.failures) draft.fail(failure);
  draft.purchases = {
    ...purchaseReport(ownDecisions(seen, result), result.renewals, result.budgets, notifier.reported),
    states: stateLines(seen, result),
  };
  return yield* end(run, counts, untold);
}

/** The same without rules, which cannot be read: each resource is held. Alarms, and what is said of an open order, need none. */
function holdingAll({ renewing, options }: Pick<RenewalRunInput, 'renewing' | 'options'>, { message }: RunError) {
  const because = [reason('policy-format', message)];
  const { planner } = renewing;
  const decide: typeof planner.decide = (resource, facts, context) =>
    facts.claims?.open
      ? planner.decide(resource, facts, context)
      : { decision: { verdict: 'hold', rule: null, resource: refOf(resource), because } };
  return {
    renewing: { ...renewing, planner: { decide } },
    options: { ...options, policy: withoutRules(options.policy, renewing.name) },
  };
}

/** Tells of renewals by others. What keeps it from that is a warning: nothing else of the run hangs on it. */
function* watch(
  { notifier, context, draft, options }: RenewalRun,
  { totals, failures }: Screening,
  { alerts, decisions }: DueResult,
  { last, comparison }: { readonly last: LastSeen; readonly comparison: ExpiryComparison | undefined },
): Renewal<void> {
  const known = decisions.flatMap(({ candidate: { due, claimState } }) =>
    claimState?.state === 'free' && claimState.external ? [[due.resource.id, claimState.external.fromMs] as const] : [],
  );
  const failure =
    'failure' in last || !comparison
      ? (last as { failure?: Error }).failure
      : yield* watchExpiries({
          ...{ seen: last.seen, comparison, notifier, telling: context, deadlineMs: options.deadlineMs },
          ...{ owner: draft.head.run, writes: options.mode === 'apply', known: new Map(known) },
          followed: new Set(alerts.map(({ data }) => String(data['resource']))),
          complete: totals.complete && failures.length === 0,
        });
  if (failure) draft.warn(reason('expiries-unread', `Whether somebody else has renewed cannot be told in this run: ${failure.message}`));
}

/** Does something that may fail; a foreseen failure is noted in the report and gives undefined. */
function* attempt<T>(draft: ReportDraft, code: Renewal<T>): Renewal<T | undefined> {
  try {
    return yield* code;
  } catch (error) {
    draft.fail(error);
    return undefined;
  }
}

const nothing: DueResult = { decisions: [], states: new Map(), budgets: [], renewals: [], outcomes: [], alerts: [] };

/** Why nothing may be ordered in this run, whatever is decided. */
function whyBarred({ store, allowLocalStore }: RenewalRunInput['options'], journal: Overrides | undefined): Reason | undefined {
  if (journal === undefined)
    return reason('journal-unavailable', 'the journal cannot be read, and nothing is ordered that is not written down first');
  if (store.shared || allowLocalStore) return undefined;
  const text =
    'the journal is a folder of one machine, and what must not be ordered twice needs one that all machines share: name it under store in the policy';
  return reason('store-not-shared', text);
}

/** The decisions of this pass; what is only followed up was decided when it was observed. */
function ownDecisions(seen: Screening, { decisions }: DueResult): readonly DueDecision[] {
  return decisions.filter(({ decision }) => !seen.followed.has(decision.resource.id));
}

/** Puts observation, decisions and outcomes into the draft. What is due and undecided, since the journal failed, holds. */
function take({ draft, options, barred }: RenewalRun, seen: Screening, result: DueResult): void {
  const decided = ownDecisions(seen, result);
  const known = new Set(decided.map(({ decision }) => decision.resource.id));
  const because = result.late ?? reason('journal-unavailable', 'not decided, since the journal failed; the next run decides');
  const undecided = seen.due
    .filter(({ resource: { id } }) => !known.has(id) && !seen.followed.has(id))
    .map(({ resource }): HoldDecision => {
      return { verdict: 'hold', rule: null, resource: refOf(resource), because: [{ code: because.code, text: because.text }] };
    });
  for (const { decision, candidate } of decided) options.onDecision?.(candidate.due.subject, decision);
  for (const outcome of result.outcomes) options.onOutcome?.(outcome);
  const all = [...decided.map(({ decision }) => decision), ...undecided, ...seen.holds];
  draft.decisions = all.filter((decision): decision is ActDecision | HoldDecision => decision.verdict !== 'keep');
  draft.outcomes = result.outcomes;
  const kept = all.filter(({ verdict }) => verdict === 'keep').map(({ resource }) => resource.id);
  draft.observeAndPlan({ ...seen, keep: seen.keep + kept.length, kept: [...seen.kept, ...kept].slice(0, idsNamed) });
  if (barred?.code === 'store-not-shared' && draft.decisions.some(({ because }) => because.includes(barred))) {
    draft.fail(new StoreError('Unsupported', `Nothing was ordered: ${barred.text}.`));
  }
}

/** Tells what is to be told beside the alarms. A function that only observes asks nobody for approvals. */
function* announce({ draft, notifier, context, options }: RenewalRun, seen: Screening, result: DueResult): Renewal<void> {
  const subjects = new Map<string, Subscribable>(seen.due.map(({ subject }) => [subject.id, subject]));
  yield* announceAlerts(result.alerts, subjects, notifier, context);
  yield* announceLapses(seen.lapsing, notifier, context);
  yield* announceAnswers(ownDecisions(seen, result), notifier, context);
  if (draft.head.functionMode === 'act') yield* askApprovers(ownDecisions(seen, result), notifier, context, options.approvalLink);
  const rules = (context.policy.rules[draft.head.function] ?? []) as readonly {
    readonly name: string;
    readonly tell?: readonly string[];
  }[];
  const ruleOf = new Map(result.decisions.map(({ decision }) => [decision.resource.id, decision.rule]));
  const tellOfRule = (id: string) => rules.find(({ name }) => name === ruleOf.get(id))?.tell;
  yield* announceOrders(result.renewals, tellOfRule, notifier, context);
}

/** Tells of new holds, also where the function only observes. Gives the ids of those of which nobody heard. */
function* announceNewHolds({ draft, notifier, context }: RenewalRun): Renewal<readonly string[]> {
  const fresh = new Set(draft.holds.fresh);
  const holds = draft.decisions.filter((decision) => decision.verdict === 'hold' && fresh.has(decision.resource.id)) as HoldDecision[];
  return (yield* announceHolds(holds, draft.head.run, notifier, context)) ? [] : holds.map(({ resource }) => resource.id);
}

/** Ends the run: its record, its heartbeat, and where it failed a word about that. */
function* end(
  { draft, log, notifier, context, options }: RenewalRun,
  counts: () => CallCounts,
  untold: readonly string[],
): Renewal<RunReport> {
  const { nowMs } = context;
  const finished = draft.finish((yield* moment()).nowMs, counts());
  if (options.mode === 'plan') return finished;
  const report = yield* endRun(finished, nowMs, log, { untold, policyFormats: options.policyFormats });
  if (!report.failed || (options.stoppedByHand?.() && isCutOffOnly(report))) return report;
  const known = notifier.failures.length;
  yield* notifier.failed(report);
  yield* notifier.flush();
  const errors = notifier.failures.slice(known).map(runError);
  return { ...report, errors: [...report.errors, ...errors] };
}

/** What a run of renewals adds to its report. */
function purchaseReport(
  decisions: readonly DueDecision[],
  outcomes: readonly RenewalOutcome[],
  budgets: readonly BudgetUse[],
  alerts: readonly ReportedAlert[],
): Omit<PurchaseReport, 'states'> {
  const byId = new Map(outcomes.map((outcome) => [outcome.purchase.resource.id, outcome]));
  return {
    orders: decisions.flatMap((each) => orderLine(each, byId.get(each.decision.resource.id)) ?? []),
    waiting: decisions.flatMap((each) => waitingLine(each) ?? []),
    answered: decisions.flatMap((each) => answeredLine(each, byId.get(each.decision.resource.id)) ?? []),
    budgets,
    alerts,
  };
}

function orderLine({ decision, order, candidate }: DueDecision, outcome: RenewalOutcome | undefined): OrderLine | undefined {
  if (decision.verdict !== 'act' || !order) return undefined;
  const { reserve, trade, period, autoPay, approvedBy } = order;
  const less = trade !== undefined && trade.currency === reserve.currency && trade.micros < reserve.micros;
  return {
    resource: decision.resource,
    rule: decision.rule,
    expires: new Date(candidate.due.expiresAtMs).toISOString(),
    period: periodText(period),
    amount: reserve,
    ...(less ? { due: trade } : {}),
    autoPay,
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(outcome === undefined ? {} : { claim: outcome.n, outcome: outcome.outcome }),
    ...(outcome?.orderId === undefined ? {} : { orderId: outcome.orderId }),
  };
}

function waitingLine({ decision, verdict, candidate }: DueDecision): WaitingApproval | undefined {
  const question = 'question' in verdict ? verdict.question : undefined;
  return question && questionLine({ decision, candidate }, question);
}

function answeredLine({ decision, verdict, candidate }: DueDecision, outcome: RenewalOutcome | undefined): AnsweredApproval | undefined {
  const { asked } = verdict;
  const state = asked?.answer.state;
  if (asked === undefined || (state !== 'approved' && state !== 'refused')) return undefined;
  if (outcome !== undefined && outcome.outcome !== 'stopped') return undefined;
  const line = questionLine({ decision, candidate }, asked.question);
  return line && { ...line, state, answer: answerWords(asked.answer, asked.question.circle) };
}

function questionLine(
  { decision, candidate }: Pick<DueDecision, 'decision' | 'candidate'>,
  question: Question,
): WaitingApproval | undefined {
  if (decision.rule === null) return undefined;
  const [first] = decision.because;
  const why = first?.data?.['why'];
  return {
    resource: decision.resource,
    rule: decision.rule,
    approvers: question.circle,
    period: periodText(question.period),
    amount: question.amount,
    expires: new Date(candidate.due.expiresAtMs).toISOString(),
    why: typeof why === 'string' ? why : (first?.text ?? ''),
  };
}
