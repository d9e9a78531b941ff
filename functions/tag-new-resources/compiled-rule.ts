import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { found, held, type Outcome } from '../../shared/planning/result.ts';
import type { CompiledPolicy, CompiledSelector, CompiledTarget } from '../../shared/policy/compiled.ts';
import { ruleFields, selector } from '../../shared/policy/compiled-rules.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Matcher } from '../../shared/policy/selector.ts';
import { anyText, exactOptional, type FieldsFor, jsonList, object, oneOf } from '../../shared/schema/schema.ts';
import { recordOf } from '../../shared/schema/shapes.ts';
import { reason } from './reasons.ts';

/** Functions whose rules spend money or end sessions, so that a tag which brings a group under one of them has consequences. */
export const consequential = [
  'scale-on-schedule',
  'renew-before-expiry',
  'approve-ota-windows',
  'log-off-sessions',
  'power-workstations',
] as const;

/** Name of a function whose rules spend money or end sessions. */
export type Consequential = (typeof consequential)[number];

/** Most tags that a rule sets, and that one call sends: one source allows no more (service notes, Tags). */
export const mostPerCall = 10;

/** Most tags of people's own on a resource (service notes, Tags). */
export const mostCustomTags = 20;

/** Longest key and longest value of a tag, in characters (service notes, Tags). */
export const longestText = 128;

/** A rule of tag-new-resources as the policy has it. */
export interface TagRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups: CompiledSelector;
  /** Templates by key. */
  readonly set: Readonly<Record<string, string>>;
  readonly bringsUnder?: readonly Consequential[];
  readonly tell?: readonly string[];
}

/** What a compiled rule has to look like. */
export const compiledTagRule = object({
  ...ruleFields,
  groups: selector,
  set: recordOf(anyText),
  bringsUnder: exactOptional(jsonList(oneOf(...consequential))),
} satisfies FieldsFor<TagRule>);

/** The rule that decides, or undefined where none covers the group. `rule` names the one that could not be judged. */
export type Cover = Outcome<TagRule | undefined> & { readonly rule?: string };

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

interface ReadyRule {
  readonly rule: TagRule;
  readonly matches: Matcher;
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly ReadyRule[]>>();

/** The rules of a target in the order of the policy; prepared once per policy. */
function rulesFor(policy: CompiledPolicy, target: CompiledTarget): readonly ReadyRule[] {
  const known = byPolicy.get(policy) ?? new Map<string, readonly ReadyRule[]>();
  byPolicy.set(policy, known);
  let ready = known.get(target.name);
  if (ready === undefined) {
    const rules = (policy.rules['tag-new-resources'] ?? []) as readonly TagRule[];
    ready = rules
      .filter((rule) => rule.targets === undefined || rule.targets.includes(target.name))
      .map((rule) => ({ rule, matches: cachedMatcher(rule.groups, policy.zones[target.timezone]) }));
    known.set(target.name, ready);
  }
  return ready;
}
