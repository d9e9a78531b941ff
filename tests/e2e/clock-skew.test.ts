import { afterEach, describe, expect, test } from 'vitest';
import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { ruleModule as otaRules } from '../../functions/approve-ota-windows/rule.ts';
import { powerWorkstations } from '../../functions/power-workstations/automation.ts';
import { ruleModule as powerRules } from '../../functions/power-workstations/rule.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule as scaleRules } from '../../functions/scale-on-schedule/rule.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { drainTag } from '../../shared/fleet/session.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { minuteMs } from '../fixtures/times.ts';
import { fixedSeed, groupOf, groupSeed, logOffLive, sessionsOf } from '../functions/log-off-sessions/log-off-fixture.ts';
import { orders, renewalFixture, policyText as renewalPolicy } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { type LiveFunction, liveFunction, policyText } from './live-function.ts';

const everyone = '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone, resetAfterUnbind: disabled}';

let live: LiveFunction;
afterEach(() => live.close());

/** The gateway's clock is ahead of ours by so much from now on. */
const skew = (ofMinutes: number): void => {
  live.simulator.timeline.gatewayOffsetMs = ofMinutes * minuteMs;
};
const codes = (report: RunReport): readonly string[] => report.errors.map(({ code }) => code);
const held = (report: RunReport): readonly (string | undefined)[] =>
  report.decisions.map(({ verdict, because }) => `${verdict} ${because[0]?.code}`);

describe('while the clock of the service and ours differ, nobody is logged off', () => {
  test.each([
    ['the service is three hours behind', -180],
    ['the service is three hours ahead, so that the window is over', 180],
    ['by ten minutes, which no signature shows', -10],
    ['by six hours, on another day', 360],
  ])('%s', async (_, ofMinutes) => {
    live = await logOffLive([everyone], [groupSeed(), fixedSeed({ id: 'h' })]);
    skew(ofMinutes);
    const report = await live.run();
    expect([live.writes(), report.failed, codes(report)]).toEqual([[], true, ['ClockSkew']]);
    expect(report.errors[0]?.message).toMatch(/Set the clock of this machine/);
    // The failure is told; each hold would be told again once the clocks agree.
    expect(report.newHolds).toEqual([]);
    skew(0);
    const healthy = await live.run();
    expect([healthy.failed, sessionsOf(live)]).toEqual([false, []]);
  });

  test('also where only the service says that the day is over', async () => {
    live = await logOffLive([everyone], [groupSeed()], { at: '2026-11-24 17:35' });
    skew(180);
    const report = await live.run();
    expect([live.writes(), codes(report), held(report)]).toEqual([[], ['ClockSkew'], ['hold clock-skew']]);
  });

  test('and where it shows only right before the call', async () => {
    live = await logOffLive([everyone], [fixedSeed()]);
    const { timeline, ledger } = live.simulator;
    const whole = live.run();
    await ledger.reached('ListAppInstances', 'executed');
    timeline.gatewayOffsetMs = -10 * minuteMs;
    const report = await whole;
    expect([live.writes(), codes(report)]).toEqual([[], ['ClockSkew']]);
  });
});

test.each([1, -1, 1.9, -1.9])('%f minutes between the clocks change nothing', async (ofMinutes) => {
  live = await logOffLive([everyone], [groupSeed()]);
  skew(ofMinutes);
  const report = await live.run();
  expect([report.failed, sessionsOf(live)]).toEqual([false, []]);
});

describe('a drain', () => {
  const draining = everyone.replace('who:', 'drain: 20m, who:');
  const drained = () => Object.hasOwn(Object.fromEntries(groupOf(live.simulator).tags), drainTag);

  test.each([
    ['by ours', 30, -25],
    ['by that of the service', 5, 30],
  ])('is lifted as soon as it is over by one clock: %s', async (_, laterMinutes, ofMinutes) => {
    live = await logOffLive([draining], [fixedSeed({ sessions: [] })], { at: '2026-11-24 20:25' });
    await live.run();
    expect(drained()).toBe(true);
    live.simulator.advance(laterMinutes * minuteMs);
    skew(ofMinutes);
    const report = await live.run();
    expect([drained(), report.outcomes.map(({ outcome }) => outcome), codes(report)]).toEqual([false, ['done'], ['ClockSkew']]);
  });

  test('is not begun', async () => {
    live = await logOffLive([draining], [fixedSeed({ sessions: [] })], { at: '2026-11-24 20:25' });
    skew(-10);
    await live.run();
    expect(drained()).toBe(false);
  });
});

describe('the nodes of a group', () => {
  const scale = async (
    at: string,
    rule: string,
    strategy: object,
    schedule = '{everyday: {08:00-20:00: 6 nodes, 20:00-24:00: 2 nodes, 00:00-08:00: 2 nodes}}',
  ) => {
    const text = policyText({ 'scale-on-schedule': [rule] }).replace(/schedules: .*/, `schedules: {office: ${schedule}}`);
    const group = { id: 'g', name: 'g', region: 'cn-hangzhou', pool: { capacity: 2, strategy } };
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups: [group] } as never, text);
    live.simulator.advanceTo(shanghai(at));
  };
  const fixed = '{name: r, groups: all, schedule: office, method: fixed}';

  test.each([
    ['ours says that it is day', '2026-11-25 09:00', -180, 2, 'done'],
    ['that of the service says so', '2026-11-25 06:00', 180, 2, 'done'],
    ['ours says that it is night', '2026-11-25 21:00', -180, 6, undefined],
    ['that of the service says so', '2026-11-25 18:00', 180, 6, undefined],
    ['both say so', '2026-11-25 21:00', 60, 6, undefined],
  ])('are the more that the two clocks want: %s', async (_, at, ofMinutes, before, outcome) => {
    await scale(at, fixed, { fixed: before });
    skew(ofMinutes);
    const report = await live.run();
    expect([report.outcomes[0]?.outcome, codes(report)]).toEqual([outcome, ['ClockSkew']]);
    expect(live.writes().map(({ input }) => (input['NodePoolStrategy'] as { readonly NodeAmount: number }).NodeAmount)).toEqual(
      outcome === undefined ? [] : [6],
    );
  });

  test.each([
    ['ours wants more', '2026-11-25 12:30', -60, 9],
    ['that of the service wants more', '2026-11-25 11:30', 60, 9],
  ])('rise to the higher of two levels where both want more: %s', async (_, at, ofMinutes, nodes) => {
    await scale(at, fixed, { fixed: 2 }, '{everyday: {00:00-12:00: 6 nodes, 12:00-24:00: 9 nodes}}');
    skew(ofMinutes);
    await live.run();
    expect(live.writes().map(({ input }) => (input['NodePoolStrategy'] as { readonly NodeAmount: number }).NodeAmount)).toEqual([nodes]);
  });

  test.each([-180, 180, -26 * 60, 26 * 60])(
    'keep a weekly schedule that is about to end, with dates that both clocks take (%i min)',
    async (ofMinutes) => {
      const week = { schedule: { '1-7': { '08:00-20:00': 6 } }, enable: '2026-11-01', disable: '2026-12-02' };
      await scale(
        '2026-11-25 23:30',
        '{name: r, groups: all, schedule: office, method: service-schedule}',
        week,
        '{everyday: {08:00-20:00: 6 nodes}}',
      );
      skew(ofMinutes);
      const report = await live.run();
      expect(report.outcomes.map(({ outcome }) => outcome)).toEqual(['done']);
      const [write] = live.writes();
      const sent = write?.input['NodePoolStrategy'] as Readonly<Record<string, string>>;
      for (const atMs of [shanghai('2026-11-25 23:30'), shanghai('2026-11-25 23:30') + ofMinutes * minuteMs]) {
        const today = new Date(atMs + 8 * 60 * minuteMs).toISOString().slice(0, 10);
        const last = new Date(atMs + (8 * 60 + 365 * 24 * 60) * minuteMs).toISOString().slice(0, 10);
        expect([String(sent['StrategyEnableDate']) >= today, String(sent['StrategyDisableDate']) <= last]).toEqual([true, true]);
      }
    },
  );
});

test.each([
  ['started where one clock says so', '2026-11-25 06:00', 180, 'STOPPED', ['StartWuyingServer']],
  ['not stopped where one clock says so', '2026-11-25 18:00', 180, 'RUNNING', []],
  ['not stopped where both say so', '2026-11-25 21:00', 60, 'RUNNING', []],
] as const)('a workstation is %s', async (_, at, ofMinutes, status, actions) => {
  const text = policyText({ 'power-workstations': ['{name: r, workstations: all, schedule: office}'] });
  const workstation = { id: 'w', name: 'w', region: 'cn-hangzhou', charge: 'PostPaid', status, users: ['amy'] };
  live = await liveFunction(powerWorkstations, [powerRules], { workstations: [workstation] } as never, text);
  live.simulator.advanceTo(shanghai(at));
  skew(ofMinutes);
  const report = await live.run();
  expect([live.writes().map(({ action }) => action), codes(report)]).toEqual([actions, ['ClockSkew']]);
});

test('no update is approved', async () => {
  const text = policyText({
    'approve-ota-windows': [
      '{name: r, onlyWithSessionsUpTo: 0, approveAhead: 30m, rings: [{name: all, groups: all, window: {days: everyday, at: "12:30-13:30"}, soak: 1h}]}',
    ],
  });
  const group = {
    id: 'g',
    name: 'g',
    region: 'cn-hangzhou',
    pool: { capacity: 2, strategy: { fixed: 1 } },
    ota: { current: '7.3.0', offered: '7.4.0' },
  };
  live = await liveFunction(approveOtaWindows, [otaRules], { groups: [group] } as never, text);
  live.simulator.advance(10 * minuteMs);
  skew(-60);
  const report = await live.run();
  expect([live.writes(), codes(report)]).toEqual([[], ['ClockSkew']]);
  skew(0);
  await live.run();
  expect(live.writes().map(({ action }) => action)).toEqual(['ApproveOtaTask']);
});

describe('a subscription', () => {
  const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
  const fixture = async (expiresAt: string) => {
    const fixture = await renewalFixture(
      { start: '2026-11-24T12:00:00+08:00', groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
      renewalPolicy(rule),
    );
    live = fixture as never;
    return fixture;
  };

  test.each([-180, 180, 10, -10])('is not renewed while the clocks differ by %i minutes, and is once they agree', async (ofMinutes) => {
    const renewals = await fixture('2026-11-28T00:00:00+08:00');
    skew(ofMinutes);
    const report = await renewals.run();
    expect([orders(renewals), report.failed, codes(report)]).toEqual([[], true, ['ClockSkew']]);
    expect(held(report)).toEqual(['hold clock-skew']);
    expect(renewals.messages.some(({ channel, text }) => channel === 'oncall' && text.includes('clock'))).toBe(true);
    skew(0);
    await renewals.run();
    expect(orders(renewals)).toHaveLength(1);
  });

  test('is shown by a plan as it would be', async () => {
    const renewals = await fixture('2026-11-28T00:00:00+08:00');
    skew(-180);
    const report = await renewals.run('plan');
    expect([held(report), codes(report)]).toEqual([['hold clock-skew'], ['ClockSkew']]);
  });

  test.each([
    ['ours', '2026-11-25T11:00:00+08:00', -180],
    ['that of the service', '2026-11-25T14:00:00+08:00', 180],
    ['ours, where the other says that it has run out', '2026-11-25T10:00:00+08:00', 26 * 60],
  ])('has its alarm by the clock by which it is due first: %s', async (_, expiresAt, ofMinutes) => {
    const renewals = await fixture(expiresAt);
    skew(ofMinutes);
    const report = await renewals.run();
    expect(report.purchases?.alerts.filter(({ told, title }) => told === 'now' && /expires in/.test(title))).toHaveLength(1);
    expect(renewals.messages.some(({ severity, title }) => severity === 'critical' && /expires in/.test(title))).toBe(true);
  });
});
