import { perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { ruleFields, selector } from '../../shared/policy/compiled-rules.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import { anyText, exactOptional, type FieldsFor, jsonList, object, oneOf } from '../../shared/schema/schema.ts';
import { recordOf } from '../../shared/schema/shapes.ts';

/** Functions whose rules spend money or end sessions, so that a tag which brings a group under one of them has consequences. */
export const consequential = [
  'scale-on-schedule',
  'renew-before-expiry',
  'approve-ota-windows',
  'log-off-sessions',
  'enforce-policy',
  'power-workstations',
] as const;

/** Name of a function whose rules spend money or end sessions. */
export type Consequential = (typeof consequential)[number];

/**
 * Whether a rule of such a function can spend money or end sessions. Of enforce-policy only one that insists on a timeout can: every other waits
 * while somebody could be cut.
 */
export function canSpendOrCut(name: Consequential, rule: object): boolean {
  const { insist, sessionTimeout }: { readonly insist?: unknown; readonly sessionTimeout?: unknown } = rule;
  return name !== 'enforce-policy' || (insist === true && sessionTimeout !== undefined);
}

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

/** The rules of tag-new-resources for a target, in the order of the policy. */
export const rulesFor = perTarget((policy, target) =>
  rulesOf<TagRule>(policy, 'tag-new-resources', target).map((rule) => ({
    rule,
    matches: cachedMatcher(rule.groups, policy.zones[target.timezone]),
  })),
);
