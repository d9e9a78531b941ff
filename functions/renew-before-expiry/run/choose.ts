import type { EpochMs } from '../../../shared/client/clock.ts';
import type { RefusedAccount } from '../../../shared/engine/account-check.ts';
import { guardByResource } from '../../../shared/engine/guard.ts';
import type { PlannedSpending } from '../../../shared/engine/planned-spending.ts';
import { reason } from '../../../shared/engine/reasons.ts';
import type { BudgetUse } from '../../../shared/engine/report.ts';
import { type Resource, refOf } from '../../../shared/fleet/resource.ts';
import { periodText, samePeriod } from '../../../shared/fleet/subscription-period.ts';
import type { ActDecision, Decision, Reason } from '../../../shared/planning/decision.ts';
import type { Never } from '../../../shared/policy/compiled.ts';
import { formatMoney } from '../../../shared/policy/money.ts';
import { notNow } from '../purchase/claim.ts';
import { moment, type ProtocolRules, type PurchaseOrder, type PurchaseRun } from '../purchase/contract.ts';
import type { Candidate, Chosen } from '../purchase/purchase-pass.ts';
import type { Stop } from '../purchase/renewal-outcome.ts';
import type { UsedReservations } from '../purchase/reservations.ts';
import type { Reserved } from '../purchase/reserve.ts';
import { plannedAmounts, previewAdmission } from './budget.ts';
import { type DueResource, decideDue, type Quotes, regularlyPaid } from './decide-due.ts';
import { accountCheck, type Renewal } from './effects.ts';
import type { PlannedOrder, Question, RenewalContext, RenewalPlanner, RenewalVerdict } from './planner.ts';
import type { RenewalRun } from './run-state.ts';

/** What choosing needs. */
export interface ChooseInput {
  readonly functionName: string;
  /** The word of `never` that stands for all that the function does. */
  readonly neverWord: Never;
  /** Whose run it is, and when it has to end: what is not decided by then is not decided in this run. */
  readonly run: PurchaseRun;
  readonly planner: RenewalPlanner;
  readonly context: RenewalContext;
  /** Why nothing may be ordered in this run whatever is decided; undefined where orders may be placed. */
  readonly barred: Reason | undefined;
  /** Currencies whose budget is read for the report even where nothing is ordered in them. */
  readonly budgetsOf: readonly string[];
  /** See `PreviewContext`. */
  readonly used: UsedReservations;
  /** Ids of what expires earlier than when it was last seen. */
  readonly back: ReadonlySet<string>;
  readonly planned: PlannedSpending | undefined;
  readonly onTrouble: (trouble: Reason) => void;
  /** False where the function only observes: nothing is ordered, so nobody's keys are asked about. */
  readonly acting: boolean;
  readonly rules: ProtocolRules;
  readonly onOtherAccount: (refused: RefusedAccount) => void;
}

/** The input of choosing for a run. Default: orders are not barred, and no budget is read but those of the orders. */
export function chooseInput(
  { renewing, options, context, draft, used, rules, back }: RenewalRun,
  { barred, budgetsOf = [] }: Partial<Pick<ChooseInput, 'barred' | 'budgetsOf'>>,
): ChooseInput {
  return {
    ...{ functionName: renewing.name, neverWord: renewing.neverWord, planner: renewing.planner, context, barred, budgetsOf },
    run: { owner: draft.head.run, deadlineMs: options.deadlineMs },
    ...{ used, back, planned: options.planned },
    onTrouble: (trouble) => draft.warn(trouble),
    acting: draft.head.functionMode === 'act',
    rules,
    onOtherAccount: (refused) => draft.refuseKeys(refused, true),
  };
}

/** What was decided about a due resource. */
export interface DueDecision {
  readonly candidate: Candidate<DueResource>;
  /** After guard, limits and budget. */
  readonly decision: Decision;
  /** The planner's own verdict. */
  readonly verdict: RenewalVerdict;
  readonly order: PlannedOrder | undefined;
  readonly purchase: PurchaseOrder | undefined;
  /** When it was decided, by the clock: right before its facts were read. */
  readonly decidedAtMs: EpochMs;
  /** The prices that it was decided by. */
  readonly quotes: Quotes;
}

/** What was decided about all that is due, and which of it is to be ordered. */
export interface Choice {
  readonly decisions: readonly DueDecision[];
  readonly chosen: readonly Chosen<DueResource>[];
  readonly budgets: readonly BudgetUse[];
}

/**
 * Decides about all candidates, in their order: the planner for each, then freezes, exceptions and protection, then the month's budget, in
 * the order of the candidates, then the number of orders of a run. @throws StoreError @throws JournalError
 */
export function* choose(candidates: readonly Candidate<DueResource>[], input: ChooseInput): Renewal<Choice> {
  const { context } = input;
  const verdicts = new Map<string, Decided>();
  for (const candidate of candidates) {
    const now = yield* moment();
    const late = notNow(now, input.run) ?? tooSoon(candidate, now.nowMs, input);
    const quotes: Quotes = new Map();
    const verdict = late ? undecided(candidate.due, late) : yield* decideDue(input.planner, candidate, context, input.onTrouble, quotes);
    verdicts.set(candidate.due.subject.id, { candidate, verdict, decidedAtMs: now.nowMs, quotes });
  }
  const planned = [...verdicts.values()].map(({ verdict }) => verdict.decision);
  const guarded = guardEach(planned, input, (id) => verdicts.get(id)?.candidate.due.subject);

  const purchases = new Map<string, PurchaseOrder>();
  for (const decision of guarded) {
    const { candidate, verdict } = verdicts.get(decision.resource.id) as Decided;
    if (decision.verdict === 'act' && 'order' in verdict)
      purchases.set(decision.resource.id, purchaseOrder(candidate, decision, verdict.order, context));
  }
  const requests = [...purchases].flatMap(([id, purchase]) => {
    const view = verdicts.get(id)?.candidate.view;
    return view ? [{ purchase, view }] : [];
  });
  const views = candidates.flatMap(({ view }) => view ?? []);
  const admission = yield* previewAdmission(requests, input.budgetsOf, { ...context, views, used: input.used, planned: input.planned });
  const refused = refusals(admission.results);
  const limited = holdBeyondOrdersPerRun(
    guarded.map((decision) => holdFor(decision, refused.get(decision.resource.id))),
    input,
  );

  const questions = new Set([...verdicts].flatMap(([id, { verdict }]) => (questionOf(verdict) ? [id] : [])));
  const other = yield* otherAccount(limited, questions, input);
  const decisions = limited.map((planned): DueDecision => {
    const found = verdicts.get(planned.resource.id) as Decided;
    const decided = other && questionOf(found.verdict) ? { ...found, verdict: { ...found.verdict, question: undefined } } : found;
    const decision = questions.has(planned.resource.id) ? blockedBy(planned, other) : holdFor(planned, other);
    const order = 'order' in decided.verdict ? decided.verdict.order : undefined;
    return { ...decided, decision, order, purchase: purchases.get(decision.resource.id) };
  });
  const chosen = decisions.flatMap(({ candidate, decision, purchase }) =>
    decision.verdict === 'act' && purchase ? [{ candidate, purchase }] : [],
  );
  const ordered = new Set(chosen.map(({ purchase }) => purchase));
  input.planned?.add(plannedAmounts(admission.results.filter(({ request }) => ordered.has(request.purchase))));
  return { decisions, chosen, budgets: admission.budgets };
}

type Decided = Pick<DueDecision, 'candidate' | 'verdict' | 'decidedAtMs' | 'quotes'>;

/**
 * Why nothing is decided in the run that first sees an expiry moved back: what it read may be older than a renewal by somebody else, and nobody has heard of
 * a refund yet. Less than a day before the expiry there may be no time for a next run.
 */
function tooSoon({ due, claimState }: Candidate<DueResource>, nowMs: EpochMs, { back }: ChooseInput): Stop | undefined {
  if (claimState?.state !== 'free' || !back.has(due.subject.id) || due.expiresAtMs - nowMs < dayMs) return undefined;
  const text = 'it expired later when it was last seen: a refund, perhaps, or what was read is old; a later run decides';
  return { code: 'expiry-changed', text };
}

const dayMs = 86_400_000;

/** What a run has no time left to decide holds, and is decided by the next. */
function undecided({ resource }: DueResource, { code, text }: Stop): RenewalVerdict {
  return { decision: { verdict: 'hold', rule: null, resource: refOf(resource), because: [{ code, text }] } };
}

/**
 * Decides anew, right before the order, about one that was chosen: with fresh answers, exceptions and freezes, and with fresh prices unless
 * `quotes` has them. Gives why the order is not placed as it was decided; undefined where it still is. @throws StoreError @throws JournalError
 */
export function* decideAgain(
  { candidate, purchase }: Chosen<DueResource>,
  quotes: Quotes,
  input: Omit<ChooseInput, 'budgetsOf'>,
): Renewal<Stop | undefined> {
  const verdict = yield* decideDue(input.planner, candidate, input.context, input.onTrouble, quotes);
  const [decision] = guardEach([verdict.decision], input, () => candidate.due.subject);
  const order = 'order' in verdict ? verdict.order : undefined;
  if (decision?.verdict !== 'act' || order === undefined) {
    const [first] = decision?.because ?? [];
    const text = `Not ordered: decided anew right before the order, it holds: ${first?.text ?? 'no reason given'}`;
    return { code: 'decision-changed', text };
  }
  const { period, autoPay, reserve } = order;
  const same = samePeriod(period, purchase.period) && autoPay === purchase.autoPay && reserve.currency === purchase.reserve.currency;
  if (same && reserve.micros <= purchase.reserve.micros) return undefined;
  const now = `${periodText(period)} for ${formatMoney(reserve)}`;
  const text = `Not ordered: decided anew right before the order, it would be ${now} instead of ${periodText(purchase.period)} for ${formatMoney(purchase.reserve)}. The next run decides.`;
  return { code: 'decision-changed', text };
}

/** What holds by resource, without the limits, which come after the budget. */
function guardEach(
  decisions: readonly Decision[],
  input: Omit<ChooseInput, 'budgetsOf'>,
  resourceOf: (id: string) => Resource | undefined,
): readonly Decision[] {
  const { functionName, neverWord, context, barred } = input;
  const { policy, target, nowMs } = context;
  const guarded = guardByResource(decisions, {
    ...{ functionName, neverWord, policy, target, nowMs },
    resourceOf,
    sessionUsersOf: () => undefined,
    tagFirstSeenMs: () => undefined,
  });
  return guarded.map((decision) => holdFor(decision, barred));
}

/** The same with those held that the budget, when money was set aside, did not let pass. */
export function holdRefused(decisions: readonly DueDecision[], results: readonly Reserved[]): readonly DueDecision[] {
  const refused = refusals(results);
  return decisions.map((each) => ({ ...each, decision: holdFor(each.decision, refused.get(each.decision.resource.id)) }));
}

function refusals(results: readonly Reserved[]): ReadonlyMap<string, Reason> {
  return new Map(
    results.flatMap((each) =>
      each.outcome === 'refused' ? [[each.request.purchase.resource.id, { code: each.code, text: each.text }] as const] : [],
    ),
  );
}

/**
 * Why nothing may be ordered on this target, and nobody asked to approve it (purchase protocol, P15): claims and approvals are kept by account,
 * so a wrong number would make one subscription two. Undefined where the keys are of the account, and where nothing hangs on it.
 */
function* otherAccount(
  decisions: readonly Decision[],
  questions: ReadonlySet<string>,
  { acting, rules, onOtherAccount }: ChooseInput,
): Renewal<Reason | undefined> {
  if (!acting || !rules.identityFirst || (questions.size === 0 && decisions.every(({ verdict }) => verdict !== 'act'))) return undefined;
  const check = yield* accountCheck();
  if (check.ok) return undefined;
  onOtherAccount(check);
  return check.because;
}

function questionOf(verdict: RenewalVerdict): Question | undefined {
  return 'question' in verdict ? verdict.question : undefined;
}

/** Orders of one run where the policy does not say. */
const defaultOrdersPerRun = 50;

/**
 * Renewals answer to their own limits: the month's budget before, and here the number of orders of a run. Those that come first, which expire
 * first, are ordered; the rest holds until the next run. Limits on actions and on shares of the fleet are about harm, and do not stop them.
 */
function holdBeyondOrdersPerRun(decisions: readonly Decision[], { context }: ChooseInput): readonly Decision[] {
  const { ordersPerRun: most = defaultOrdersPerRun } = context.policy.limits;
  const acts = decisions.filter(({ verdict }) => verdict === 'act');
  const beyond = new Set<Decision>(acts.slice(most));
  const text = `${acts.length} orders are due and limits.ordersPerRun is ${most}: what expires first is ordered first, and the next run goes on.`;
  const because = reason('orders-per-run', text, { wanted: acts.length, limit: most });
  return decisions.map((decision) => (beyond.has(decision) ? holdFor(decision, because) : decision));
}

/** The same decision as a hold where there is a reason to, which comes before its own. What does not act stays as it is. */
function holdFor(decision: Decision, because: Reason | undefined): Decision {
  return decision.verdict === 'act' ? blockedBy(decision, because) : decision;
}

function blockedBy(decision: Decision, because: Reason | undefined): Decision {
  return because === undefined ? decision : ({ ...decision, verdict: 'hold', because: [because, ...decision.because] } as Decision);
}

/**
 * A decided order as the purchase protocol takes it. Its note is what an auditor wants to read beside the claim, and what the next renewal
 * compares prices with.
 */
export function purchaseOrder(
  { due, view }: Candidate<DueResource>,
  decision: ActDecision,
  order: PlannedOrder,
  { policy }: Pick<RenewalContext, 'policy'>,
): PurchaseOrder {
  const { account, target, resource, expiresAtMs } = due;
  const { period, autoPay, reserve, approvedBy, unasked } = order;
  const { operation, input } = decision.action;
  const paid = unasked ? regularlyPaid(view?.moved) : undefined;
  const note = {
    rule: decision.rule,
    policy: policy.sourceHash,
    ...(resource.name === undefined ? {} : { name: resource.name }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
    ...(unasked ? { unasked } : {}),
    ...(paid ? { regular: { period: { ...paid.period }, price: { ...paid.price } } } : {}),
  };
  return { account, target, resource, expiresAtMs, period, autoPay, reserve, operation, input, note };
}
