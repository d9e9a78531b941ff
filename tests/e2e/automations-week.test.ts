import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { type Played, playWeek } from './automations-week.ts';
import { faults, groupNamed, people, restarts } from './week-story.ts';
import { leftDrained, orderedTwice, startedUpdates, updatesOutsideWindows, writesOfObservers, wrongCuts } from './week-verdicts.ts';
import { looking, nothingSeen } from './week-watch.ts';

describe('a week of the example policy on three accounts, with forty faults and four processes that end while they write', () => {
  const seen = nothingSeen();
  let week: Played;
  beforeAll(async () => {
    week = await playWeek({ days: 7, faults, restarts, people, inspect: looking(seen) });
  }, 120_000);
  afterAll(() => week.simulator.close());

  test('is a week in which things happen, and go wrong', () => {
    expect(faults).toHaveLength(40);
    expect(
      week.simulator.faults
        .list()
        .filter(({ live }) => live)
        .map(({ fault }) => fault),
    ).toEqual([]);
    expect(week.ended).toBe(4);
    const done = week.reports.flatMap((report) => report.outcomes.map(({ outcome }) => `${report.function} ${outcome}`));
    for (const name of [
      'scale-on-schedule',
      'power-workstations',
      'tag-new-resources',
      'renew-before-expiry',
      'approve-ota-windows',
      'log-off-sessions',
    ])
      expect(done).toContain(`${name} done`);
    expect(done.map((each) => each.split(' ')[1])).toEqual(expect.arrayContaining(['done', 'failed', 'unknown']));
    expect(seen.looks).toBeGreaterThan(200);
  });

  test('nobody is cut but sales people whose day is over, and of them neither the protected nor those whose owner asked', () => {
    expect(seen.cuts.length).toBeGreaterThan(0);
    expect(wrongCuts(week, seen)).toEqual([]);
  });

  test('updates start at the beginning of the windows of their rings', () => {
    expect(startedUpdates(week).length).toBeGreaterThan(1);
    expect(updatesOutsideWindows(week)).toEqual([]);
  });

  test('no group is left drained but the one that a person drained, and none is below its need', () => {
    expect([...seen.drained]).toEqual(['sales-kiosk']);
    expect(leftDrained(week, seen)).toEqual([]);
    expect(seen.short).toEqual([]);
  });

  test('no tag is overwritten, and those that were taken off are back', () => {
    expect(week.overwritten).toEqual([]);
    expect(groupNamed(week.simulator, 'fin-budget').tags.get('department')?.value).toBe('finance');
    expect(groupNamed(week.simulator, 'sg-core').tags.get('owner')?.value).toBe('unassigned');
  });

  test('what only observes changes nothing', () => {
    const drifted = week.reports.filter((report) => report.function === 'enforce-policy' && report.counts.act + report.counts.hold > 0);
    expect(drifted.length).toBeGreaterThan(0);
    expect(writesOfObservers(week)).toEqual([]);
  });

  test('no expiry is ordered for twice', () => {
    const orders = [...week.simulator.world.accounts.values()].flatMap((account) => account.orders.all);
    expect(orders).toHaveLength(week.bill.executed.length);
    expect(orders.length).toBeGreaterThan(0);
    expect(orderedTwice(week)).toEqual([]);
  });

  test('each hold is told once, when it begins', () => {
    expect(week.mistold).toEqual([]);
    expect(week.reports.flatMap(({ newHolds }) => newHolds).length).toBeGreaterThan(10);
  });

  test('leaves a journal whose chains are whole', async () => {
    expect((await verifyJournal(week.store)).problems).toEqual([]);
  });

  test('played again, its first days leave the same journal; played with other users they do not', async () => {
    const again = await playWeek({ days: 1.7, faults, restarts, people });
    const other = await playWeek({ days: 0.7, faults, restarts, people, seed: 7 });
    await Promise.all([again.simulator.close(), other.simulator.close()]);
    expect(again.journals[0]?.length).toBeGreaterThan(100);
    expect(again.journals.slice(0, 2)).toEqual(week.journals.slice(0, 2));
    expect(other.journals[0]).not.toEqual(week.journals[0]);
  }, 60_000);
});
