import { describe, expect, onTestFinished, test } from 'vitest';
import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { ruleModule as otaModule } from '../../functions/approve-ota-windows/rule.ts';
import { enforcePolicy } from '../../functions/enforce-policy/automation.ts';
import { ruleModule as enforceModule } from '../../functions/enforce-policy/rule.ts';
import { logOffSessions } from '../../functions/log-off-sessions/automation.ts';
import { ruleModule as logOffModule } from '../../functions/log-off-sessions/rule.ts';
import { powerWorkstations } from '../../functions/power-workstations/automation.ts';
import { ruleModule as powerModule } from '../../functions/power-workstations/rule.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule as scaleModule } from '../../functions/scale-on-schedule/rule.ts';
import { tagNewResources } from '../../functions/tag-new-resources/automation.ts';
import { ruleModule as tagModule } from '../../functions/tag-new-resources/rule.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { AccountSeed, GroupSeed } from '../../simulator/world/seed.ts';
import { minuteMs } from '../fixtures/times.ts';
import { liveFunction, policyText } from './live-function.ts';
import { blamingCodes } from './week-blame.ts';

/** A function on an account, run every five minutes as deployed, from noon on. */
interface Pace {
  // biome-ignore lint/suspicious/noExplicitAny: the automations are of different resources.
  readonly automation: Automation<any>;
  readonly rule: string;
  readonly account: Omit<AccountSeed, 'id'>;
  readonly sections?: string;
  readonly hours: number;
  /** Writes that it makes at least, so that there is something to lag. */
  readonly atLeast: number;
}

const modules = [scaleModule, otaModule, enforceModule, logOffModule, powerModule, tagModule];
const group = (more: Partial<GroupSeed> = {}): GroupSeed => ({
  ...{
    id: 'aig-1',
    name: 'office-1',
    region: 'cn-hangzhou',
    tags: { team: 'a' },
    pool: { id: 'rg-1', capacity: 2, strategy: { fixed: 4 } },
  },
  ...more,
});
const steps = 'schedules: {steps: {everyday: {13:00-14:00: 3 nodes, 14:00-15:00: 5 nodes, 15:00-18:00: 2 nodes}}}';
const scheduled = { schedule: { '1-7': { '08:00-20:00': 2 } }, enable: '2026-09-01', disable: '2027-08-31' } as const;

const paces: Readonly<Record<string, Pace>> = {
  'a count that follows steps': {
    ...{ automation: scaleOnSchedule, rule: '{name: r, groups: all, schedule: steps, method: fixed}' },
    ...{ account: { groups: [group()] }, sections: steps, hours: 7, atLeast: 4 },
  },
  'a count that follows steps, whoever else sets it': {
    ...{ automation: scaleOnSchedule, rule: '{name: r, groups: all, schedule: steps, method: fixed, manualChange: overwrite}' },
    ...{ account: { groups: [group()] }, sections: steps, hours: 7, atLeast: 4 },
  },
  'a weekly schedule, step by step': {
    ...{ automation: scaleOnSchedule, rule: '{name: r, groups: all, schedule: steps, stepwise: true}' },
    ...{ account: { groups: [group()] }, sections: steps, hours: 7, atLeast: 3 },
  },
  'the ceiling of a subscription': {
    ...{ automation: scaleOnSchedule, rule: '{name: r, groups: {charge: subscription}, schedule: shares, peak: {extraNodes: 8}}' },
    account: { groups: [group({ charge: 'PrePaid', pool: { id: 'rg-1', strategy: { usage: { nodes: 2, maxScaling: 8 } } } })] },
    sections: 'schedules: {shares: {everyday: {13:00-14:00: 25%, 14:00-15:00: 100%, 15:00-18:00: 50%}}}',
    ...{ hours: 7, atLeast: 4 },
  },
  workstations: {
    ...{ automation: powerWorkstations, rule: '{name: r, workstations: all, schedule: shift, atOnce: 50}' },
    account: {
      workstations: ['a', 'b', 'c'].map((name) => ({ name, region: 'cn-hangzhou', charge: 'PostPaid' as const, status: 'STOPPED' })),
    },
    sections: 'schedules: {shift: {everyday: {13:00-15:00: 100%, 16:00-17:00: 100%}}}',
    ...{ hours: 6, atLeast: 4 },
  },
  'a log-off of a whole group': {
    ...{ automation: logOffSessions, rule: '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone, drain: 15m}' },
    account: {
      groups: [
        group({ pool: { id: 'rg-1', capacity: 2, strategy: scheduled }, users: [{ ids: ['amy', 'bob'] }], sessions: [{ user: 'amy' }] }),
      ],
    },
    ...{ hours: 11, atLeast: 3 },
  },
  'a log-off one by one': {
    automation: logOffSessions,
    rule: '{name: r, groups: all, at: "20:30", days: everyday, who: everyone, drain: 15m, resetAfterUnbind: disabled}',
    account: { groups: [group({ sessions: [{ user: 'amy' }, { user: 'bob' }] })] },
    ...{ hours: 11, atLeast: 4 },
  },
  'an update': {
    ...{ automation: approveOtaWindows },
    rule: '{name: r, type: Fota, approveAhead: 30m, rings: [{name: all, groups: all, window: {days: everyday, at: "14:00-16:00"}}]}',
    account: { groups: [group({ ota: { current: '1.0', offered: '1.1' } })] },
    ...{ hours: 6, atLeast: 1 },
  },
  tags: {
    ...{ automation: tagNewResources, rule: '{name: r, groups: all, set: {owner: unassigned, seen: "{date}"}}' },
    account: { groups: [group(), group({ id: 'aig-2', name: 'office-2', pool: { id: 'rg-2', strategy: { fixed: 1 } } })] },
    ...{ hours: 2, atLeast: 1 },
  },
  settings: {
    ...{ automation: enforcePolicy, rule: '{name: r, groups: all, sessionTimeout: 30m}' },
    ...{ account: { groups: [group({ sessionTimeout: 15 })] }, hours: 10, atLeast: 1 },
  },
};

interface More {
  readonly assumptions?: Readonly<Record<string, AssumptionValue>>;
  readonly faults?: readonly Fault[];
}

interface Seen {
  /** What was written, and at which minute after noon. */
  readonly writes: readonly string[];
  readonly blames: readonly string[];
  readonly failures: readonly string[];
  /** New holds of which people are told. */
  readonly told: readonly string[];
}

async function played({ automation, rule, account, sections, hours }: Pace, more: More = {}): Promise<Seen> {
  const both = `limits: {shareOfRulePerRun: 100%}\n${sections ?? ''}`;
  const text = sections?.startsWith('schedules')
    ? policyText({ [automation.name]: [rule] }, { sections: 'limits: {shareOfRulePerRun: 100%}' }).replace(/^schedules: .*$/m, sections)
    : policyText({ [automation.name]: [rule] }, { sections: both });
  const live = await liveFunction(automation, modules, account, text, more);
  onTestFinished(() => live.close());
  const startMs = live.simulator.world.clock.nowMs;
  const seen = { blames: [] as string[], failures: [] as string[], told: [] as string[] };
  for (let at = 0; at <= hours * 60; at += 5) {
    live.simulator.advanceTo(Math.max(startMs + at * minuteMs, live.simulator.world.clock.nowMs));
    const report = await live.run();
    seen.blames.push(
      ...live.decided.filter((decided) => blamingCodes.some((code) => decided.includes(` ${code}`))).map((each) => `${at} ${each}`),
    );
    seen.failures.push(...report.outcomes.filter(({ outcome }) => outcome === 'failed').map(({ because }) => `${at} ${because?.code}`));
    seen.failures.push(...report.errors.map(({ code }) => `${at} ${code}`));
    seen.told.push(...report.newHolds.map((id) => `${at} ${id}`));
  }
  const input = ({ TaskId: _task, ...rest }: Readonly<Record<string, unknown>>) => JSON.stringify(rest);
  return { ...seen, writes: live.writes().map((write) => `${write.action} ${input(write.input)}`) };
}

const lags = ['7m', 'lists 7m', 'singles 7m'] as const;
/** Switches that hurt most together with reads that lag. */
const together: readonly Readonly<Record<string, AssumptionValue>>[] = [
  {
    ...{ lateReads: '7m', statusCase: 'lower', workstationStatusCase: 'capitalized', chargeTypeSpelling: 'Prepaid' },
    ...{ workstationStartMinutes: 10, workstationStopMinutes: 5, nodeBootMinutes: 20 },
  },
  {
    ...{ lateReads: 'lists 7m', emptyLists: 'absent', untagMissingKey: 'fails', successCodes: 'zero' },
    ...{ accessMinutes: 10, unbindFreedInstance: 'refuse', logOffWithoutSessions: 'refuse' },
  },
];
/** Reads that show a write or not, as it happens: of copies that lag, some more, some less. */
const flapping: readonly Fault[] = [{ kind: 'late', action: '*', access: 'read', seconds: 720, probability: 0.5 }];

describe.each(Object.entries(paces))('%s, looked at every five minutes', (_name, pace) => {
  test('is written as often, and the same, whether reads lag behind writes or not; nobody is blamed', async () => {
    const usual = await played(pace);
    expect(usual.writes.length).toBeGreaterThanOrEqual(pace.atLeast);
    expect([usual.blames, usual.failures]).toEqual([[], []]);
    for (const lateReads of lags) expect(await played(pace, { assumptions: { lateReads } }), lateReads).toEqual(usual);
    expect(await played(pace, { faults: flapping }), 'flapping').toEqual(usual);
  });

  test.each(together)('and with %o', async (assumptions) => {
    const { lateReads: _lag, ...others } = assumptions;
    const usual = await played(pace, { assumptions: others });
    expect(usual.writes.length).toBeGreaterThanOrEqual(pace.atLeast);
    expect(await played(pace, { assumptions })).toEqual(usual);
  });
});
