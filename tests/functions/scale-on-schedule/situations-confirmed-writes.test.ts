import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { handlers as poolHandlers } from '../../../simulator/operations/node-pools.ts';
import { accountId, type LiveFunction, liveFunction, policyText } from '../../e2e/live-function.ts';
import { minuteMs } from '../../fixtures/times.ts';

const levels = [1, 3, 6, 2] as const;
/** When each level begins, in minutes of the day. */
const steps = [0, 8 * 60, 13 * 60, 18 * 60] as const;
const groups = [{ id: 'g', name: 'office', region: 'cn-hangzhou', pool: { id: 'rg-g', strategy: { fixed: 2 } } }];

function textOf(manualChange = 'keep-until-next-step'): string {
  return policyText({
    'scale-on-schedule': [
      `{name: steps, groups: all, schedule: steps, peak: {tag: peak-nodes, otherwise: 6, atMost: 6}, method: fixed, warmUp: false, manualChange: ${manualChange}}`,
    ],
  }).replace(
    'schedules: {',
    'schedules: {steps: {everyday: {00:00-08:00: 1 node, 08:00-13:00: 3 nodes, 13:00-18:00: 6 nodes, 18:00-24:00: 2 nodes}}, ',
  );
}

/** Minutes since midnight in Shanghai, before the first day ever: the world begins at noon. */
const noon = 12 * 60;

/** Whether a step lies in `(from, until]`, in minutes since the first midnight. */
function hasStep(from: number, until: number): boolean {
  return [0, 1, 2, 3].some((day) => steps.some((step) => from < day * 1440 + step && day * 1440 + step <= until));
}

function levelAt(minute: number): number {
  const ofDay = minute % 1440;
  return levels[steps.findLastIndex((step) => step <= ofDay)] as number;
}

async function setByHand(live: LiveFunction, nodes: number): Promise<void> {
  const ProductType = 'CloudApp';
  const NodePoolStrategy = { StrategyType: 'NODE_FIXED', NodeAmount: nodes } as const;
  await live.person.call(modifyNodePoolAttribute, { BizRegionId: 'cn-hangzhou', PoolId: 'rg-g', ProductType, NodePoolStrategy });
}

function nodesOf(live: LiveFunction): number | undefined {
  const [pool] = live.simulator.world.accounts.get(accountId)?.groups.get('g')?.pools ?? [];
  return pool?.settings.NodeAmount;
}

test('what a person sets, whatever value it has, is never set back between two steps', async () => {
  const change = fc.record({ minute: fc.integer({ min: 1, max: 35 }), nodes: fc.constantFrom(1, 2, 3, 4, 6) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 7 }), async (changes) => {
      // Two minutes before a run, an hour apart, the last before a step among them.
      const byMinute = new Map(changes.map(({ minute, nodes }) => [noon + minute * 60 - 2, nodes]));
      const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf());
      let touched: number | undefined;
      try {
        for (let minute = noon; minute < noon + 37 * 60; minute += 1) {
          const nodes = byMinute.get(minute);
          if (nodes !== undefined) {
            await setByHand(live, nodes);
            touched = minute;
          }
          if (minute % 20 === 0) {
            const before = nodesOf(live);
            await live.run();
            const after = nodesOf(live);
            if (before !== after) {
              expect(after).toBe(levelAt(minute));
              if (touched !== undefined) expect([touched, minute, hasStep(touched, minute)]).toEqual([touched, minute, true]);
              touched = undefined;
            }
          }
          live.simulator.advance(minuteMs);
        }
      } finally {
        await live.close();
      }
    }),
    { numRuns: 6 },
  );
});

/** A service whose lists show a group as it was some minutes ago. */
function lateLists(lagMinutes: () => number): Readonly<Record<string, Handler>> {
  const past: { readonly atMs: number; readonly answer: unknown }[] = [];
  return {
    ListAppInstanceGroup: (input, context) => {
      past.push({ atMs: context.nowMs, answer: structuredClone(groupHandlers['ListAppInstanceGroup']?.(input, context)) });
      const shown = past.findLast(({ atMs }) => atMs <= context.nowMs - lagMinutes() * minuteMs) ?? past[0];
      return shown?.answer as Record<string, unknown>;
    },
  };
}

test.each([4, 9, 14, 24])('lists that show a group as it was %i minutes ago make no person of our own writes', async (lag) => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf(), { handlers: lateLists(() => lag) });
  const codes = new Set<string>();
  const writes: number[] = [];
  try {
    for (let minute = noon; minute < noon + 24 * 60; minute += 5) {
      const before = live.writes().length;
      const report = await live.run();
      if (live.writes().length > before) writes.push(minute);
      for (const { because } of report.decisions) for (const { code } of because) codes.add(code);
      live.simulator.advance(5 * minuteMs);
    }
  } finally {
    await live.close();
  }
  expect([...codes].filter((code) => code.startsWith('manual-change'))).toEqual([]);
  // The first run, and one for each of the four steps.
  expect(writes.length).toBeLessThanOrEqual(5 + (lag > 0 ? 4 : 0));
  expect(nodesOf(live)).toBe(levelAt(noon - 5));
});

test.each(['keep-until-next-step', 'report-only', 'overwrite'])(
  'a service that takes what is written and keeps none of it blames nobody under %s',
  async (mode) => {
    const handlers: Readonly<Record<string, Handler>> = {
      ModifyNodePoolAttribute: (input, context) =>
        context.nowMs < Date.parse('2026-11-24T12:30:00+08:00')
          ? (poolHandlers['ModifyNodePoolAttribute']?.(input, context) as Record<string, unknown>)
          : { Code: 'success' },
    };
    const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf(mode), { handlers });
    const codes: string[] = [];
    try {
      for (let minute = noon; minute < noon + 12 * 60; minute += 5) {
        const { decisions } = await live.run();
        codes.push(...decisions.flatMap(({ because }) => because.map(({ code }) => code)));
        live.simulator.advance(5 * minuteMs);
      }
      // What raises at 13:00 is written three times; what lowers at 18:00 once, unless the rule says to overwrite.
      const counts = live.writes().map(({ input }) => (input['NodePoolStrategy'] as { NodeAmount: number }).NodeAmount);
      const at = (nodes: number) => counts.filter((each) => each === nodes).length;
      if (mode === 'keep-until-next-step') expect([at(6), at(2)]).toEqual([3, 1]);
      if (mode === 'report-only') expect([at(6), at(2)]).toEqual([1, 1]);
      if (mode === 'overwrite') expect(at(6)).toBeLessThanOrEqual(10);
    } finally {
      await live.close();
    }
    expect(codes).toContain('not-confirmed');
    expect(codes.filter((code) => code.startsWith('manual-change'))).toEqual([]);
  },
);
