import { describe, expect, onTestFinished, test } from 'vitest';
import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { ruleModule as otaModule } from '../../functions/approve-ota-windows/rule.ts';
import { tagNewResources } from '../../functions/tag-new-resources/automation.ts';
import { ruleModule as tagModule } from '../../functions/tag-new-resources/rule.ts';
import { untagCloudResources } from '../../shared/client/operations/untag-cloud-resources.ts';
import type { TriggerEvent } from '../../shared/engine/automation.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { minuteMs } from '../fixtures/times.ts';
import { liveFunction, policyText } from './live-function.ts';

type Switches = Readonly<Record<string, AssumptionValue>>;

describe('rings of an update that fails on some groups', () => {
  const group = (name: string, outcome?: 'FAILED' | 'PART_FINISHED'): GroupSeed => ({
    ...{ id: `aig-${name}`, name, region: 'cn-hangzhou', pool: { id: `rg-${name}`, strategy: { fixed: 1 } } },
    ota: { current: '1.0', offered: '1.1', ...(outcome ? { outcome } : {}) },
  });
  const rule =
    '{name: r, type: Fota, approveAhead: 30m, rings: [{name: first, groups: {name: "first-*"}, window: {days: everyday, at: "14:00-16:00"}, soak: 12h}, {name: rest, groups: all, window: {days: everyday, at: "14:00-16:00"}}]}';

  async function approved(first: readonly GroupSeed[], assumptions: Switches): Promise<readonly string[]> {
    const groups = [...first, group('other-1'), group('other-2')];
    const live = await liveFunction(approveOtaWindows, [otaModule], { groups }, policyText({ 'approve-ota-windows': [rule] }), {
      assumptions,
    });
    onTestFinished(() => live.close());
    const startMs = live.simulator.world.clock.nowMs;
    // Every five minutes around the beginning of each window, else every few hours.
    for (let at = 0; at <= 2 * 24 * 60; at += at % (24 * 60) >= 80 && at % (24 * 60) < 160 ? 5 : 20) {
      live.simulator.advanceTo(startMs + at * minuteMs);
      if (at % (24 * 60) < 300 || at % 240 === 0) await live.run();
    }
    return live.writes().map(({ input }) => String(input['AppInstanceGroupId']));
  }
  const settings: readonly Switches[] = [
    { lateReads: '7m' },
    { lateReads: 'lists 7m', otaMinutes: 60 },
    { lateReads: 'singles 7m', otaOfferIsTask: true },
    { statusCase: 'lower', lateReads: '7m', otaStaleTaskId: 'accept', otaSecondApproval: 'moves' },
  ];

  test.each(settings)('all well: each group once, ring by ring, under %o', async (assumptions) => {
    expect(await approved([group('first-1'), group('first-2')], assumptions)).toEqual([
      ...['aig-first-1', 'aig-first-2'],
      ...['aig-other-1', 'aig-other-2'],
    ]);
  });

  test.each(settings.map((each, index) => [index % 2 === 0 ? ('FAILED' as const) : ('PART_FINISHED' as const), each] as const))(
    'one %s: nothing of the next ring, under %o',
    async (outcome, assumptions) => {
      expect(await approved([group('first-1'), group('first-2', outcome)], assumptions)).toEqual(['aig-first-1', 'aig-first-2']);
    },
  );
});

describe('events that come twice and out of order while reads lag', () => {
  const rule = '{name: r, groups: all, set: {owner: unassigned}}';
  const groups: readonly GroupSeed[] = [{ id: 'g', name: 'g', region: 'cn-hangzhou', pool: { id: 'rg-g', strategy: { fixed: 1 } } }];
  const live = async (assumptions: Switches) => {
    const function_ = await liveFunction(tagNewResources, [tagModule], { groups }, policyText({ 'tag-new-resources': [rule] }), {
      assumptions,
    });
    onTestFinished(() => function_.close());
    return function_;
  };
  const tagsIn = (writes: readonly { readonly action: string }[]) => writes.filter(({ action }) => action === 'TagCloudResources').length;

  test.each([{ lateReads: '20s' }, { lateReads: '7m' }, { lateReads: 'lists 7m' }, { lateReads: 'singles 7m' }])(
    'a creation tags once, under %o',
    async (assumptions) => {
      const { run, simulator, writes, decided } = await live(assumptions);
      await run('plan');
      const made: TriggerEvent = { resourceId: 'g', operation: 'CreateAppInstanceGroup', atMs: simulator.world.clock.nowMs };
      for (const seconds of [0, 5, 1, 10, 240, 300]) {
        simulator.advance(seconds * 1_000);
        await run('apply', [made]);
      }
      expect(tagsIn(writes())).toBe(1);
      expect(decided.join()).not.toContain('removed');
    },
  );

  test.each([
    { lateReads: 'none', seen: 2 * minuteMs, runsAfter: [1_000, 5_000, 60_000] },
    { lateReads: '7m', seen: 10 * minuteMs, runsAfter: Array.from({ length: 8 }, () => 5 * minuteMs) },
  ])('a tag that an event says was removed after we had set it is set once more, whatever is read, under $lateReads', async (play) => {
    const { run, simulator, writes, person } = await live({ lateReads: play.lateReads });
    await run('apply');
    simulator.advance(play.seen);
    await person.call(untagCloudResources, { ResourceType: 'AppInstanceGroupId', ResourceIds: ['g'], TagKeys: ['owner'] });
    const removed: TriggerEvent = { resourceId: 'g', operation: 'UntagCloudResources', atMs: simulator.world.clock.nowMs };
    for (const [count, ms] of play.runsAfter.entries()) {
      simulator.advance(ms);
      await run('apply', [removed]);
      // At once where reads are up to date.
      if (play.lateReads === 'none') expect([count, tagsIn(writes())]).toEqual([count, 2]);
    }
    expect(tagsIn(writes())).toBe(2);
  });
});
