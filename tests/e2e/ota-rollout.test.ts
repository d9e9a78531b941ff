import { expect, test } from 'vitest';
import type { RunReport } from '../../shared/engine/report.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import {
  callsBeyondPages,
  days,
  hours,
  minutes,
  type OtaBench,
  offeredGroup,
  otaBench,
  otaPolicyText,
  rings,
  verdicts,
} from './ota-bench.ts';

const early = offeredGroup({ id: 'e', name: 'early', tags: { 'ota-ring': 'early' } });
const everyone = offeredGroup({ id: 'x', name: 'everyone', tags: {} });
const canary = offeredGroup();

/** Runs six times a day, at times of which each window has one to approve in, until an instant of Shanghai's clock. */
async function runUntil(bench: OtaBench, text: string): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  const times = ['01:40', '08:00', '12:10', '12:50', '21:10', '22:00'];
  for (let dayMs = Math.floor(bench.simulator.world.clock.nowMs / days) * days; dayMs < shanghai(text) + days; dayMs += days) {
    const date = new Date(dayMs).toISOString().slice(0, 10);
    for (const at of times.map((time) => `${date} ${time}`)) {
      if (shanghai(at) < bench.simulator.world.clock.nowMs || shanghai(at) >= shanghai(text)) continue;
      bench.until(at);
      reports.push(await bench.run());
    }
  }
  return reports;
}

test('a version goes through the rings: each group once, at the beginning of a window, after the soak of those before', async () => {
  const bench = await otaBench({ start: '2026-11-25T08:10:00+08:00', groups: [canary, early, everyone] });
  try {
    await runUntil(bench, '2026-12-05 09:00');
    // Finished on Wednesday at noon and soaked for 48 h by Friday evening; then 72 h, and the next restday is Saturday.
    expect(bench.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30']);
    expect(bench.updates('e')).toEqual(['7.4.0 FINISHED 2026-11-27 21:30']);
    expect(bench.updates('x')).toEqual(['7.4.0 FINISHED 2026-12-05 02:00']);
    const approvals = bench.simulator.ledger.records.filter(({ action }) => action === 'ApproveOtaTask');
    expect(approvals.map(({ executed }) => executed)).toEqual([true, true, true]);
    for (const { input, receivedAtMs } of approvals) {
      const aheadMs = Date.parse(String(input?.['StartTime'])) - receivedAtMs;
      expect(aheadMs).toBeGreaterThan(0);
      expect(aheadMs).toBeLessThanOrEqual(30 * minutes);
    }
  } finally {
    await bench.close();
  }
});

test('a newer version in the middle starts at the first ring again', async () => {
  const bench = await otaBench({ start: '2026-11-25T12:10:00+08:00', groups: [canary, early, everyone] });
  try {
    await bench.run();
    bench.until('2026-11-26 12:00');
    await bench.run();
    for (const id of ['c', 'e', 'x']) bench.offer(id, '7.5.0');
    await runUntil(bench, '2026-12-02 08:00');
    // 7.4.0 had soaked on Friday evening, but nobody is offered it any more.
    expect(bench.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30', '7.5.0 FINISHED 2026-11-26 12:30']);
    expect(bench.updates('e')).toEqual(['7.5.0 FINISHED 2026-11-30 21:30']);
    expect(bench.updates('x')).toEqual([]);
  } finally {
    await bench.close();
  }
});

test('a version that comes on offer while another is approved waits for its end, and takes the next window', async () => {
  const bench = await otaBench({ start: '2026-11-25T12:10:00+08:00', groups: [canary] });
  try {
    await bench.run();
    bench.offer('c', '7.5.0');
    await runUntil(bench, '2026-11-26 20:00');
    expect(bench.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30', '7.5.0 FINISHED 2026-11-26 12:30']);
  } finally {
    await bench.close();
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
  const bench = await otaBench({ ...world, assumptions: assumptions as Readonly<Record<string, string | number | boolean>> });
  try {
    for (const at of ['12:10', '12:20', '12:29', '12:31', '13:00', '14:00']) {
      bench.until(`2026-11-25 ${at}`);
      await bench.run();
    }
    expect(bench.updates('c')).toEqual(['7.4.0 FINISHED 2026-11-25 12:30']);
    expect(bench.simulator.ledger.count('ApproveOtaTask', 'received')).toBe(1);
  } finally {
    await bench.close();
  }
});

test('the soak counts from the first sight of the end, which a restart does not forget', async () => {
  const bench = await otaBench({ start: '2026-11-25T12:10:00+08:00', groups: [canary, early] });
  try {
    await bench.run();
    // Nobody looks for a day: what finished at noon is first seen on Thursday evening.
    bench.until('2026-11-26 21:10');
    expect(verdicts(await bench.run())).toContain('e hold ring-soaks');
    bench.until('2026-11-27 21:10');
    expect(verdicts(await bench.run())).toContain('e hold ring-soaks');
    bench.until('2026-11-30 21:10');
    expect(verdicts(await bench.run())).toEqual(['e act due']);
  } finally {
    await bench.close();
  }
});

test('a first ring that is not finished is told once a day, ordinary waiting by the digest alone', async () => {
  const busy = { sessions: [{ user: 'alice' }], users: [{ ids: ['alice'] }], sessionTimeout: -1 };
  const groups = [offeredGroup(busy), early];
  const bench = await otaBench({ start: '2026-11-25T11:10:00+08:00', groups }, otaPolicyText(`onlyWithSessionsUpTo: 0\n${rings.trim()}`));
  const told: string[] = [];
  try {
    while (bench.simulator.world.clock.nowMs < shanghai('2026-11-28 00:00')) {
      const { newHolds, decisions } = await bench.run();
      const at = new Date(bench.simulator.world.clock.nowMs + 8 * hours).toISOString().slice(5, 10);
      for (const id of newHolds) {
        told.push(`${at} ${id} ${decisions.find(({ resource }) => resource.id === id)?.because[0]?.code}`);
      }
      bench.simulator.advance(hours);
    }
    expect(told).toEqual(['11-25 c sessions', '11-25 c ring-stuck', '11-26 c ring-stuck', '11-27 c ring-stuck']);
  } finally {
    await bench.close();
  }
});

test('a run reads the list, and of a group no more than its time asks for', async () => {
  const groups = [canary, early, everyone, offeredGroup({ id: 'idle', name: 'idle', tags: {}, ota: { current: '7.4.0' } })];
  const bench = await otaBench({ start: '2026-11-25T11:00:00+08:00', groups });
  const callsOf = async (): Promise<Readonly<Record<string, number>>> => {
    bench.simulator.ledger.clear();
    await bench.run();
    return callsBeyondPages(bench);
  };
  try {
    // No window is near: the list is all that is read, after whose keys these are.
    expect(await callsOf()).toEqual({ GetCallerIdentity: 1 });
    // The canary's time: its updates and sessions; then group, updates and sessions once more, and the approval.
    bench.until('2026-11-25 12:10');
    expect(await callsOf()).toEqual({
      ...{ ListOtaTask: 2, ListAppInstances: 2, GetAppInstanceGroup: 1, ApproveOtaTask: 1 },
    });
    // Approved and not finished: its updates alone.
    bench.until('2026-11-25 12:40');
    expect(await callsOf()).toEqual({ ListOtaTask: 1 });
    // Finished: its updates once, for the first sight; nothing after that.
    bench.until('2026-11-25 12:50');
    expect(await callsOf()).toEqual({ ListOtaTask: 1 });
    expect(await callsOf()).toEqual({});
    // The early ring's time: the journal knows the canary, so only the early group is read.
    bench.until('2026-11-25 21:10');
    expect(await callsOf()).toEqual({ ListOtaTask: 1, ListAppInstances: 1 });
  } finally {
    await bench.close();
  }
});

test('in observe mode a week brings no write call at all', async () => {
  const text = otaPolicyText(rings, 'limits: {}', 'default: observe');
  const bench = await otaBench({ start: '2026-11-25T08:10:00+08:00', groups: [canary, early, everyone] }, text);
  let wanted = 0;
  try {
    for (const { decisions, functionMode, outcomes } of await runUntil(bench, '2026-12-02 08:00')) {
      wanted += decisions.filter(({ verdict }) => verdict === 'act').length;
      expect([functionMode, outcomes]).toEqual(['observe', []]);
    }
    const reads = ['*', 'ListAppInstanceGroup', 'ListAppInstances', 'ListOtaTask', 'GetCallerIdentity'];
    expect(Object.keys(bench.simulator.ledger.counts()).filter((action) => !reads.includes(action))).toEqual([]);
    // The canary's time, once on each of five workdays.
    expect(wanted).toBe(5);
  } finally {
    await bench.close();
  }
});
