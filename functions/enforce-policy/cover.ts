import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { CompiledPolicy, CompiledSelector, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Matcher } from '../../shared/policy/selector.ts';
import type { EnforceRule, TenantWish } from './enforce-rule.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';

/** The rule that decides, or undefined where none covers the group. `rule` names the one that could not be judged. */
export type Cover = Outcome<EnforceRule | undefined> & { readonly rule?: string };

/**
 * The first rule that matches a group. A rule that cannot be judged holds: it never falls through to the next, which may be about
 * quite other groups. A group outside the target's regions is not covered.
 */
export function coveringRule(group: DeliveryGroup, { policy, target, nowMs }: PlanContext): Cover {
  if (target.regions !== undefined) {
    const { region } = group;
    if (region === undefined) return held(reason('region-unknown', 'the answer named no region, and the target is limited to some'));
    if (!target.regions.includes(region))
      return found(undefined, reason('not-covered', `region ${region} is outside the target`, { region }));
  }
  for (const { rule, matches } of rulesFor(policy, target).groups) {
    const match = matches(group, nowMs);
    if (match === 'yes') return found(rule);
    if (match !== 'no') {
      const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
      return { ...held(reason('selector-unknown', text, { unknown: match.unknown })), rule: rule.name };
    }
  }
  return found(undefined, reason('not-covered', 'no rule matches; it is left alone'));
}

/** The first rule for the account itself, and what it wishes; undefined where there is none. */
export function tenantRule({ policy, target }: PlanContext): { readonly name: string; readonly wish: TenantWish } | undefined {
  return rulesFor(policy, target).tenant;
}

interface ReadyRules {
  readonly groups: readonly { readonly rule: EnforceRule; readonly matches: Matcher }[];
  readonly tenant: { readonly name: string; readonly wish: TenantWish } | undefined;
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, ReadyRules>>();

/** The rules of a target in the order of the policy; prepared once per policy. */
function rulesFor(policy: CompiledPolicy, target: CompiledTarget): ReadyRules {
  const known = byPolicy.get(policy) ?? new Map<string, ReadyRules>();
  byPolicy.set(policy, known);
  let ready = known.get(target.name);
  if (ready === undefined) {
    const all = (policy.rules['enforce-policy'] ?? []) as readonly EnforceRule[];
    const rules = all.filter((rule) => rule.targets === undefined || rule.targets.includes(target.name));
    const matcherOf = (selector: CompiledSelector) => cachedMatcher(selector, policy.zones[target.timezone]);
    const [tenant] = rules.flatMap(({ name, tenant: wish }) => (wish === undefined ? [] : [{ name, wish }]));
    ready = { groups: rules.flatMap((rule) => (rule.groups === undefined ? [] : [{ rule, matches: matcherOf(rule.groups) }])), tenant };
    known.set(target.name, ready);
  }
  return ready;
}
