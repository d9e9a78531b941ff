import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Matcher } from '../../shared/policy/selector.ts';
import { type CompiledOtaRule, placeKey, type Windows } from './ota-rule.ts';

/** A ring with its selector ready and its windows where the target lives. */
export interface ReadyRing {
  readonly name: string;
  readonly soakMs: number;
  readonly matches: Matcher;
  readonly windows: Windows;
}

/** A rule with its rings ready. */
export interface ReadyRule {
  readonly rule: CompiledOtaRule;
  readonly rings: readonly ReadyRing[];
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly ReadyRule[]>>();

/** The rules of approve-ota-windows that are for a target, in the order of the policy; prepared once per policy. */
export function rulesFor(policy: CompiledPolicy, target: CompiledTarget): readonly ReadyRule[] {
  const byTarget = byPolicy.get(policy) ?? new Map<string, readonly ReadyRule[]>();
  byPolicy.set(policy, byTarget);
  const known = byTarget.get(target.name);
  if (known !== undefined) return known;
  const ready = ((policy.rules['approve-ota-windows'] ?? []) as readonly CompiledOtaRule[])
    .filter((rule) => rule.targets === undefined || rule.targets.includes(target.name))
    .map((rule) => ({
      rule,
      rings: rule.rings.map(({ name, soakMs, groups, windows }) => ({
        name,
        soakMs,
        matches: cachedMatcher(groups, policy.zones[target.timezone]),
        windows: windows[placeKey(target)] ?? { sure: [], doubtful: [] },
      })),
    }));
  byTarget.set(target.name, ready);
  return ready;
}
