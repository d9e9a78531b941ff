import type { PlanContext, Planner } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { unreadValue } from '../../shared/journal/intents/intent-view.ts';
import type { Action, Decision, Reason } from '../../shared/planning/decision.ts';
import { firstMatch, pastHorizon } from '../../shared/planning/first-match.ts';
import { type OtherRule, otherRules } from './coming-under.ts';
import { mostCustomTags, mostPerCall, rulesFor } from './compiled-rule.ts';
import { reason } from './reasons.ts';
import { journalText, tagsSetting, type WantedTags, wantedTags, writtenTags } from './wanted-tags.ts';

/** Statuses in which a group can be tagged, from its first publication on (service notes, States). One that is being reclaimed is past it. */
const taggable: ReadonlySet<string> = new Set(['PUBLISHED', 'DEPLOYING', 'FAILED', 'MAINTAINING', 'MAINTAIN_FAILED', 'CEASED', 'EXPIRED']);

/** So long tags that the service refused are not tried again, in milliseconds. */
const waitAfterRefusalMs = 3_600_000;

const asWanted = reason('as-wanted', 'has all tags that its rules set');

/** Decides which tags one delivery group gets. Pure: the same group, policy, journal, trigger event and `now` give the same decision. */
export const planner: Planner<DeliveryGroup> = {
  needs: () => [],
  // Where the list carries no tags at all, whether there are none or whether they are not shown is asked of the list of tags.
  needsDetail: ({ tags }) => tags === undefined,
  decide: (group, context) => ({ ...decideTags(group, context), ...readBack(group, context) }),
};

function decideTags(group: DeliveryGroup, context: PlanContext): Decision {
  const { policy, nowMs } = context;
  const { id, name, region } = group;
  const resource = { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
  const decided = (verdict: 'hold' | 'keep', rule: string | null, because: readonly Reason[]): Decision => ({
    rule,
    resource,
    verdict,
    because,
  });
  if (nowMs >= policy.untilMs) return decided('hold', null, [pastHorizon]);
  const match = firstMatch(rulesFor(policy, context.target), group, context);
  const { rule } = match;
  if (rule === undefined) return decided(match.verdict, match.named, match.because);
  if (group.tags === undefined) {
    return decided('hold', rule.name, [reason('selector-unknown', 'which tags the group has could not be read', { unknown: 'tags' })]);
  }
  const wanted = wantedTags(group, rule, context);
  if (Object.keys(wanted.adds).length === 0) {
    const because = wanted.leftOut.length === 0 ? [asWanted] : wanted.leftOut;
    return decided(wanted.leftOut.length === 0 ? 'keep' : 'hold', rule.name, because);
  }
  const others = otherRules(group, { ...group.tags, ...wanted.adds }, context);
  const said = [...wanted.why, ...others.comesUnder.map(bringsUnder), ...others.leaves.map(takesFrom), ...wanted.leftOut];
  const action = actionFor(group, wanted);
  const blocker =
    statusReason(group) ?? tooMany(group.tags, wanted) ?? undeclared(others.comesUnder, wanted) ?? refusedLately(id, action, context);
  if (blocker !== undefined) return { rule: rule.name, resource, verdict: 'hold', because: [blocker, ...said], action };
  return { rule: rule.name, resource, verdict: 'act', because: said, action };
}

/** Whether the tags that we set last are there, which is asked while that was never seen. */
function readBack({ id, tags = {} }: DeliveryGroup, { written }: PlanContext): Pick<Decision, 'readBack'> {
  if (unreadValue(written, id, tagsSetting) === undefined) return {};
  return [...writtenTags(written, id)].every(([key, { last }]) => !last || Object.hasOwn(tags, key)) ? { readBack: [tagsSetting] } : {};
}

function actionFor({ id }: DeliveryGroup, { adds, before }: WantedTags): Action {
  const tags = Object.entries(adds).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    key: `${tagsSetting} ${tags.map(([key, value]) => `${key}=${value}`).join(', ')}`,
    operation: 'TagCloudResources',
    input: { ResourceType: 'AppInstanceGroupId', ResourceIds: [id], Tags: tags.map(([Key, Value]) => ({ Key, Value })) },
    effect: 'write',
    change: tags.map(([key, to]) => ({ field: `tag ${key}`, from: null, to })),
    writes: { setting: tagsSetting, value: journalText(before, adds), shown: true },
    atOnce: mostPerCall,
  };
}

function statusReason({ status }: DeliveryGroup): Reason | undefined {
  if (status !== undefined && taggable.has(status)) return undefined;
  const text = status === undefined ? 'the answer named no status' : `the group is ${status}`;
  return reason('status', `${text}; it is left alone`, { status: status ?? null });
}

function tooMany(tags: Readonly<Record<string, string>>, { adds }: WantedTags): Reason | undefined {
  const present = Object.keys(tags).filter((key) => !key.startsWith('System/')).length;
  const wanted = Object.keys(adds).length;
  if (present + wanted <= mostCustomTags) return undefined;
  const text = `the group has ${present} tags, and ${wanted} more would be over ${mostCustomTags}; remove some, or set fewer`;
  return reason('too-many-tags', text, { present, wanted, most: mostCustomTags });
}

/** The check of the policy goes rule by rule; tags of two rules together can still do what neither says. */
function undeclared(comesUnder: readonly OtherRule[], { declared }: WantedTags): Reason | undefined {
  const other = comesUnder.find((each) => !declared.has(each.function));
  if (other === undefined) return undefined;
  const text = `the tags would bring the group under rule ${other.rule} of ${other.function}; add ${other.function} to bringsUnder if that is meant`;
  return reason('not-declared', text, { function: other.function, rule: other.rule });
}

function refusedLately(id: string, { writes }: Action, { written, nowMs }: PlanContext): Reason | undefined {
  const last = written.values(id, writes.setting).at(-1);
  if (last?.outcome !== 'failed' || last.value !== writes.value || nowMs - last.atMs >= waitAfterRefusalMs) return undefined;
  return reason('refused-lately', 'the service refused these tags lately; they are tried again an hour after that', { atMs: last.atMs });
}

function bringsUnder({ function: name, rule, perhaps }: OtherRule): Reason {
  const text = perhaps
    ? `may bring the group under rule ${rule} of ${name}, now or later`
    : `brings the group under rule ${rule} of ${name}`;
  return reason('brings-under', text, { function: name, rule, perhaps });
}

function takesFrom({ function: name, rule, perhaps }: OtherRule): Reason {
  return reason('takes-from', `takes the group from rule ${rule} of ${name}`, { function: name, rule, perhaps });
}
