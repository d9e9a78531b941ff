import { expect, test } from 'vitest';
import { ruleModule as scaleRules } from '../../../functions/scale-on-schedule/rule.ts';
import { tagNewResources } from '../../../functions/tag-new-resources/automation.ts';
import { ruleModule as tagRules } from '../../../functions/tag-new-resources/rule.ts';
import { untagCloudResources } from '../../../shared/client/operations/untag-cloud-resources.ts';
import type { TriggerEvent } from '../../../shared/engine/automation.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import { accountId, type LiveFunction, liveFunction, policyText } from '../../e2e/live-function.ts';
import { financeGroup } from '../../fixtures/groups.ts';
import { dayMs, minuteMs } from '../../fixtures/times.ts';

const modules = [scaleRules, tagRules];
const owner = '{name: nobodys, groups: {missingTag: owner}, set: {owner: unassigned, first-seen: "{date}"}}';
const byName = '{name: by-name, groups: {name: "fin-*", missingTag: department}, set: {department: finance}}';
const origin = '{name: origin, groups: all, set: {creator: "{creator}", via: "{source}", made: "{time}", where: "{region}"}}';
const onGroup = (...ids: string[]) => ({ ResourceType: 'AppInstanceGroupId' as const, ResourceIds: ids });
const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'x']));
const created: TriggerEvent = { resourceId: 'g', operation: 'CreateAppInstanceGroup', atMs: 0, caller: 'ops-alice', source: 'console' };

/**
 * Tags are set, and somebody takes them away, so many times (default: once). Each time functions run so often before that, the second time to see
 * what the first run set, and time passes after it.
 */
const takenAway =
  ({ times = 1, runs, keys = ['owner', 'first-seen'], waitMs }: { times?: number; runs: 1 | 2; keys?: string[]; waitMs: number }) =>
  async ({ run, person, simulator }: LiveFunction): Promise<void> => {
    for (let time = 0; time < times; time++) {
      for (let count = 0; count < runs; count++) await run();
      await person.call(untagCloudResources, { ...onGroup('g'), TagKeys: keys });
      simulator.advance(waitMs);
    }
  };

/** Somebody takes a tag away and it comes back, and away again. Sooner than after this wait a tag that was set need not show. */
const removedTwice = takenAway({ times: 2, runs: 2, keys: ['owner'], waitMs: 15 * minuteMs });

/** The single read without its tags, and the list too. */
const withoutTags: Readonly<Record<string, Handler>> = Object.fromEntries(
  (['ListAppInstanceGroup', 'GetAppInstanceGroup'] as const).map((action) => [
    action,
    (input, context) =>
      JSON.parse(JSON.stringify(groupHandlers[action]?.(input, context)), (key, value) =>
        key === 'Tags' || key === 'ResourceTags' ? undefined : value,
      ),
  ]),
);

interface Situation {
  readonly rules: readonly string[];
  readonly scale?: readonly string[];
  readonly sections?: string;
  readonly groups?: readonly GroupSeed[];
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly before?: (live: LiveFunction) => unknown;
  readonly triggerEvents?: readonly TriggerEvent[];
  /** `id verdict codes`, every observed group, when planned. */
  readonly decides: readonly string[];
  /** Tags of each group after the run, where they differ from the seed. */
  readonly tags?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const situations: Readonly<Record<string, Situation>> = {
  'a group that lacks a tag gets it': {
    rules: [owner],
    decides: ['g act missing'],
    tags: { g: { owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'a group that has the key keeps its value': {
    rules: ['{name: all, groups: all, set: {owner: unassigned}}'],
    groups: [financeGroup({ tags: { owner: 'li.wei' } })],
    decides: ['g keep as-wanted'],
  },
  'a key that is nearly the same may be meant, so that no other is set beside it': {
    rules: ['{name: all, groups: all, set: {owner: unassigned, first-seen: "{date}"}}'],
    groups: [
      financeGroup({ tags: { Owner: 'li.wei' } }),
      financeGroup({ id: 'h', name: 'other', tags: { Owner: 'li.wei', 'First Seen': 'May' } }),
    ],
    decides: ['g act missing, near-key', 'h hold near-key, near-key'],
    tags: { g: { Owner: 'li.wei', 'first-seen': '2026-11-24' } },
  },
  'a key that is nearly the same as one that an earlier rule adds is not set beside it either': {
    rules: [byName, '{name: cased, groups: {tags: {department: finance}}, set: {Department: nobody, owner: x}}'],
    decides: ['g act missing, missing, near-key'],
    tags: { g: { department: 'finance', owner: 'x' } },
  },
  'an empty value is a value': {
    rules: [owner],
    groups: [financeGroup({ tags: { owner: '' } })],
    decides: ['g keep not-covered'],
  },
  'what no rule covers is left alone': {
    rules: [byName],
    groups: [financeGroup({ name: 'hr-desk' })],
    decides: ['g keep not-covered'],
  },
  'a group outside the regions of the target is left alone': {
    rules: [owner],
    groups: [financeGroup({ region: 'cn-shanghai' })],
    decides: ['g keep not-covered'],
  },
  'rules that come to match by the tags of others add theirs at once': {
    rules: [byName, owner],
    decides: ['g act missing, missing'],
    tags: { g: { department: 'finance', owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'the first rule that matches wins': {
    rules: [byName, '{name: late, groups: {missingTag: department}, set: {department: nobody}}'],
    decides: ['g act missing'],
    tags: { g: { department: 'finance' } },
  },
  'what the event tells becomes tags': {
    rules: [origin],
    triggerEvents: [created],
    decides: ['g act missing'],
    tags: { g: { creator: 'ops-alice', via: 'console', made: '2026-08-26T04:00:00Z', where: 'cn-hangzhou' } },
  },
  'in a sweep nobody knows who made a group, and that tag is left out and told': {
    rules: [origin],
    decides: ['g act missing, unresolved, unresolved'],
    tags: { g: { made: '2026-08-26T04:00:00Z', where: 'cn-hangzhou' } },
  },
  'who changed a group is not who made it': {
    rules: ['{name: who, groups: all, set: {creator: "{creator}"}}'],
    triggerEvents: [{ ...created, operation: 'ModifyAppInstanceGroupAttribute' }],
    decides: ['g hold unresolved'],
  },
  'a group of which an event tells and that is gone is nothing': {
    rules: [owner],
    triggerEvents: [{ ...created, resourceId: 'gone' }],
    decides: [],
  },
  'only the group of the event is looked at': {
    rules: [owner],
    groups: [financeGroup(), financeGroup({ id: 'h', name: 'other' })],
    triggerEvents: [created],
    decides: ['g act missing'],
    tags: { g: { owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'a tag that somebody removed is restored once, with the value that it had': {
    rules: [owner],
    before: takenAway({ runs: 2, waitMs: 3 * dayMs }),
    decides: ['g act restored, restored'],
    tags: { g: { owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'a tag that nobody has seen since is not said to be removed, and is set once more': {
    rules: [owner],
    before: takenAway({ runs: 1, waitMs: 3 * dayMs }),
    decides: ['g act not-confirmed, not-confirmed'],
    tags: { g: { owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'a list that is older than the tags is no reason to set them again': {
    rules: [owner],
    before: takenAway({ runs: 1, waitMs: 4 * minuteMs }),
    decides: ['g hold not-shown-yet, not-shown-yet'],
  },
  'tags that were set twice and never seen are left, and nobody is blamed': {
    rules: [owner],
    before: takenAway({ times: 2, runs: 1, waitMs: 60 * minuteMs }),
    decides: ['g hold not-confirmed, not-confirmed'],
  },
  'a tag that was removed again is reported and stays away': {
    rules: [owner],
    before: removedTwice,
    decides: ['g hold removed-again'],
    tags: { g: { 'first-seen': '2026-11-24' } },
  },
  'a removed tag does not keep others away': {
    rules: ['{name: all, groups: all, set: {owner: unassigned, cost-center: "4100"}}'],
    before: async (live) => {
      await removedTwice(live);
      await live.person.call(untagCloudResources, { ...onGroup('g'), TagKeys: ['cost-center'] });
    },
    decides: ['g act restored, removed-again'],
    tags: { g: { 'cost-center': '4100' } },
  },
  'a group that is still being made is tagged': {
    rules: [owner],
    groups: [financeGroup({ status: 'DEPLOYING' })],
    decides: ['g act missing'],
    tags: { g: { owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'a group that is being reclaimed is left alone': {
    rules: [owner],
    groups: [financeGroup({ status: 'EXPIRED_RECYCLING' })],
    decides: ['g hold status, missing'],
  },
  'beyond twenty tags none is added': {
    rules: [owner],
    groups: [financeGroup({ tags: numbered(19) })],
    decides: ['g hold too-many-tags, missing'],
  },
  'twenty tags just fit, and the service’s own do not count': {
    rules: [owner],
    groups: [financeGroup({ tags: { ...numbered(18), 'System/Scheduler/GRAYSCALE': 'true' } })],
    decides: ['g act missing'],
    tags: { g: { ...numbered(18), 'System/Scheduler/GRAYSCALE': 'true', owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'the rule that a tag brings into force is shown': {
    rules: [
      '{name: by-name, groups: {name: "fin-*", missingTag: department}, set: {department: finance}, bringsUnder: [scale-on-schedule]}',
    ],
    scale: ['{name: office, groups: {tags: {department: finance}}, schedule: office}'],
    decides: ['g act missing, brings-under'],
    tags: { g: { department: 'finance' } },
  },
  'a rule that waits for the age of a group is shown too': {
    rules: ['{name: n, groups: {missingTag: owner}, set: {owner: unassigned}, bringsUnder: [scale-on-schedule]}'],
    scale: ['{name: late, groups: {tags: {owner: unassigned}, firstSeen: over 3000d ago}, schedule: office}'],
    decides: ['g act missing, brings-under'],
    tags: { g: { owner: 'unassigned' } },
  },
  'a rule that a tag takes a group from is shown': {
    rules: ['{name: n, groups: {missingTag: owner}, set: {owner: unassigned}, bringsUnder: [scale-on-schedule]}'],
    scale: ['{name: ownerless, groups: {missingTag: owner}, schedule: office}'],
    decides: ['g act missing, takes-from'],
    tags: { g: { owner: 'unassigned' } },
  },
  'an exception that forbids tagging holds': {
    rules: [owner],
    sections: 'limits: {}\nexceptions: [{because: Audit, groups: all, from: 2026-11-20, until: 2026-12-01, never: [tag]}]',
    decides: ['g act missing'],
  },
  'a freeze holds': {
    rules: [owner],
    sections: 'limits: {freezes: [{from: 2026-11-20, until: 2026-12-01, because: Closing}]}',
    decides: ['g act missing'],
  },
  'a list without tags is completed from the list of tags': {
    rules: [owner],
    groups: [financeGroup({ tags: { owner: 'li.wei' } }), financeGroup({ id: 'h', name: 'bare' })],
    handlers: withoutTags,
    decides: ['g keep not-covered', 'h act missing'],
    tags: { h: { owner: 'unassigned', 'first-seen': '2026-11-24' } },
  },
  'tags that cannot be read hold': {
    rules: [owner],
    handlers: { ...withoutTags, ListTagCloudResources: () => ({ ResourceTags: [{ ResourceId: 'g', Tags: [{ Value: 'x' }] }] }) },
    decides: ['g hold selector-unknown'],
  },
  'a status that nobody knows holds': {
    rules: [owner],
    handlers: {
      ListAppInstanceGroup: (input, context) =>
        JSON.parse(JSON.stringify(groupHandlers['ListAppInstanceGroup']?.(input, context)).replaceAll('PUBLISHED', 'DREAMING')),
    },
    decides: ['g hold status, missing'],
  },
};

test.each(Object.entries(situations))('%s', async (_name, situation) => {
  const { rules, scale, sections, groups = [financeGroup()], handlers, before, triggerEvents, decides, tags = {} } = situation;
  const text = policyText({ ...(scale ? { 'scale-on-schedule': scale } : {}), 'tag-new-resources': rules }, sections ? { sections } : {});
  const live = await liveFunction(tagNewResources, modules, { groups }, text, handlers ? { handlers } : {});
  const tagsOf = (id: string) =>
    Object.fromEntries(
      [...(live.simulator.world.accounts.get(accountId)?.groups.get(id)?.tags ?? [])].map(([key, { value }]) => [key, value]),
    );
  try {
    await before?.(live);
    const writes = live.writes().length;
    const records = live.store.records.size;
    await live.run('plan', triggerEvents);
    expect(live.decided).toEqual(decides);
    expect([live.writes().length, live.store.records.size]).toEqual([writes, records]);

    const report = await live.run('apply', triggerEvents);
    expect([report.errors, report.failed]).toEqual([[], false]);
    for (const { id = '', tags: seeded = {} } of groups) expect(tagsOf(id)).toEqual(tags[id] ?? seeded);
    // What was applied leaves nothing to do, and what holds holds again.
    const again = await live.run('plan', triggerEvents);
    const undone = report.decisions.filter(({ verdict }) => verdict === 'hold').map(({ resource }) => resource.id);
    expect(again.decisions.filter(({ verdict, resource }) => verdict === 'act' && !undone.includes(resource.id))).toEqual([]);
  } finally {
    await live.close();
  }
});
