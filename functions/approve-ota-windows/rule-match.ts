import type { PlanContext } from '../../shared/engine/automation.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Matcher } from '../../shared/policy/selector.ts';
import { type CompiledOtaRule, placeKey, type Windows } from './compiled-rule.ts';
import { reason } from './reasons.ts';

/** The ring that a group belongs to. */
export interface Place {
  readonly ready: ReadyRule;
  /** Position of the rule among those for the target, from 0. */
  readonly position: number;
  readonly ring: ReadyRing;
  /** Position of the ring in its rule, from 0. */
  readonly index: number;
  /** True where no ring comes after it. */
  readonly isLast: boolean;
}

/** Where a group belongs; or nowhere; or it cannot be told, be it that `maybe` is its ring. */
export type RuleMatch =
  | { readonly is: 'place'; readonly place: Place }
  | { readonly is: 'nowhere'; readonly because: Reason }
  | { readonly is: 'unknown'; readonly because: Reason; readonly maybe?: Place };

/** The first ring of the first rule that selects a group. A ring that cannot be judged holds: it never falls through to the next. */
export function ruleMatch(group: OtaGroup, { policy, target, nowMs }: PlanContext): RuleMatch {
  const ready = rulesFor(policy, target);
  if (target.regions !== undefined && ready.length > 0) {
    if (group.region === undefined) return { is: 'unknown', because: regionUnknown };
    if (!target.regions.includes(group.region)) {
      const because = reason('not-covered', `Region ${group.region} is outside the target.`, { region: group.region });
      return { is: 'nowhere', because };
    }
  }
  for (const [position, rule] of ready.entries()) {
    for (const [index, ring] of rule.rings.entries()) {
      const match = ring.matches(group, nowMs);
      if (match === 'no') continue;
      const place = { ready: rule, position, ring, index, isLast: index === rule.rings.length - 1 };
      if (match === 'yes') return { is: 'place', place };
      const text = `Whether ring ${ring.name} selects the group cannot be told: ${match.unknown} is unknown.`;
      return { is: 'unknown', because: reason('selector-unknown', text, { ring: ring.name, unknown: match.unknown }), maybe: place };
    }
  }
  return { is: 'nowhere', because: notCovered };
}

const notCovered = reason('not-covered', 'No ring selects it; it is left alone.');
const regionUnknown = reason('region-unknown', 'The answer named no region, and the target is limited to some.');

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

/** The rules of approve-ota-windows for a target, in the order of the policy. */
export const rulesFor = perTarget((policy, target): readonly ReadyRule[] =>
  rulesOf<CompiledOtaRule>(policy, 'approve-ota-windows', target).map((rule) => ({
    rule,
    rings: rule.rings.map(({ name, soakMs, groups, windows }) => ({
      name,
      soakMs,
      matches: cachedMatcher(groups, policy.zones[target.timezone]),
      windows: windows[placeKey(target)] ?? { sure: [], doubtful: [] },
    })),
  })),
);
