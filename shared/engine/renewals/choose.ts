import type { Resource } from '../../fleet/resource.ts';
import { noCounts, type RollingCounts } from '../../journal/written-counts.ts';
import type { Totals } from '../automation.ts';
import type { Decision, Reason } from '../decision.ts';
import { guard } from '../guard.ts';
import { limitReasons } from '../guard-limits.ts';
import type { RenewalWish } from '../purchase/contract.ts';
import type { Reserved } from '../purchase/reserve.ts';
import type { Candidate, Chosen } from '../purchase/round.ts';
import type { BudgetUse } from '../report.ts';
import { previewAdmission } from './budget.ts';
import { type DueResource, decideDue } from './decide-due.ts';
import type { Renewal } from './effects.ts';
import type { PlannedOrder, RenewalContext, RenewalPlanner, RenewalVerdict } from './planner.ts';
import type { RenewalRun } from './run-state.ts';
import { wishOf } from './wish.ts';

/** What choosing needs. */
export interface ChooseInput {
  readonly functionName: string;
  readonly planner: RenewalPlanner;
  readonly context: RenewalContext;
  readonly totals: Totals;
  /** What was done in the 24 hours before, from the journal. */
  readonly counts: RollingCounts;
  /** Why nothing may be ordered in this run whatever is decided; undefined where orders may be placed. */
  readonly barred: Reason | undefined;
  /** Currencies whose budget is read for the report even where nothing is ordered in them. */
  readonly budgetsOf: readonly string[];
  readonly onTrouble: (trouble: Reason) => void;
}

/** The input of choosing for a run. Default: orders are not barred, and no budget is read but those of the orders. */
export function chooseInput(
  { renewing, context, draft, log }: RenewalRun,
  totals: Totals,
  { barred, budgetsOf = [] }: Partial<Pick<ChooseInput, 'barred' | 'budgetsOf'>>,
): ChooseInput {
  const counts = log?.counts(context.target.name, context.nowMs) ?? noCounts;
  return {
    ...{ functionName: renewing.name, planner: renewing.planner, context, totals, counts, barred, budgetsOf },
    onTrouble: (trouble) => draft.warn(trouble),
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
  readonly wish: RenewalWish | undefined;
}

/** What was decided about all that is due, and which of it is to be ordered. */
export interface Choice {
  readonly decisions: readonly DueDecision[];
  readonly chosen: readonly Chosen<DueResource>[];
  readonly budgets: readonly BudgetUse[];
}

/**
 * Decides about all candidates, in their order: the planner for each, then freezes, exceptions and protection, then the month's budget, in
 * the order of the candidates, then the limits, which take everything or nothing. @throws StoreError @throws JournalError
 */
export function* choose(candidates: readonly Candidate<DueResource>[], input: ChooseInput): Renewal<Choice> {
  const { context } = input;
  const verdicts = new Map<string, { readonly candidate: Candidate<DueResource>; readonly verdict: RenewalVerdict }>();
  for (const candidate of candidates) {
    const verdict = yield* decideDue(input.planner, candidate, context, input.onTrouble);
    verdicts.set(candidate.due.subject.id, { candidate, verdict });
  }
  const planned = [...verdicts.values()].map(({ verdict }) => verdict.decision);
  const guarded = guardEach(planned, input, (id) => verdicts.get(id)?.candidate.due.subject);

  const wishes = new Map<string, RenewalWish>();
  for (const decision of guarded) {
    const { candidate, verdict } = verdicts.get(decision.resource.id) as { candidate: Candidate<DueResource>; verdict: RenewalVerdict };
    if (decision.verdict === 'act' && 'order' in verdict)
      wishes.set(decision.resource.id, wishOf(candidate, decision, verdict.order, context));
  }
  const requests = [...wishes].flatMap(([id, wish]) => {
    const view = verdicts.get(id)?.candidate.view;
    return view ? [{ wish, view }] : [];
  });
  const admission = yield* previewAdmission(requests, input.budgetsOf, context);
  const refused = refusals(admission.results);
  const limited = holdLimited(
    guarded.map((decision) => holdFor(decision, refused.get(decision.resource.id))),
    input,
  );

  const decisions = limited.map((decision): DueDecision => {
    const { candidate, verdict } = verdicts.get(decision.resource.id) as { candidate: Candidate<DueResource>; verdict: RenewalVerdict };
    const order = 'order' in verdict ? verdict.order : undefined;
    return { candidate, decision, verdict, order, wish: wishes.get(decision.resource.id) };
  });
  const chosen = decisions.flatMap(({ candidate, decision, wish }) => (decision.verdict === 'act' && wish ? [{ candidate, wish }] : []));
  return { decisions, chosen, budgets: admission.budgets };
}

/** What holds by resource, without the limits, which come after the budget. */
function guardEach(
  decisions: readonly Decision[],
  input: ChooseInput,
  resourceOf: (id: string) => Resource | undefined,
): readonly Decision[] {
  const { functionName, context, totals, counts, barred } = input;
  const { policy, target, nowMs } = context;
  const guarded = guard(decisions, {
    ...{ functionName, target, nowMs, totals, counts },
    policy: { ...policy, limits: {} },
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
      each.outcome === 'refused' ? [[each.request.wish.resource.id, { code: each.code, text: each.text }] as const] : [],
    ),
  );
}

function holdLimited(decisions: readonly Decision[], { functionName, context, totals, counts }: ChooseInput): readonly Decision[] {
  const { policy, target, nowMs } = context;
  const reasons = limitReasons(
    decisions,
    {
      ...{ functionName, policy, target, nowMs, totals, counts },
      resourceOf: () => undefined,
      sessionUsersOf: () => undefined,
      tagFirstSeenMs: () => undefined,
    },
    'actions',
  );
  return decisions.map((decision) => holdFor(decision, reasons.get(decision)));
}

/** The same decision as a hold where there is a reason to, which comes before its own. */
function holdFor(decision: Decision, because: Reason | undefined): Decision {
  if (because === undefined || decision.verdict !== 'act') return decision;
  return { ...decision, verdict: 'hold', because: [because, ...decision.because] };
}
