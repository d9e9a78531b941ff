import { planner as enforcePlanner } from '../../functions/enforce-policy/plan.ts';
import { planner as powerPlanner } from '../../functions/power-workstations/plan.ts';
import { planner as scalePlanner } from '../../functions/scale-on-schedule/plan.ts';
import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { unreadTenant } from '../../shared/fleet/tenant.ts';
import type { IntentView } from '../../shared/journal/intents/intent-view.ts';
import type { Decision, Reason } from '../../shared/planning/decision.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { formatProblem } from '../../shared/policy/problem.ts';
import { ruleModules } from '../registry.ts';
import type { ImportSettings, ObservedAccount } from './account.ts';

/** A resource that the policy would change or hold. */
interface Objection {
  readonly function: 'scale-on-schedule' | 'enforce-policy' | 'power-workstations';
  readonly id: string;
  readonly verdict: 'act' | 'hold';
  readonly because: Reason;
}

/** What a written policy says of the account that it was made from. */
export interface Proof {
  /** Errors and warnings of the policy, each in one line; empty for a good one. */
  readonly problems: readonly string[];
  /** What would not stay as it is. Groups that are only held for not serving are left out: they are decided once they serve. */
  readonly objections: readonly Objection[];
}

/** A journal that has nothing. */
const nothingWritten: IntentView = { values: () => [], external: () => undefined };

/** Days that the proof compiles for; planners look at tomorrow and at an ordinary week. */
const proofDays = 2;

/** Reads a policy as every command does and asks the planners about each resource of the account. Pure. */
export function prove(text: string, observed: ObservedAccount, { target: name, account, nowMs }: ImportSettings): Proof {
  const { document, problems } = loadPolicy(text, 'the imported policy', ruleModules, { nowMs });
  if (document === undefined) return { problems: problems.map(formatProblem), objections: [] };
  const policy = compile(document, nowMs, proofDays, ruleModules);
  const target = policy.targets[name];
  if (target === undefined) return { problems: [`the imported policy has no target ${name}`], objections: [] };
  const context: PlanContext = { policy, target, nowMs, written: nothingWritten, facts: { nodePricePerHour: () => undefined } };
  const tenant = { ...unreadTenant(account), expiryReminder: observed.expiryReminder };
  return {
    problems: problems.map(formatProblem),
    objections: [
      ...objectionsOf('scale-on-schedule', scalePlanner, observed.groups, context),
      ...objectionsOf('enforce-policy', enforcePlanner, [...observed.groups, tenant], context),
      ...objectionsOf('power-workstations', powerPlanner, observed.workstations ?? [], context),
    ],
  };
}

function objectionsOf<R extends Resource>(
  name: Objection['function'],
  planner: Planner<R>,
  resources: readonly R[],
  context: PlanContext,
): Objection[] {
  return resources.flatMap((resource) => {
    const decision: Decision = planner.decide(resource, context);
    const because = decision.because[0] ?? { code: 'change', text: 'it would be changed' };
    if (decision.verdict === 'keep' || (decision.verdict === 'hold' && because.code === 'status')) return [];
    return [{ function: name, id: resource.id, verdict: decision.verdict, because }];
  });
}
