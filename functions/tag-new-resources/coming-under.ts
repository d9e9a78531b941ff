import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { CompiledPolicy, CompiledSelector, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import { type Consequential, canSpendOrCut, consequential } from './compiled-rule.ts';

/** A rule of another function that a group comes under, or leaves, when its tags change. */
export interface OtherRule {
  readonly function: Consequential;
  /** Name of the rule; with rings `<rule>/<ring>`. */
  readonly rule: string;
  /** True where the rule waits until the group was first seen long enough ago, or cannot be judged. */
  readonly perhaps: boolean;
}

/** Rules of the functions that spend or cut which a group comes under by new tags, and those that it leaves. */
export function otherRules(
  group: DeliveryGroup,
  tags: Readonly<Record<string, string>>,
  context: PlanContext,
): { readonly comesUnder: readonly OtherRule[]; readonly leaves: readonly OtherRule[] } {
  const comesUnder: OtherRule[] = [];
  const leaves: OtherRule[] = [];
  for (const name of consequential) {
    const before = rulesOver(group, name, context);
    const after = rulesOver({ ...group, tags }, name, context);
    comesUnder.push(...without(after, before));
    leaves.push(...without(before, after));
  }
  return { comesUnder, leaves };
}

function without(rules: readonly OtherRule[], others: readonly OtherRule[]): readonly OtherRule[] {
  return rules.filter(({ rule }) => !others.some((other) => other.rule === rule));
}

/** The first rule that covers a group now, after those that would once it was first seen long enough ago. */
function rulesOver(group: DeliveryGroup, name: Consequential, { policy, target, nowMs }: PlanContext): readonly OtherRule[] {
  const zone = policy.zones[target.timezone];
  const rules: OtherRule[] = [];
  for (const { rule, selector, ageless, harmless } of selectorsOf(policy, target, name)) {
    const match = cachedMatcher(selector, zone)(group, nowMs);
    // One that harms nobody is not told of, and keeps those after it away all the same.
    if (match !== 'no') return harmless ? rules : [...rules, { function: name, rule, perhaps: match !== 'yes' }];
    if (ageless && !harmless && cachedMatcher(ageless, zone)(group, nowMs) === 'yes') rules.push({ function: name, rule, perhaps: true });
  }
  return rules;
}

interface Selecting {
  readonly rule: string;
  readonly selector: CompiledSelector;
  /** The selector without `firstSeen`, where that can become true by itself. */
  readonly ageless?: CompiledSelector;
  /** True where the rule can neither spend nor cut. */
  readonly harmless: boolean;
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly Selecting[]>>();

/** Selectors of delivery groups of a function's rules for a target, in the order of the policy; those of rings come where their rule stands. */
function selectorsOf(policy: CompiledPolicy, target: CompiledTarget, name: Consequential): readonly Selecting[] {
  const known = byPolicy.get(policy) ?? new Map<string, readonly Selecting[]>();
  byPolicy.set(policy, known);
  const key = `${target.name}|${name}`;
  let selectors = known.get(key);
  if (selectors === undefined) {
    selectors = (policy.rules[name] ?? []).flatMap((rule) => selectingParts(name, rule as RuleOfAny, target));
    known.set(key, selectors);
  }
  return selectors;
}

/** What rules of any function look like as far as it matters here. */
interface RuleOfAny {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly rings?: readonly { readonly name?: string; readonly groups?: CompiledSelector }[];
}

function selectingParts(of: Consequential, each: RuleOfAny, target: CompiledTarget): readonly Selecting[] {
  const { name, targets, groups, rings = [] } = each;
  if (targets?.includes(target.name) === false) return [];
  const parts = [{ rule: name, groups }, ...rings.map((ring, index) => ({ rule: `${name}/${ring.name ?? index}`, groups: ring.groups }))];
  return parts.flatMap(({ rule, groups: selector }) => {
    if (selector === undefined) return [];
    const { firstSeen, ...ageless } = selector;
    return [
      {
        rule,
        selector,
        harmless: !canSpendOrCut(of, each),
        ...(firstSeen?.over === undefined ? {} : { ageless: Object.keys(ageless).length === 0 ? { all: true as const } : ageless }),
      },
    ];
  });
}
