import type { ImportSettings, ObservedAccount } from '../../cli/import/account.ts';
import { draftPolicy, type PolicyDraft } from '../../cli/import/policy-draft.ts';
import { policyText } from '../../cli/import/policy-text.ts';
import { ruleModules } from '../../cli/registry.ts';
import { planner as enforcePlanner } from '../../functions/enforce-policy/plan.ts';
import { planner as powerPlanner } from '../../functions/power-workstations/plan.ts';
import { planner as scalePlanner } from '../../functions/scale-on-schedule/plan.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { unreadTenant } from '../../shared/fleet/tenant.ts';
import type { Decision } from '../../shared/planning/decision.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import type { Problem } from '../../shared/policy/problem.ts';
import { nowMs } from './generated-strategy.ts';

/** How the tests import, unless they say otherwise. */
export const settings: ImportSettings = {
  ...{ target: 'office', account: '1234567890123456', endpoint: 'cn-shanghai', zone: 'Asia/Shanghai', peakTag: 'peak-nodes', nowMs },
};

/** Days for which the tests read an imported policy. */
const horizonDays = 9;

/** A policy as it was drafted, before any planner has had a word in it, and what every command reads out of its text. */
export interface Drafted {
  readonly draft: PolicyDraft;
  readonly text: string;
  readonly problems: readonly Problem[];
  /** What planners look at, at an instant within the next nine days. */
  at(atMs: number): PlanContext;
}

/** Drafts a policy and reads it again. */
export function drafted(account: ObservedAccount, changes: Partial<ImportSettings> = {}): Drafted {
  const chosen = { ...settings, ...changes };
  const draft = draftPolicy(account, chosen, { scale: new Map(), enforce: new Set() });
  const text = policyText(draft);
  const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules, { nowMs: chosen.nowMs });
  if (document === undefined) throw new Error(`${problems.map((each) => each.text).join('\n')}\n${text}`);
  const policy = compile(document, chosen.nowMs, horizonDays, ruleModules);
  const target = policy.targets[chosen.target];
  if (target === undefined) throw new Error('the policy has not the target that it was imported for');
  const written = { values: () => [], external: () => undefined };
  return { draft, text, problems, at: (atMs) => ({ policy, target, nowMs: atMs, written, facts: { nodePricePerHour: () => undefined } }) };
}

/** What every function decides about every resource. */
export function decisions({ groups, workstations, expiryReminder }: ObservedAccount, context: PlanContext): Decision[] {
  const tenant = { ...unreadTenant(settings.account), expiryReminder };
  return [
    ...groups.map((group) => scalePlanner.decide(group, context)),
    ...[...groups, tenant].map((each) => enforcePlanner.decide(each, context)),
    ...(workstations ?? []).map((each) => powerPlanner.decide(each, context)),
  ];
}

/** Whether a decision changes something, or holds for more than that a group does not serve. */
export function isOfNote({ verdict, because }: Decision): boolean {
  return verdict === 'act' || (verdict === 'hold' && because[0]?.code !== 'status');
}
