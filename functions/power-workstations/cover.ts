import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Reason } from '../../shared/engine/decision.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { CompiledPowerRule } from './power-rule.ts';
import { reason } from './reasons.ts';

/** What covers a workstation. `unknown`: that cannot be told, and the decision holds; `rule` names the one that could not be judged. */
export type Cover =
  | { readonly kind: 'covered'; readonly rule: CompiledPowerRule }
  | { readonly kind: 'not-covered'; readonly because: Reason }
  | { readonly kind: 'unknown'; readonly rule: string | null; readonly because: Reason };

/**
 * The first rule that matches a workstation. A rule that cannot be judged holds: it never falls through to the next, which may be about
 * quite other workstations. A workstation outside the target's regions is not covered.
 */
export function coverOf(workstation: Workstation, { policy, target, nowMs }: PlanContext): Cover {
  const { region } = workstation;
  if (target.regions !== undefined) {
    if (region === undefined) {
      const text = 'the answer named no region, and the target is limited to some';
      return { kind: 'unknown', rule: null, because: reason('region-unknown', text) };
    }
    if (!target.regions.includes(region)) {
      return { kind: 'not-covered', because: reason('not-covered', `region ${region} is outside the target`, { region }) };
    }
  }
  for (const rule of rulesFor(policy, target)) {
    const match = cachedMatcher(rule.workstations, policy.zones[target.timezone])(workstation, nowMs);
    if (match === 'yes') return { kind: 'covered', rule };
    if (match !== 'no') {
      const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
      return { kind: 'unknown', rule: rule.name, because: reason('selector-unknown', text, { unknown: match.unknown }) };
    }
  }
  return { kind: 'not-covered', because: noRule };
}

const noRule = reason('not-covered', 'no rule matches; it is left alone');

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly CompiledPowerRule[]>>();

/** The rules that are for a target, in the order of the policy; chosen once per policy. */
function rulesFor(policy: CompiledPolicy, target: CompiledTarget): readonly CompiledPowerRule[] {
  let byTarget = byPolicy.get(policy);
  if (byTarget === undefined) {
    byTarget = new Map();
    byPolicy.set(policy, byTarget);
  }
  let rules = byTarget.get(target.name);
  if (rules === undefined) {
    const all = (policy.rules['power-workstations'] ?? []) as readonly CompiledPowerRule[];
    rules = all.filter(({ targets }) => targets === undefined || targets.includes(target.name));
    byTarget.set(target.name, rules);
  }
  return rules;
}
