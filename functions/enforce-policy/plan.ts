import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { GroupAccess } from '../../shared/fleet/authorization.ts';
import { type DeliveryGroup, servesSoon } from '../../shared/fleet/delivery-group.ts';
import type { GovernedGroup } from '../../shared/fleet/governed-group.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { Tenant } from '../../shared/fleet/tenant.ts';
import { awaitedSetting } from '../../shared/journal/intents/intent-view.ts';
import type { Action, Decision, Reason } from '../../shared/planning/decision.ts';
import { type FirstMatch, firstMatch, pastHorizon, perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { DesiredTenant, EnforceRule } from './compiled-rule.ts';
import { accessDrift, type Drift, groupDrift, loadOf, lowersTimeout, settingsText, tenantDrift } from './drift.ts';
import { flapGuard } from './flap-guard.ts';
import { reason } from './reasons.ts';

/** What enforce-policy decides about: groups, who may use them, and the account itself. */
export type Governed = GovernedGroup | GroupAccess | Tenant;

/** So long a change that the service refused is not tried again, in milliseconds: what it refuses once, a capacity say, it mostly refuses again. */
const waitAfterRefusalMs = 6 * 3_600_000;

/** Lets the journal keep what is to be looked at again once it serves. */
function untilPublished(status: string): Reason {
  return reason('sighted', 'The function looks again every few minutes until it is published.', { setting: awaitedSetting, value: status });
}

const asWanted = reason('as-wanted', 'as the rule asks');

/** Decides whether a resource is as its rule asks. Pure: the same resource, policy, journal and `now` give the same decision. */
export const planner: Planner<Governed> = {
  needs: () => [],
  needsDetail(resource, context) {
    if (resource.kind === 'tenant') return tenantRule(context) !== undefined;
    return resource.kind === 'delivery-group' && asksFor(resource, context);
  },
  decide(resource, context) {
    const { id, name, region } = resource;
    const of: ResourceRef = { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
    if (context.nowMs >= context.policy.untilMs) {
      const because = [pastHorizon];
      return { rule: null, resource: of, verdict: 'hold', because };
    }
    return resource.kind === 'tenant' ? decideTenant(resource, of, context) : decideGroup(resource, of, context);
  },
};

function decideTenant(tenant: Tenant, of: ResourceRef, context: PlanContext): Decision {
  const rule = tenantRule(context);
  if (rule !== undefined) return verdict(tenantDrift(tenant, rule.name, rule.desired), 'tenant', rule, of, context);
  return { rule: null, resource: of, verdict: 'keep', because: [reason('not-covered', 'no rule is for the account itself')] };
}

function decideGroup(resource: GovernedGroup | GroupAccess, of: ResourceRef, context: PlanContext): Decision {
  const group = resource.kind === 'group-access' ? resource.partOf : resource;
  const match = matchOf(group, context);
  const { rule } = match;
  if (rule === undefined) return { rule: match.named, resource: of, verdict: match.verdict, because: match.because };
  if (group.status !== 'PUBLISHED') {
    const text = group.status === undefined ? 'the answer named no status' : `the group is ${group.status}, not PUBLISHED`;
    const comes = servesSoon(group.status);
    const because = [
      reason('status', `${text}; it is left alone until it serves`, { status: group.status ?? null, ...(comes ? waiting : {}) }),
    ];
    const awaited = resource.kind === 'delivery-group' && comes ? [untilPublished(group.status ?? '')] : [];
    return { rule: rule.name, resource: of, verdict: 'hold', because: [...because, ...awaited] };
  }
  return resource.kind === 'group-access'
    ? verdict(accessDrift(resource, rule), 'access', rule, of, context)
    : verdict(groupDrift(resource, rule), 'attributes', rule, of, context);
}

function verdict(
  drift: Drift,
  setting: string,
  { name: rule, insist = false }: Pick<EnforceRule, 'name' | 'insist'>,
  resource: ResourceRef,
  context: PlanContext,
): Decision {
  const { writes, desired, met, change, why, left, call } = drift;
  const back = flapGuard({ id: resource.id, setting, desired, writes, met, insist }, context);
  const base = { rule, resource, ...(back.readBack ? { readBack: [setting] } : {}) };
  if (call === undefined) {
    const because: readonly Reason[] = [...(left.length === 0 ? [asWanted] : left), ...back.because];
    return { ...base, verdict: left.length === 0 ? 'keep' : 'hold', because };
  }
  const action: Action = {
    key: `${setting} ${settingsText(writes)}`,
    ...call,
    change,
    writes: { setting, value: back.value, shown: true },
  };
  if (back.stop !== undefined) return { ...base, verdict: 'hold', because: [back.stop, ...why, ...left, ...back.because], action };
  const refused = refusedLately(resource.id, action.writes, context);
  if (refused !== undefined) return { ...base, verdict: 'hold', because: [refused, ...why, ...left, ...back.because], action };
  return { ...base, verdict: 'act', because: [...why, ...left, ...back.because], action };
}

/**
 * Why a change is not tried again yet. A refusal in the body of an answer leaves it unknown whether anything was done: that the setting still
 * differs tells that it was not.
 */
function refusedLately(id: string, { setting, value }: Action['writes'], { written, nowMs }: PlanContext): Reason | undefined {
  const last = written.values(id, setting).at(-1);
  const isVain = last?.outcome === 'failed' || last?.outcome === 'unknown';
  if (!isVain || last.value !== value || nowMs - last.atMs >= waitAfterRefusalMs) return undefined;
  const text =
    'this very change was tried lately and came to nothing; it is tried again some hours after that. See what the service said, and correct the rule';
  return reason('refused-lately', text, { atMs: last.atMs });
}

function matchOf(group: DeliveryGroup, context: PlanContext): FirstMatch<EnforceRule> {
  return firstMatch(rulesFor(context.policy, context.target).groups, group, context);
}

/** The first rule for the account itself, and what it asks for; undefined where there is none. */
function tenantRule({ policy, target }: PlanContext): { readonly name: string; readonly desired: DesiredTenant } | undefined {
  return rulesFor(policy, target).tenant;
}

/** The rules of enforce-policy for the groups of a target, in the order of the policy, and its desired state for the account. */
const rulesFor = perTarget((policy, target) => {
  const rules = rulesOf<EnforceRule>(policy, 'enforce-policy', target);
  const matcherOf = (selector: CompiledSelector) => cachedMatcher(selector, policy.zones[target.timezone]);
  const [tenant] = rules.flatMap(({ name, tenant: desired }) => (desired === undefined ? [] : [{ name, desired }]));
  return { groups: rules.flatMap((rule) => (rule.groups === undefined ? [] : [{ rule, matches: matcherOf(rule.groups) }])), tenant };
});

/** What has to be read of a group beyond its row: who may use it, and whether somebody would feel a shorter timeout. */
export interface DesiredState {
  readonly access: boolean;
  readonly sessions: boolean;
}

const needed = new WeakMap<GovernedGroup, DesiredState>();

/** Whether more of a group has to be read than its row, and remembers what. */
function asksFor(group: GovernedGroup, context: PlanContext): boolean {
  const { rule } = matchOf(group, context);
  if (rule === undefined) return false;
  const access = rule.userGroups !== undefined;
  const sessions = group.status === 'PUBLISHED' && lowersTimeout(group, rule.sessionTimeout) && loadOf(group) !== undefined;
  needed.set(group, { access, sessions });
  return access || sessions;
}

/** What has to be read of a group. Default: who may use it. */
export function desiredOf(group: GovernedGroup): DesiredState {
  return needed.get(group) ?? { access: true, sessions: false };
}
