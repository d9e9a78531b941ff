import { expect, test } from 'vitest';
import { enforcePolicy } from '../../../functions/enforce-policy/automation.ts';
import { ruleModule } from '../../../functions/enforce-policy/rule.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { liveFunction, policyText } from '../../e2e/live-function.ts';
import { financeGroup } from '../../fixtures/groups.ts';

const rule = (wishes: string) => `{name: r, groups: all, ${wishes}}`;

test('observing makes no call that writes, and reports the drift', async () => {
  const text = policyText({ 'enforce-policy': [rule('sessionTimeout: 30m, userGroups: [ug-a]')] }, { mode: 'observe' });
  const live = await liveFunction(enforcePolicy, [ruleModule], { groups: [financeGroup()] }, text);
  const report = await live.run();
  expect([report.counts.act, report.outcomes, live.writes()]).toEqual([2, [], []]);
  expect(report.calls.byOperation).toEqual({ GetCallerIdentity: 1, ListAppInstanceGroup: 1, ListAuthorizedUserGroups: 1 });
  await live.close();
});

test('a capacity that the nodes do not take is refused, then waits for hours instead of failing every run', async () => {
  const live = await liveFunction(
    enforcePolicy,
    [ruleModule],
    { groups: [financeGroup()] },
    policyText({ 'enforce-policy': [rule('nodeCapacity: 3')] }),
  );
  const results: unknown[] = [];
  for (const hours of [0, 1, 4, 2]) {
    live.simulator.advance(hours * 3_600_000);
    const report = await live.run();
    results.push([live.decided.at(-1), report.failed, report.outcomes.map(({ because }) => because?.data?.['error'])]);
  }
  const refused = ['g act drift', true, ['InvalidParameter.NodeCapacity']];
  expect(results).toEqual([refused, ['g hold refused-lately, drift', false, []], ['g hold refused-lately, drift', false, []], refused]);
  await live.close();
});

test('one read and one write for each group that drifted, and no call for those that are as they should be', async () => {
  const groups = Array.from({ length: 6 }, (_, index) =>
    financeGroup({ id: `g${index}`, name: `n${index}`, sessionTimeout: index < 2 ? 15 : 30 }),
  );
  const live = await liveFunction(enforcePolicy, [ruleModule], { groups }, policyText({ 'enforce-policy': [rule('sessionTimeout: 30m')] }));
  const report = await live.run();
  expect(report.calls.byOperation).toEqual({
    GetCallerIdentity: 1,
    GetAppInstanceGroup: 2,
    ListAppInstanceGroup: 1,
    ModifyAppInstanceGroupAttribute: 2,
  });
  expect(report.totals).toMatchObject({ observed: 7, announced: 7, complete: true });
  await live.close();
});

test('somebody who connects between plan and call keeps what would be lowered', async () => {
  const connecting: Handler = (input, context) => {
    const answer = JSON.stringify(groupHandlers['GetAppInstanceGroup']?.(input, context));
    return JSON.parse(answer.replaceAll(/"NodeUsed":0/g, '"NodeUsed":1'));
  };
  const text = policyText({ 'enforce-policy': [rule('nodeCapacity: 1')] });
  const live = await liveFunction(enforcePolicy, [ruleModule], { groups: [financeGroup()] }, text, {
    handlers: { GetAppInstanceGroup: connecting },
  });
  const report = await live.run();
  expect(report.outcomes.map(({ outcome, because }) => [outcome, because?.code])).toEqual([['held', 'changed-since-plan']]);
  expect(live.writes()).toEqual([]);
  await live.close();
});
