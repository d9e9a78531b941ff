import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { SessionGroup, SessionResource } from '../../shared/fleet/session.ts';
import type { Decision, Reason } from '../../shared/planning/decision.ts';
import { type FirstMatch, firstMatch, notCovered, pastHorizon, perTarget, rulesOf } from '../../shared/planning/first-match.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { CompiledLogOffRule } from './compiled-rule.ts';
import { decideDrain } from './drain-plan.ts';
import { asksForSessions, decideGroup } from './group-plan.ts';
import { type Moment, momentOf } from './moment.ts';
import { keep, reason } from './reasons.ts';
import { decideSession, type Verdict } from './session-plan.ts';

/** Stands for the rule where our own drain is lifted from a group that no rule covers any more. */
const sweepRule = 'drain-sweep';

/**
 * Decides about the sessions of delivery groups and about the tags that keep new users out. Pure. While a log-off is due a group's sessions are
 * looked at, and its drain is a part beside them; at all other times the group is decided as the list shows it.
 */
export const planner: Planner<SessionResource> = {
  needs: () => [],
  needsDetail(resource, context) {
    if (resource.kind !== 'delivery-group') return false;
    const { moment } = standOf(resource, context);
    return moment !== undefined && asksForSessions(resource, moment);
  },
  decide(resource, context) {
    const group = resource.kind === 'delivery-group' ? resource : resource.partOf;
    const { match, moment } = standOf(group, context);
    const rule = match.rule;
    if (resource.kind === 'drain') {
      return decided(resource, match, decideDrain(group, rule, moment, context) ?? keep(reason('not-drained', 'nobody is kept out')));
    }
    const own = ownVerdict(resource, match, moment, context);
    if (resource.kind === 'session' || (moment !== undefined && asksForSessions(group, moment))) return decided(resource, match, own);
    return decided(resource, match, joined(own, decideDrain(group, rule, moment, context)));
  },
};

function standOf(group: SessionGroup, context: PlanContext): { readonly match: RuleMatch; readonly moment: Moment | undefined } {
  const match = ruleMatch(group, context);
  return { match, moment: match.rule === undefined ? undefined : momentOf(match.rule, group, context) };
}

function ownVerdict(
  resource: Exclude<SessionResource, { kind: 'drain' }>,
  match: RuleMatch,
  moment: Moment | undefined,
  context: PlanContext,
): Verdict {
  if (match.rule === undefined) return { verdict: match.verdict, because: match.because };
  if (moment === undefined) return keep();
  if (resource.kind === 'session') return decideSession(resource, match.rule, moment, context);
  return decideGroup(resource, match.rule, moment, context);
}

/** One verdict on a group out of that on its sessions and that on its drain: an act before a hold, a hold before a keep. */
function joined(own: Verdict, drain: Verdict | undefined): Verdict {
  if (drain === undefined) return own;
  if (drain.verdict === 'act' || own.verdict === 'keep') return { ...drain, because: [...drain.because, ...own.because] };
  const because: readonly Reason[] = drain.verdict === 'hold' ? [...own.because, ...drain.because] : own.because;
  return { ...own, because };
}

function decided(resource: SessionResource, match: RuleMatch, verdict: Verdict): Decision {
  const { id, name, region } = resource;
  const ref: ResourceRef = { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
  const rule = match.rule === undefined ? match.named : match.rule.name;
  if (verdict.verdict === 'act') return { ...verdict, rule: rule ?? sweepRule, resource: ref };
  return { ...verdict, rule, resource: ref };
}

type RuleMatch = FirstMatch<CompiledLogOffRule>;

/** The rule that covers a group. Without any rule for the target nothing is asked of it: the function runs on for the groups that it drained. */
function ruleMatch(group: DeliveryGroup, { policy, target, nowMs }: PlanContext): RuleMatch {
  if (nowMs >= policy.untilMs) return { verdict: 'hold', because: [pastHorizon], named: null };
  const rules = rulesFor(policy, target);
  return rules.length === 0 ? notCovered : firstMatch(rules, group, { target, nowMs });
}

/** The rules of log-off-sessions for a target, in the order of the policy. */
const rulesFor = perTarget((policy, target) =>
  rulesOf<CompiledLogOffRule>(policy, 'log-off-sessions', target).map((rule) => ({
    rule,
    matches: cachedMatcher(rule.groups, policy.zones[target.timezone]),
  })),
);
