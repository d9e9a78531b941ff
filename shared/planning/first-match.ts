import type { EpochMs } from '../client/clock.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import type { Matcher, Selectable } from '../policy/selector.ts';
import { type Reason, reasonOf } from './decision.ts';

/** A rule with its selector ready. */
export interface ReadyRule<Rule> {
  readonly rule: Rule;
  readonly matches: Matcher;
}

/**
 * The rule that covers a resource; or what to decide without one: `keep` where nothing covers it, `hold` where that cannot be told. `named` is the
 * rule that could not be judged.
 */
export type FirstMatch<Rule> =
  | { readonly rule: Rule }
  | { readonly rule?: never; readonly verdict: 'keep' | 'hold'; readonly because: readonly Reason[]; readonly named: string | null };

/** Why nothing is decided by a policy whose time is over: its calendars and zones end there. */
export const pastHorizon: Reason = reasonOf('policy-horizon', 'the policy was compiled for a time that is over; push it again');

/**
 * The first of some rules that matches a resource. A rule that cannot be judged holds: it never falls through to the next, which may be about quite
 * other resources. A resource outside the target's regions is not covered.
 */
export function firstMatch<Rule extends { readonly name: string }>(
  rules: readonly ReadyRule<Rule>[],
  resource: Selectable,
  { target, nowMs }: { readonly target: CompiledTarget; readonly nowMs: EpochMs },
): FirstMatch<Rule> {
  const { region } = resource;
  if (target.regions !== undefined) {
    if (region === undefined) return none('hold', 'region-unknown', 'the answer named no region, and the target is limited to some');
    if (!target.regions.includes(region)) return none('keep', 'not-covered', `region ${region} is outside the target`, { region });
  }
  for (const { rule, matches } of rules) {
    const match = matches(resource, nowMs);
    if (match === 'yes') return { rule };
    if (match === 'no') continue;
    const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
    return none('hold', 'selector-unknown', text, { unknown: match.unknown }, rule.name);
  }
  return notCovered;
}

/** What to decide about a resource that no rule matches. */
export const notCovered = none('keep', 'not-covered', 'no rule matches; it is left alone');

function none(
  verdict: 'keep' | 'hold',
  code: 'region-unknown' | 'selector-unknown' | 'not-covered',
  text: string,
  data?: Reason['data'],
  named: string | null = null,
): FirstMatch<never> & { readonly rule?: never } {
  return { verdict, because: [reasonOf(code, text, data)], named };
}

/** What is made of the rules of a policy for a target, once for each policy. */
export function perTarget<T>(
  make: (policy: CompiledPolicy, target: CompiledTarget) => T,
): (policy: CompiledPolicy, target: CompiledTarget) => T {
  const byPolicy = new WeakMap<CompiledPolicy, Map<string, T>>();
  return (policy, target) => {
    const made = byPolicy.get(policy) ?? new Map<string, T>();
    byPolicy.set(policy, made);
    const before = made.get(target.name);
    if (before !== undefined) return before;
    const now = make(policy, target);
    made.set(target.name, now);
    return now;
  };
}

/** The rules of a function that are for a target, in the order of the policy. */
export function rulesOf<Rule extends { readonly targets?: readonly string[] }>(
  policy: CompiledPolicy,
  functionName: keyof CompiledPolicy['rules'],
  target: CompiledTarget,
): readonly Rule[] {
  const all = (policy.rules[functionName] ?? []) as readonly Rule[];
  return all.filter(({ targets }) => targets === undefined || targets.includes(target.name));
}
