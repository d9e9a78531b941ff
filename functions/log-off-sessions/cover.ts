import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { CompiledLogOffRule } from './log-off-rule.ts';
import { hold, keep, type Quiet } from './outcome.ts';
import { reason } from './reasons.ts';

/** The rule that decides; or why there is none, with the rule that could not be judged. */
export type Cover = { readonly rule: CompiledLogOffRule } | { readonly rule?: never; readonly quiet: Quiet; readonly named: string | null };

const notCovered: Cover = { quiet: keep(reason('not-covered', 'no rule matches; it is left alone')), named: null };

/** The first rule that matches a group. A rule that cannot be judged holds: it never falls through to the next. */
export function coverOf(group: DeliveryGroup, { policy, target, nowMs }: PlanContext): Cover {
  if (nowMs >= policy.untilMs) return unsure(reason('policy-horizon', 'the policy was compiled for a time that is over; push it again'));
  const rules = rulesFor(policy, target);
  if (target.regions !== undefined && rules.length > 0) {
    if (group.region === undefined)
      return unsure(reason('region-unknown', 'the answer named no region, and the target is limited to some'));
    if (!target.regions.includes(group.region)) {
      const because = reason('not-covered', `region ${group.region} is outside the target`, { region: group.region });
      return { quiet: keep(because), named: null };
    }
  }
  for (const rule of rules) {
    const match = cachedMatcher(rule.groups, policy.zones[target.timezone])(group, nowMs);
    if (match === 'yes') return { rule };
    if (match !== 'no') {
      const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
      return unsure(reason('selector-unknown', text, { unknown: match.unknown }), rule.name);
    }
  }
  return notCovered;
}

function unsure(because: Reason, named: string | null = null): Cover {
  return { quiet: hold(because), named };
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly CompiledLogOffRule[]>>();

/** The rules for a target, in the order of the policy; picked once per policy. */
function rulesFor(policy: CompiledPolicy, target: CompiledTarget): readonly CompiledLogOffRule[] {
  const byTarget = byPolicy.get(policy) ?? new Map<string, readonly CompiledLogOffRule[]>();
  byPolicy.set(policy, byTarget);
  const rules =
    byTarget.get(target.name) ??
    ((policy.rules['log-off-sessions'] ?? []) as readonly CompiledLogOffRule[]).filter(
      (rule) => rule.targets === undefined || rule.targets.includes(target.name),
    );
  byTarget.set(target.name, rules);
  return rules;
}
