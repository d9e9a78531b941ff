import { expect, test } from 'vitest';
import { tagNewResources } from '../../../functions/tag-new-resources/automation.ts';
import { ruleModule } from '../../../functions/tag-new-resources/rule.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { handlers as tagHandlers } from '../../../simulator/operations/tags.ts';
import { liveFunction, policyText } from '../../e2e/live-function.ts';
import { financeGroup } from '../../fixtures/groups.ts';

const modules = [ruleModule];
const owner = '{name: nobodys, groups: {missingTag: owner}, set: {owner: unassigned, first-seen: "{date}"}}';

test('observing makes no call that writes, and tells what it would do', async () => {
  const text = policyText({ 'tag-new-resources': [owner] }, { mode: 'observe' });
  const live = await liveFunction(tagNewResources, modules, { groups: [financeGroup()] }, text);
  const report = await live.run();
  expect([report.counts.act, report.outcomes, live.writes()]).toEqual([1, [], []]);
  expect(report.warnings.map(({ code }) => code)).toContain('observe-mode');
  await live.close();
});

test('equal tags go out ten groups to a call, and one that fails stands alone', async () => {
  const groups = Array.from({ length: 25 }, (_, index) => financeGroup({ id: `g${index}`, name: `n${index}` }));
  const fails: Handler = (input, context) => {
    const failed = (input as { ResourceIds: string[] }).ResourceIds.includes('g13');
    const ids = (input as { ResourceIds: string[] }).ResourceIds.filter((id) => id !== 'g13');
    tagHandlers['TagCloudResources']?.({ ...input, ResourceIds: ids }, context);
    return {
      FailedResources: failed ? [{ ResourceId: 'g13', ResourceType: 'AppInstanceGroupId', Code: 'TAG_KEY_DUPLICATED', Message: 'no' }] : [],
    };
  };
  const live = await liveFunction(tagNewResources, modules, { groups }, policyText({ 'tag-new-resources': [owner] }), {
    handlers: { TagCloudResources: fails },
  });
  const report = await live.run();
  expect(
    live
      .writes()
      .map(({ input }) => (input['ResourceIds'] as string[]).length)
      .sort(),
  ).toEqual([10, 10, 5]);
  const failed = report.outcomes.filter(({ outcome }) => outcome !== 'done');
  expect(failed.map(({ resource, outcome, because }) => [resource.id, outcome, because?.code])).toEqual([
    ['g13', 'failed', 'call-partial'],
  ]);
  expect(report.calls.byOperation).toEqual({
    GetCallerIdentity: 1,
    GetAppInstanceGroup: 25,
    ListAppInstanceGroup: 1,
    TagCloudResources: 3,
  });
  const verdictOf13 = async () => {
    await live.run('plan');
    return live.decided.find((text) => text.startsWith('g13 '));
  };
  expect(await verdictOf13()).toBe('g13 hold refused-lately, missing');
  live.simulator.advance(3_600_000);
  expect(await verdictOf13()).toBe('g13 act missing');
  await live.close();
});

test('a key that somebody sets between plan and call is not overwritten', async () => {
  const live = await liveFunction(tagNewResources, modules, { groups: [financeGroup()] }, policyText({ 'tag-new-resources': [owner] }), {
    handlers: {
      GetAppInstanceGroup: (input, context) => {
        tagHandlers['TagCloudResources']?.(
          { ResourceType: 'AppInstanceGroupId', ResourceIds: ['g'], Tags: [{ Key: 'owner', Value: 'li.wei' }] },
          context,
        );
        return groupHandlers['GetAppInstanceGroup']?.(input, context) ?? {};
      },
    },
  });
  const report = await live.run();
  expect(report.outcomes.map(({ outcome, because }) => [outcome, because?.code])).toEqual([['held', 'changed-since-plan']]);
  expect(live.writes()).toEqual([]);
  await live.close();
});
