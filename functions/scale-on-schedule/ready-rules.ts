import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Matcher } from '../../shared/policy/selector.ts';
import type { CompiledScaleRule } from './scale-rule.ts';

/** A rule with its selector ready. */
export interface ReadyRule {
  readonly rule: CompiledScaleRule;
  readonly matches: Matcher;
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly ReadyRule[]>>();

/** The rules of scale-on-schedule that are for a target, in the order of the policy; prepared once per policy. */
export function rulesFor(policy: CompiledPolicy, target: CompiledTarget): readonly ReadyRule[] {
  let byTarget = byPolicy.get(policy);
  if (byTarget === undefined) {
    byTarget = new Map();
    byPolicy.set(policy, byTarget);
  }
  let ready = byTarget.get(target.name);
  if (ready === undefined) {
    const rules = (policy.rules['scale-on-schedule'] ?? []) as readonly CompiledScaleRule[];
    ready = rules
      .filter((rule) => rule.targets === undefined || rule.targets.includes(target.name))
      .map((rule) => ({ rule, matches: cachedMatcher(rule.groups, policy.zones[target.timezone]) }));
    byTarget.set(target.name, ready);
  }
  return ready;
}
