import { expect, test } from 'vitest';
import type { RunReport } from '../../../shared/engine/report.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { callsBeyondPages, type OtaFixture, offeredGroup, otaFixture, otaPolicyText, rings, verdicts } from './ota-fixture.ts';

const early = offeredGroup({ id: 'e', name: 'early', tags: { 'ota-ring': 'early' } });
const everyone = offeredGroup({ id: 'x', name: 'everyone', tags: {} });
const canary = offeredGroup();

/** Runs six times a day, at times of which each window has one to approve in, until an instant of Shanghai's clock. */
async function runUntil(fixture: OtaFixture, text: string): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  const times = ['01:40', '08:00', '12:10', '12:50', '21:10', '22:00'];
  for (
    let midnightMs = Math.floor(fixture.simulator.world.clock.nowMs / dayMs) * dayMs;
    midnightMs < shanghai(text) + dayMs;
    midnightMs += dayMs
  ) {
    const date = new Date(midnightMs).toISOString().slice(0, 10);
    for (const at of times.map((time) => `${date} ${time}`)) {
      if (shanghai(at) < fixture.simulator.world.clock.nowMs || shanghai(at) >= shanghai(text)) continue;
      fixture.until(at);
      reports.push(await fixture.run());
    }
  }
  return reports;
}

test('a version goes through the rings: each group once, at the beginning of a window, after the soak of those before', async () => {
  const fixture = await otaFixture({ start: '2026-11-25T08:10:00+08:00', groups: [canary, early, everyone] });
  try {
    await runUntil(fixture, '2026-12-05 09:00');
    // Finished on Wednesday at noon and soaked for 48 h by Friday evening; then 72 h, and the next restday is Saturday.
    expect(fixture.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30']);
    expect(fixture.updates('e')).toEqual(['7.4.0 FINISHED 2026-11-27 21:30']);
    expect(fixture.updates('x')).toEqual(['7.4.0 FINISHED 2026-12-05 02:00']);
    const approvals = fixture.simulator.ledger.records.filter(({ action }) => action === 'ApproveOtaTask');
    expect(approvals.map(({ executed }) => executed)).toEqual([true, true, true]);
    for (const { input, receivedAtMs } of approvals) {
      const aheadMs = Date.parse(String(input?.['StartTime'])) - receivedAtMs;
      expect(aheadMs).toBeGreaterThan(0);
      expect(aheadMs).toBeLessThanOrEqual(30 * minuteMs);
    }
  } finally {
    await fixture.close();
  }
});

test('a newer version in the middle starts at the first ring again', async () => {
  const fixture = await otaFixture({ start: '2026-11-25T12:10:00+08:00', groups: [canary, early, everyone] });
  try {
    await fixture.run();
    fixture.until('2026-11-26 12:00');
    await fixture.run();
    for (const id of ['c', 'e', 'x']) fixture.offer(id, '7.5.0');
    await runUntil(fixture, '2026-12-02 08:00');
    // 7.4.0 had soaked on Friday evening, but nobody is offered it any more.
    expect(fixture.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30', '7.5.0 FINISHED 2026-11-26 12:30']);
    expect(fixture.updates('e')).toEqual(['7.5.0 FINISHED 2026-11-30 21:30']);
    expect(fixture.updates('x')).toEqual([]);
  } finally {
    await fixture.close();
  }
});

test('a version that comes on offer while another is approved waits for its end, and takes the next window', async () => {
  const fixture = await otaFixture({ start: '2026-11-25T12:10:00+08:00', groups: [canary] });
  try {
    await fixture.run();
    fixture.offer('c', '7.5.0');
    await runUntil(fixture, '2026-11-26 20:00');
    expect(fixture.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30', '7.5.0 FINISHED 2026-11-26 12:30']);
  } finally {
    await fixture.close();
  }
});

test.each([
  { otaOfferIsTask: true },
  { otaSecondApproval: 'refuse' },
  { otaStaleTaskId: 'accept' },
  { otaStartTimeFormat: 'utc' },
  { otaPastStart: 'now' },
  { otaCutsSessions: false },
  { otaDaysAhead: 7 },
  { otaMinutes: 60 },
])('one approval, for the window, where the service behaves otherwise: %o', async (assumptions) => {
  const world = { start: '2026-11-25T12:10:00+08:00', groups: [canary] };
  const fixture = await otaFixture({ ...world, assumptions: assumptions as Readonly<Record<string, string | number | boolean>> });
  try {
    for (const at of ['12:10', '12:20', '12:29', '12:31', '13:00', '14:00']) {
      fixture.until(`2026-11-25 ${at}`);
      await fixture.run();
    }
    expect(fixture.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30']);
    expect(fixture.simulator.ledger.count('ApproveOtaTask', 'received')).toBe(1);
  } finally {
    await fixture.close();
  }
});

test('the soak counts from the first sight of the end, which a restart does not forget', async () => {
  const fixture = await otaFixture({ start: '2026-11-25T12:10:00+08:00', groups: [canary, early] });
  try {
    await fixture.run();
    // Nobody looks for a day: what finished at noon is first seen on Thursday evening.
    fixture.until('2026-11-26 21:10');
    expect(verdicts(await fixture.run())).toContain('e hold ring-soaks');
    fixture.until('2026-11-27 21:10');
    expect(verdicts(await fixture.run())).toContain('e hold ring-soaks');
    fixture.until('2026-11-30 21:10');
    expect(verdicts(await fixture.run())).toEqual(['e act due']);
  } finally {
    await fixture.close();
  }
});

test('a first ring that is not finished is told once a day, ordinary waiting by the digest alone', async () => {
  const busy = { sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }], sessionTimeout: -1 };
  const groups = [offeredGroup(busy), early];
  const fixture = await otaFixture(
    { start: '2026-11-25T11:10:00+08:00', groups },
    otaPolicyText(`onlyWithSessionsUpTo: 0\n${rings.trim()}`),
  );
  const told: string[] = [];
  try {
    while (fixture.simulator.world.clock.nowMs < shanghai('2026-11-28 00:00')) {
      const { newHolds, decisions } = await fixture.run();
      const at = new Date(fixture.simulator.world.clock.nowMs + 8 * hourMs).toISOString().slice(5, 10);
      for (const id of newHolds) {
        told.push(`${at} ${id} ${decisions.find(({ resource }) => resource.id === id)?.because[0]?.code}`);
      }
      fixture.simulator.advance(hourMs);
    }
    expect(told).toEqual(['11-25 c sessions', '11-25 c ring-stuck', '11-26 c ring-stuck', '11-27 c ring-stuck']);
  } finally {
    await fixture.close();
  }
});

test('a run reads the list, and of a group no more than its time asks for', async () => {
  const groups = [canary, early, everyone, offeredGroup({ id: 'idle', name: 'idle', tags: {}, ota: { current: '7.4.0' } })];
  const fixture = await otaFixture({ start: '2026-11-25T11:00:00+08:00', groups });
  const callsOf = async (): Promise<Readonly<Record<string, number>>> => {
    fixture.simulator.ledger.clear();
    await fixture.run();
    return callsBeyondPages(fixture);
  };
  try {
    // No window is near: the list is all that is read, after whose keys these are.
    expect(await callsOf()).toEqual({ GetCallerIdentity: 1 });
    // The canary's time: its updates and sessions; then group, updates and sessions once more, and the approval.
    fixture.until('2026-11-25 12:10');
    expect(await callsOf()).toEqual({
      ...{ ListOtaTask: 2, ListAppInstances: 2, GetAppInstanceGroup: 1, ApproveOtaTask: 1 },
    });
    // Approved and not finished: its updates alone.
    fixture.until('2026-11-25 12:40');
    expect(await callsOf()).toEqual({ ListOtaTask: 1 });
    // Finished: its updates once, for the first sight; nothing after that.
    fixture.until('2026-11-25 12:50');
    expect(await callsOf()).toEqual({ ListOtaTask: 1 });
    expect(await callsOf()).toEqual({});
    // The early ring's time: the journal knows the canary, so only the early group is read.
    fixture.until('2026-11-25 21:10');
    expect(await callsOf()).toEqual({ ListOtaTask: 1, ListAppInstances: 1 });
  } finally {
    await fixture.close();
  }
});

test('in observe mode a week brings no write call at all', async () => {
  const text = otaPolicyText(rings, 'limits: {}', 'default: observe');
  const fixture = await otaFixture({ start: '2026-11-25T08:10:00+08:00', groups: [canary, early, everyone] }, text);
  let wanted = 0;
  try {
    for (const { decisions, functionMode, outcomes } of await runUntil(fixture, '2026-12-02 08:00')) {
      wanted += decisions.filter(({ verdict }) => verdict === 'act').length;
      expect([functionMode, outcomes]).toEqual(['observe', []]);
    }
    const reads = ['*', 'ListAppInstanceGroup', 'ListAppInstances', 'ListOtaTask', 'GetCallerIdentity'];
    expect(Object.keys(fixture.simulator.ledger.counts()).filter((action) => !reads.includes(action))).toEqual([]);
    // The canary's time, once on each of five workdays.
    expect(wanted).toBe(5);
  } finally {
    await fixture.close();
  }
});
