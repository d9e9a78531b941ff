import { zonedText } from '../../planning/local-time.ts';
import { clockSkewCode } from '../two-clocks.ts';
import { announceAlarms } from './announce.ts';
import { limitsOf } from './budget.ts';
import { previewCandidates } from './candidates.ts';
import { choose, chooseInput } from './choose.ts';
import type { DueResource } from './decide-due.ts';
import type { DueResult } from './due-result.ts';
import type { Renewal, RenewalEffect } from './effects.ts';
import type { RenewalRun } from './run-state.ts';
import { statedAlarms, statesOf } from './run-states.ts';
import type { Screening } from './screen.ts';

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
  yield* announceAlarms(statedAlarms(seen.alarms, facts), !acting, run.teller, run.context);
  const alerts = candidates.flatMap(({ settled, standing }) => [
    ...(settled?.alerts ?? []),
    ...(standing?.state === 'spent' && standing.alert ? [standing.alert] : []),
  ]);
  return { decisions, budgets, states: statesOf(facts), renewals: [], outcomes: [], alerts };
}
