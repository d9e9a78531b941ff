import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { SessionGroup, SessionResource } from '../../shared/fleet/session.ts';
import type { Decision, Reason } from '../../shared/planning/decision.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { CompiledLogOffRule } from './compiled-rule.ts';
import { decideDrain } from './drain-plan.ts';
import { asksForSessions, decideGroup } from './group-plan.ts';
import { type Moment, momentOf } from './moment.ts';
import { hold, keep, type NoAction, reason } from './reasons.ts';
import { decideSession, type Verdict } from './session-plan.ts';

/** Stands for the rule where our own drain is lifted from a group that no rule covers any more. */
const sweepRule = 'drain-sweep';

/**
 * Decides about the sessions of delivery groups and about the tags that keep new users out. Pure. While a log-off is due a group's sessions are
 * looked at, and its drain is a part beside them; at all other times the group is decided as the list shows it.
 */
export const planner: Planner<SessionResource> = {
  needs: () => [],
  asks(resource, context) {
    if (resource.kind !== 'delivery-group') return false;
    const { moment } = standOf(resource, context);
    return moment !== undefined && asksForSessions(resource, moment);
  },
  decide(resource, context) {
    const group = resource.kind === 'delivery-group' ? resource : resource.partOf;
    const { cover, moment } = standOf(group, context);
    const rule = cover.rule;
    if (resource.kind === 'drain') {
      return decided(resource, cover, decideDrain(group, rule, moment, context) ?? keep(reason('not-drained', 'nobody is kept out')));
    }
    const own = ownVerdict(resource, cover, moment, context);
    if (resource.kind === 'session' || (moment !== undefined && asksForSessions(group, moment))) return decided(resource, cover, own);
    return decided(resource, cover, joined(own, decideDrain(group, rule, moment, context)));
  },
};

function standOf(group: SessionGroup, context: PlanContext): { readonly cover: Cover; readonly moment: Moment | undefined } {
  const cover = coverOf(group, context);
  return { cover, moment: cover.rule === undefined ? undefined : momentOf(cover.rule, group, context) };
}

function ownVerdict(
  resource: Exclude<SessionResource, { kind: 'drain' }>,
  cover: Cover,
  moment: Moment | undefined,
  context: PlanContext,
): Verdict {
  if (cover.rule === undefined) return cover.quiet;
  if (moment === undefined) return keep();
  if (resource.kind === 'session') return decideSession(resource, cover.rule, moment, context);
  return decideGroup(resource, cover.rule, moment, context);
}

/** One verdict on a group out of that on its sessions and that on its drain: an act before a hold, a hold before a keep. */
function joined(own: Verdict, drain: Verdict | undefined): Verdict {
  if (drain === undefined) return own;
  if (drain.verdict === 'act' || own.verdict === 'keep') return { ...drain, because: [...drain.because, ...own.because] };
  const because: readonly Reason[] = drain.verdict === 'hold' ? [...own.because, ...drain.because] : own.because;
  return { ...own, because };
}

function decided(resource: SessionResource, cover: Cover, verdict: Verdict): Decision {
  const { id, name, region } = resource;
  const ref: ResourceRef = { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
  const rule = cover.rule === undefined ? cover.named : cover.rule.name;
  if (verdict.verdict === 'act') return { ...verdict, rule: rule ?? sweepRule, resource: ref };
  return { ...verdict, rule, resource: ref };
}

/** The rule that decides; or why there is none, with the rule that could not be judged. */
type Cover = { readonly rule: CompiledLogOffRule } | { readonly rule?: never; readonly quiet: NoAction; readonly named: string | null };

const notCovered: Cover = { quiet: keep(reason('not-covered', 'no rule matches; it is left alone')), named: null };

/** The first rule that matches a group. A rule that cannot be judged holds: it never falls through to the next. */
function coverOf(group: DeliveryGroup, { policy, target, nowMs }: PlanContext): Cover {
  if (nowMs >= policy.untilMs) return unsure(reason('policy-horizon', 'the policy was compiled for a time that is over; push it again'));
  const rules = rulesFor(policy, target);
  if (target.regions !== undefined && rules.length > 0) {
    if (group.region === undefined)
      return unsure(reason('region-unknown', 'the answer named no region, and the target is limited to some'));
    if (!target.regions.includes(group.region)) {
      const because = reason('not-covered', `region ${group.region} is outside the target`, { region: group.region });
      return { quiet: keep(because), named: null };
    }
  }
  for (const rule of rules) {
    const match = cachedMatcher(rule.groups, policy.zones[target.timezone])(group, nowMs);
    if (match === 'yes') return { rule };
    if (match !== 'no') {
      const text = `whether rule ${rule.name} matches cannot be told: ${match.unknown} is unknown`;
      return unsure(reason('selector-unknown', text, { unknown: match.unknown }), rule.name);
    }
  }
  return notCovered;
}

function unsure(because: Reason, named: string | null = null): Cover {
  return { quiet: hold(because), named };
}

const byPolicy = new WeakMap<CompiledPolicy, Map<string, readonly CompiledLogOffRule[]>>();

/** The rules for a target, in the order of the policy; picked once per policy. */
function rulesFor(policy: CompiledPolicy, target: CompiledTarget): readonly CompiledLogOffRule[] {
  const byTarget = byPolicy.get(policy) ?? new Map<string, readonly CompiledLogOffRule[]>();
  byPolicy.set(policy, byTarget);
  const rules =
    byTarget.get(target.name) ??
    ((policy.rules['log-off-sessions'] ?? []) as readonly CompiledLogOffRule[]).filter(
      (rule) => rule.targets === undefined || rule.targets.includes(target.name),
    );
  byTarget.set(target.name, rules);
  return rules;
}
