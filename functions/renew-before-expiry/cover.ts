import type { RenewalContext } from '../../shared/engine/renewals/planner.ts';
import type { Subscribable } from '../../shared/fleet/subscription.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { type Matcher, matcher } from '../../shared/policy/selector.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { CompiledRenewRule } from './renew-rule.ts';

/** The rule that decides, or undefined where none covers the resource. `rule` names the one that could not be judged. */
export type Cover = Outcome<CompiledRenewRule | undefined> & { readonly rule?: string };

/**
 * The first rule that matches a resource. A rule that cannot be judged holds: it never falls through to the next, which may be about
 * quite other resources. A resource outside the target's regions is not covered.
 */
export function coveringRule(resource: Subscribable, { policy, target, nowMs }: RenewalContext): Cover {
  if (target.regions !== undefined) {
    const { region } = resource;
    if (region === undefined) return held(reason('region-unknown', 'the answer named no region, and the target is limited to some'));
    if (!target.regions.includes(region)) {
      return found(undefined, reason('not-covered', `region ${region} is outside the target`, { region }));
    }
  }
  for (const { rule, matches } of rulesFor(policy, target, resource.kind)) {
    const match = matches(resource, nowMs);
    if (match === 'yes') return found(rule);
    if (match !== 'no') {
      const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
      return { ...held(reason('selector-unknown', text, { unknown: match.unknown })), rule: rule.name };
    }
  }
  return found(undefined, reason('not-covered', 'no rule matches; it is left alone'));
}

interface ReadyRule {
  readonly rule: CompiledRenewRule;
  readonly matches: Matcher;
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly ReadyRule[]>>();

/** The rules for one kind of resource of a target, in the order of the policy; prepared once per policy. */
function rulesFor(policy: CompiledPolicy, target: CompiledTarget, kind: Subscribable['kind']): readonly ReadyRule[] {
  let known = byPolicy.get(policy);
  if (known === undefined) {
    known = new Map();
    byPolicy.set(policy, known);
  }
  const key = `${target.name}|${kind}`;
  let ready = known.get(key);
  if (ready === undefined) {
    const rules = (policy.rules['renew-before-expiry'] ?? []) as readonly CompiledRenewRule[];
    ready = rules.flatMap((rule) => {
      const selector = kind === 'workstation' ? rule.workstations : rule.groups;
      if (selector === undefined || rule.targets?.includes(target.name) === false) return [];
      // A key that is spelled otherwise is told by the other functions; here a hold could let a subscription end.
      return [{ rule, matches: matcher(selector, policy.zones[target.timezone], 'exact') }];
    });
    known.set(key, ready);
  }
  return ready;
}
