import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { leftAloneCodes } from '../../cli/import/reasons.ts';
import { mapGovernedGroup } from '../../shared/fleet/governed-group.ts';
import type { Fields } from './generated-strategy.ts';
import { drafted } from './imported.ts';

const day = [{ StartTime: '08:00', EndTime: '18:00', Amount: 4 }];
const weekly = (TimerPeriods: readonly Fields[], dates: Fields = {}): Fields => ({
  ...{
    StrategyType: 'NODE_SCALING_BY_SCHEDULE',
    NodeAmount: 0,
    WarmUp: true,
    StrategyEnableDate: '2026-11-01',
    StrategyDisableDate: '2027-08-01',
  },
  RecurrenceSchedules: [{ RecurrenceType: 'Weekly', RecurrenceValues: [1, 2, 3, 4, 5], TimerPeriods }],
  ...dates,
});
const usage = (fields: Fields): Fields => ({
  ...{ StrategyType: 'NODE_SCALING_BY_USAGE', NodeAmount: 1, MaxScalingAmount: 5, ScalingStep: 1, ScalingUsageThreshold: '85' },
  ...fields,
});
const fixed = (NodeAmount: number): Fields => ({ StrategyType: 'NODE_FIXED', NodeAmount });

/** What the import makes of an account with one group. */
function importOf(strategy: Fields, row: Fields = {}) {
  const pool = {
    NodePoolId: 'rg-1',
    NodeInstanceType: 't',
    NodeCapacity: 2,
    NodeUsed: 0,
    ScalingNodeAmount: 0,
    ScalingNodeUsed: 0,
    ...strategy,
  };
  const common = { AppInstanceGroupId: 'aig-1', AppInstanceGroupName: 'one', Status: 'PUBLISHED', ChargeType: 'PostPaid', Tags: [] };
  const group = mapGovernedGroup({ ...common, NodePool: [pool], ...row });
  if (group === undefined) throw new Error('the row has an id');
  return drafted({ groups: [group], workstations: [], expiryReminder: undefined, gaps: [] });
}

const prepaid = { ChargeType: 'PrePaid' };

describe('a group is left alone, with the reason, where a rule would change it', () => {
  test.each<[string, Fields, Fields?]>([
    ['status', fixed(2), { Status: 'MAINTAINING' }],
    ['bought-nodes-only', fixed(2), prepaid],
    ['bought-nodes-only', usage({ NodeAmount: 3, MaxScalingAmount: 0 }), prepaid],
    ['subscription-schedule', weekly(day), prepaid],
    ['schedule-ends-soon', weekly(day, { StrategyDisableDate: '2026-12-31' })],
    ['schedule-ended', weekly(day, { StrategyDisableDate: '2026-11-25' })],
    ['schedule-not-begun', weekly(day, { StrategyEnableDate: '2026-11-26' })],
    ['schedule-empty', weekly([])],
    ['ends-at-midnight', weekly([{ StartTime: '08:00', EndTime: '24:00', Amount: 4 }])],
    ['periods-unfit', weekly([...day, { StartTime: '18:03', EndTime: '20:00', Amount: 2 }])],
    ['periods-unfit', weekly([{ StartTime: '08:00', EndTime: '08:14', Amount: 2 }])],
    ['periods-unfit', weekly([{ StartTime: '08:00', EndTime: '18:00', Amount: 0 }])],
    ['too-many-nodes', weekly([{ StartTime: '08:00', EndTime: '18:00', Amount: 101 }])],
    ['too-many-nodes', fixed(101)],
    ['fixed-at-zero', fixed(0)],
    ['several-always-on', usage({ NodeAmount: 2 })],
    ['usage-unreadable', usage({ ScalingStep: undefined })],
    ['id-unfit', fixed(2), { AppInstanceGroupId: 'aig-\u0007' }],
    ['unreadable', {}, { NodePool: [{ NodePoolId: 'rg-1', NodeInstanceType: 't', NodeCapacity: 2 }] }],
    ['unreadable', { StrategyType: 'NODE_BY_MOON' }],
    ['pool-count', {}, { NodePool: [] }],
    ['charge-unknown', fixed(2), { ChargeType: undefined }],
  ])('%s: %j %j', (code, strategy, row) => {
    const { draft, text } = importOf(strategy, row);
    expect(draft.rules).toEqual([]);
    expect(draft.leftAlone.map(({ because }) => because.code)).toEqual([code]);
    expect(text).toContain('# Left alone by scale-on-schedule, and why:');
  });
});

test('a weekly schedule with 37 days left is covered, and the policy says when its plan first extends it', () => {
  const { draft, text } = importOf(weekly(day, { StrategyDisableDate: '2027-01-01' }));
  expect(draft.leftAlone).toEqual([]);
  expect(draft.firstExtension).toBe('2026-12-03');
  expect(text).toContain('its plan is empty, until 2026-12-03');
});

test('every code of its own is documented', () => {
  const page = readFileSync(new URL('../../docs/import.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z][a-z-]+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
  expect(documented).toEqual(Object.entries(leftAloneCodes));
});
