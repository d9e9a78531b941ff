import { expect, test } from 'vitest';
import type { RunReport } from '../../../shared/engine/report.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { updatesAs } from './ota-answers.ts';
import { type OtaFixture, offeredGroup, otaFixture, otaPolicyText, verdicts } from './ota-fixture.ts';

const approve = 'ApproveOtaTask';
const inTime = '2026-11-25T12:05:00+08:00';
const outcomes = ({ outcomes: all }: RunReport) => all.map(({ outcome, because }) => [outcome, because?.code].filter(Boolean).join(' '));
const approvals = ({ simulator }: OtaFixture, stage: 'received' | 'executed') => simulator.ledger.count(approve, stage);

/** A fault on the first approval, what it is taken for, and the starts for which the service has executed approvals two days later. */
const faults: readonly (readonly [string, Fault, string, readonly string[]])[] = [
  ['an answer lost after execution', { kind: 'lose-answer', action: approve }, 'unknown call-unknown', ['2026-11-25 12:30']],
  ['an answer cut off after execution', { kind: 'cut-body', action: approve }, 'unknown call-unknown', ['2026-11-25 12:30']],
  ['a connection that ends before execution', { kind: 'drop', action: approve }, 'unknown call-unknown', ['2026-11-26 12:30']],
  ['a server error before execution', { kind: 'fail', action: approve, httpStatus: 500 }, 'unknown call-unknown', ['2026-11-26 12:30']],
  ['a refused permission', { kind: 'deny', action: approve }, 'failed call-refused', ['2026-11-25 12:30']],
];

test.each(faults)('%s: no second approval unless the first certainly led to nothing', async (_name, fault, outcome, starts) => {
  const fixture = await otaFixture({ start: inTime, groups: [offeredGroup()] });
  try {
    fixture.simulator.faults.add(fault);
    expect(outcomes(await fixture.run())).toEqual([outcome]);
    for (let run = 0; fixture.simulator.world.clock.nowMs < shanghai('2026-11-26 23:00'); run++) {
      fixture.simulator.advance((run < 4 ? 5 : 60) * minuteMs);
      await fixture.run();
    }
    expect(fixture.updates('c')).toEqual(starts.map((start) => `7.4.0 FINISHED ${start}`));
    expect(approvals(fixture, 'executed')).toBe(1);
    expect(approvals(fixture, 'received')).toBe(starts[0] === '2026-11-25 12:30' && outcome !== 'failed call-refused' ? 1 : 2);
  } finally {
    await fixture.close();
  }
});

test('a process that dies between claim and call: held as unclear, and approved for the next window under a claim of its own', async () => {
  const store = memoryStore();
  const fixture = await otaFixture({ start: inTime, groups: [offeredGroup()] }, undefined, { store });
  // The record on which a run tries whether the store refuses to create one twice is no claim.
  const isClaim = (key: string) => key.startsWith('claims/') && !key.endsWith('/create-once');
  const claims = () => [...store.records.keys()].filter(isClaim).map((key) => decodeURIComponent(key.split('/').at(-1) ?? ''));
  try {
    // What the store had when the claim was made, and a call that never arrived, is all that is left of the process.
    let left = new Map<string, Uint8Array>();
    store.afterCreate = (key) => {
      if (isClaim(key)) left = new Map(store.records);
    };
    fixture.simulator.faults.add({ kind: 'drop', action: approve });
    await fixture.run();
    store.afterCreate = () => {};
    store.records.clear();
    for (const [key, bytes] of left) store.records.set(key, bytes);
    expect(claims()).toEqual(['Fota 7.4.0']);
    fixture.simulator.ledger.clear();
    fixture.simulator.advance(5 * minuteMs);
    expect(verdicts(await fixture.run())).toEqual(['c hold approval-unclear']);
    fixture.until('2026-11-26 12:05');
    expect(outcomes(await fixture.run())).toEqual(['done']);
    expect(claims()).toEqual(['Fota 7.4.0', 'Fota 7.4.0 again after 2026-11-25T04:05:00Z']);
    expect(approvals(fixture, 'received')).toBe(1);
  } finally {
    await fixture.close();
  }
});

test('two runs at once: one approval', async () => {
  const fixture = await otaFixture({ start: inTime, groups: [offeredGroup()] });
  try {
    const reports = await Promise.all([fixture.run(), fixture.run()]);
    expect(reports.flatMap(outcomes).filter((outcome) => outcome === 'done')).toHaveLength(1);
    expect(approvals(fixture, 'received')).toBe(1);
  } finally {
    await fixture.close();
  }
});

test('an accepted approval that the list never shows is told, not repeated', async () => {
  const fixture = await otaFixture({ start: inTime, groups: [offeredGroup()] }, undefined, {
    handlers: { ...updatesAs((answer) => ({ ...answer, TaskList: [], TotalCount: 0 })), ApproveOtaTask: () => ({ Code: 'success' }) },
  });
  try {
    expect(outcomes(await fixture.run())).toEqual(['done']);
    fixture.simulator.advance(5 * minuteMs);
    expect(verdicts(await fixture.run())).toEqual([]);
    fixture.until('2026-11-26 12:05');
    expect((await fixture.run()).decisions[0]?.because.map(({ code }) => code)).toEqual(['approval-not-listed', 'sighted', 'sighted']);
    expect(approvals(fixture, 'received')).toBe(1);
  } finally {
    await fixture.close();
  }
});

test('somebody who connects after the plan is made is not cut', async () => {
  let place: OtaFixture | undefined;
  const fixture = await otaFixture(
    { start: inTime, groups: [offeredGroup({ users: [{ ids: ['alice'] }] })] },
    otaPolicyText('onlyWithSessionsUpTo: 0\nrings: [{name: all, groups: all, window: {days: workday, at: 12:30-13:30}}]'),
    {
      handlers: {
        // The group is read once more right before the call.
        GetAppInstanceGroup: (input, context) => {
          const group = [...(place?.simulator.world.accounts.values() ?? [])][0]?.groups.get('c');
          group?.connect('alice', context.nowMs);
          return groupHandlers['GetAppInstanceGroup']?.(input, context) ?? {};
        },
      },
    },
  );
  place = fixture;
  try {
    expect(outcomes(await fixture.run())).toEqual(['held changed-since-plan']);
    expect(approvals(fixture, 'received')).toBe(0);
  } finally {
    await fixture.close();
  }
});

test('a window that begins between plan and call is not approved any more', async () => {
  let place: OtaFixture | undefined;
  const fixture = await otaFixture({ start: '2026-11-25T12:29:50+08:00', groups: [offeredGroup()] }, undefined, {
    handlers: {
      GetAppInstanceGroup: (input, context) => {
        place?.simulator.advance(15_000);
        return groupHandlers['GetAppInstanceGroup']?.(input, context) ?? {};
      },
    },
  });
  place = fixture;
  try {
    const report = await fixture.run();
    expect(outcomes(report)).toEqual(['held changed-since-plan']);
    expect(report.outcomes[0]?.because?.data).toEqual({ code: 'window-missed' });
    expect(approvals(fixture, 'received')).toBe(0);
  } finally {
    await fixture.close();
  }
});

test('the task is the one that the group names right before the call', async () => {
  let place: OtaFixture | undefined;
  const fixture = await otaFixture({ start: inTime, groups: [offeredGroup()] }, undefined, {
    handlers: {
      GetAppInstanceGroup: (input, context) => {
        place?.offer('c', '7.4.0');
        return groupHandlers['GetAppInstanceGroup']?.(input, context) ?? {};
      },
    },
  });
  place = fixture;
  try {
    expect(outcomes(await fixture.run())).toEqual(['held changed-since-plan']);
    place = undefined;
    fixture.simulator.advance(5 * minuteMs);
    expect(outcomes(await fixture.run())).toEqual(['done']);
    expect(fixture.updates('c')).toEqual(['7.4.0 STANDBY 2026-11-25 12:30']);
  } finally {
    await fixture.close();
  }
});

test('a fleet that was not read to its end is approved nowhere', async () => {
  const groups = Array.from({ length: 150 }, (_, index) => offeredGroup({ id: `c${index}`, name: `c${index}`, ota: { current: '7.4.0' } }));
  const fixture = await otaFixture({ start: inTime, groups: [offeredGroup(), ...groups] });
  try {
    fixture.simulator.faults.add({
      kind: 'fail',
      action: 'ListAppInstanceGroup',
      skip: 1,
      times: 'always',
      httpStatus: 403,
      code: 'Forbidden.RAM',
    });
    const report = await fixture.run();
    expect([report.failed, verdicts(report)]).toEqual([true, ['c hold ring-unknown']]);
    expect(approvals(fixture, 'received')).toBe(0);
  } finally {
    await fixture.close();
  }
});

test('a failure is remembered where no list is read, and forgotten once the update has finished', async () => {
  const groups = [offeredGroup(), offeredGroup({ id: 'x', name: 'everyone', tags: {} })];
  const fixture = await otaFixture({ start: '2026-11-24T09:00:00+08:00', assumptions: { otaOutcome: 'PART_FINISHED' }, groups });
  const world = fixture.simulator.world as unknown as { assumptions: { otaOutcome: string } };
  try {
    // In the last ring, by hand, and far from its window; read there on Saturday night.
    fixture.byHand('x', '2026-11-27 22:00');
    fixture.until('2026-11-28 01:40');
    expect(verdicts(await fixture.run())).toContain('x hold update-failed');
    fixture.until('2026-11-30 12:05');
    expect(verdicts(await fixture.run())).toContain('c hold version-failed');
    Object.assign(world, { assumptions: { ...world.assumptions, otaOutcome: 'FINISHED' } });
    fixture.byHand('x', '2026-11-30 13:00');
    fixture.simulator.advance(5 * minuteMs);
    expect(verdicts(await fixture.run())).toContain('c hold version-failed');
    fixture.simulator.advance(24 * hourMs);
    expect(verdicts(await fixture.run())).toContain('c act due');
  } finally {
    await fixture.close();
  }
});
