import type { EpochMs } from '../../../shared/client/clock.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import type { CompiledPolicy, CompiledSelector, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../../shared/policy/exception.ts';

/** The parts of a rule that all functions share, read loosely: each function alone knows the rest. */
export interface AnyRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  /** Rings of approve-ota-windows select by themselves. */
  readonly rings?: readonly { readonly groups?: CompiledSelector }[];
  readonly [key: string]: unknown;
}

/** How a function stands to a resource: `rule` covers it; null none does; undefined where that cannot be told. */
export interface FunctionCoverage {
  readonly functionName: string;
  readonly rule: AnyRule | null | undefined;
}

/** Names of the functions that the policy has rules for on a target, those that only tell left out. */
export function functionsOf(policy: CompiledPolicy, target: CompiledTarget): readonly string[] {
  return Object.keys(policy.rules).filter((name) => name !== 'digest' && rulesFor(policy, target, name).length > 0);
}

/** The rules of a function for a target, in the order of the policy. */
export function rulesFor(policy: CompiledPolicy, target: CompiledTarget, functionName: string): readonly AnyRule[] {
  const rules = (policy.rules[functionName] ?? []) as readonly AnyRule[];
  return rules.filter(({ targets }) => targets === undefined || targets.includes(target.name));
}

/** Asks each function that has rules for the kind of a resource which of them covers it. The first rule that matches does. */
export class RuleCoverage {
  readonly #byKind: Readonly<Record<string, readonly { readonly functionName: string; readonly rules: readonly Selecting[] }[]>>;
  readonly #policy: CompiledPolicy;
  readonly #target: CompiledTarget;

  constructor(policy: CompiledPolicy, target: CompiledTarget) {
    this.#policy = policy;
    this.#target = target;
    const ofKind = (kind: Subscribable['kind']) =>
      functionsOf(policy, target).flatMap((functionName) => {
        const rules = rulesFor(policy, target, functionName).map((rule) => ({ rule, selectors: selectorsOf(rule, kind) }));
        return rules.some(({ selectors }) => selectors.length > 0) ? [{ functionName, rules }] : [];
      });
    this.#byKind = { 'delivery-group': ofKind('delivery-group'), workstation: ofKind('workstation') };
  }

  /** The cover of a resource by each function that has rules for its kind. Outside the target's regions nothing covers it. */
  of(resource: Subscribable, nowMs: EpochMs): readonly FunctionCoverage[] {
    const { regions, timezone } = this.#target;
    const functions = this.#byKind[resource.kind] ?? [];
    if (regions !== undefined && (resource.region === undefined || !regions.includes(resource.region))) {
      const rule = resource.region === undefined ? undefined : null;
      return functions.map(({ functionName }) => ({ functionName, rule }));
    }
    const zone = this.#policy.zones[timezone];
    return functions.map(({ functionName, rules }) => {
      for (const { rule, selectors } of rules) {
        const matches = selectors.map((selector) => cachedMatcher(selector, zone)(resource, nowMs));
        if (matches.includes('yes')) return { functionName, rule };
        if (matches.some((match) => match !== 'no')) return { functionName, rule: undefined };
      }
      return { functionName, rule: null };
    });
  }
}

interface Selecting {
  readonly rule: AnyRule;
  readonly selectors: readonly CompiledSelector[];
}

function selectorsOf(rule: AnyRule, kind: Subscribable['kind']): readonly CompiledSelector[] {
  if (kind === 'workstation') return rule.workstations ? [rule.workstations] : [];
  const rings = Array.isArray(rule.rings) ? rule.rings : [];
  return [rule.groups, ...rings.map(({ groups }) => groups)].filter((selector) => selector !== undefined);
}
