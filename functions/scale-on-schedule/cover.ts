import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { found, held, type Outcome } from './outcome.ts';
import { rulesFor } from './ready-rules.ts';
import { reason } from './reasons.ts';
import type { CompiledScaleRule } from './scale-rule.ts';

/** The rule that decides, or undefined where none covers the group. `rule` names the one that could not be judged. */
export type Cover = Outcome<CompiledScaleRule | undefined> & { readonly rule?: string };

/**
 * The first rule that matches a group. A rule that cannot be judged holds: it never falls through to the next, which may be about
 * quite other groups. A group outside the target's regions is not covered.
 */
export function coveringRule(group: DeliveryGroup, { policy, target, nowMs }: PlanContext): Cover {
  if (target.regions !== undefined) {
    if (group.region === undefined) return held(reason('region-unknown', 'the answer named no region, and the target is limited to some'));
    if (!target.regions.includes(group.region)) {
      return found(undefined, reason('not-covered', `region ${group.region} is outside the target`, { region: group.region }));
    }
  }
  for (const { rule, matches } of rulesFor(policy, target)) {
    const match = matches(group, nowMs);
    if (match === 'yes') return found(rule);
    if (match !== 'no') {
      const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
      return { ...held(reason('selector-unknown', text, { unknown: match.unknown })), rule: rule.name };
    }
  }
  return found(undefined, notCovered);
}

const notCovered = reason('not-covered', 'no rule matches; it is left alone');
