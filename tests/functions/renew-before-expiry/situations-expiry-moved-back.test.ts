import { afterEach, describe, expect, test } from 'vitest';
import type { RunReport } from '../../../shared/engine/report.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const later = '2026-12-12 00:00';
const sooner = '2026-11-12 00:00';
const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true}';

let fixture: RenewalFixture;
afterEach(() => fixture.close());

/** What lists show of the expiry, where that is not what a single read shows. */
let listed: string | undefined;

/** Somebody else's renewal until `later` has been seen; it is taken back at `at`, right before the next run. */
async function refundedAt(at: string, policy = policyText(rule)): Promise<void> {
  listed = undefined;
  const ListAppInstanceGroup: (typeof groupHandlers)[string] = (input, context) => {
    const answer = groupHandlers['ListAppInstanceGroup']?.(input, context) as { AppInstanceGroupModels: Record<string, unknown>[] };
    const shown = listed === undefined ? {} : { ExpiredTime: new Date(shanghai(listed)).toISOString().replace('Z', '+00:00') };
    return { ...answer, AppInstanceGroupModels: answer.AppInstanceGroupModels.map((each) => ({ ...each, ...shown })) };
  };
  const groups = [
    { id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: `${later.replace(' ', 'T')}:00+08:00` },
  ];
  fixture = await renewalFixture({ start: '2026-11-05T12:00:00+08:00', groups }, policy, { handlers: { ListAppInstanceGroup } });
  await fixture.run();
  fixture.simulator.advanceTo(shanghai(at));
  moveTo(sooner);
}

function moveTo(text: string): void {
  fixture.simulator.world.accounts.get(accountId)?.groups.get('g')?.renewUntil(shanghai(text), fixture.simulator.world.clock.nowMs);
}

const runAfter = async (ms: number): Promise<RunReport> => {
  fixture.simulator.advance(ms);
  return await fixture.run();
};
const held = ['g hold expiry-changed'];

describe('an expiry that is seen moved back', () => {
  test('is not ordered for by the run that sees it first, and is by the next', async () => {
    await refundedAt('2026-11-06 12:00');
    const plan = await fixture.run('plan');
    const first = await fixture.run();
    expect([verdicts(plan), verdicts(first), orders(fixture).length]).toEqual([held, held, 0]);
    expect(first.purchases?.states).toMatchObject([
      {
        words: 'blocked by a changed expiry',
        because: expect.stringContaining('it expired later when it was last seen'),
        todo: 'Renew it by hand only if no later run does',
      },
    ]);
    await runAfter(hourMs);
    expect(orders(fixture)).toHaveLength(1);
  });

  test.each([
    ['a day', 0, 0],
    ['a moment less than a day', 1, 1],
  ])('with %s left is held or ordered by that', async (_name, moreMs, expected) => {
    await refundedAt('2026-11-11 00:00');
    fixture.simulator.advance(moreMs);
    const report = await fixture.run();
    expect([verdicts(report)[0] === held[0], orders(fixture).length]).toEqual([expected === 0, expected]);
  });

  test('by a list alone, in every other run, is never ordered for', async () => {
    await refundedAt('2026-11-06 12:00');
    moveTo(later);
    for (let run = 0; run < 24; run++) {
      listed = run % 2 === 0 ? sooner : later;
      await runAfter(6 * hourMs);
    }
    expect([orders(fixture).length, fixture.messages.filter(({ title }) => title.startsWith('Expiry moved back'))]).toEqual([0, []]);
  });

  test('in truth, while lists show it in every other run only, is ordered for once, and in time', async () => {
    await refundedAt('2026-11-06 12:00');
    for (let run = 0; run < 24; run++) {
      listed = run % 2 === 0 ? later : sooner;
      await runAfter(6 * hourMs);
    }
    expect(orders(fixture)).toHaveLength(1);
  });

  test.each<[string, () => void]>([
    [
      'what was seen cannot be written',
      () => {
        fixture.store.beforeCreate = (key) => {
          if (key.startsWith('expiries/')) throw new StoreError('Unreachable', 'it is away');
        };
      },
    ],
    ['nobody hears of it', () => ['money', 'oncall'].map((name) => fixture.broken.add(name))],
  ])('while %s, is held until less than a day is left, and ordered for then', async (_name, prepare) => {
    await refundedAt('2026-11-09 00:00');
    prepare();
    const seen: string[] = [];
    for (let run = 0; run < 8; run++) seen.push(verdicts(await runAfter(6 * hourMs)).join());
    expect([seen.filter((text) => text !== held[0]).length, orders(fixture).length]).toEqual([0, 0]);
    await runAfter(6 * hourMs);
    expect(orders(fixture)).toHaveLength(1);
  });

  test('is not ordered for at all where the function only observes, and people are told so', async () => {
    await refundedAt('2026-11-09 12:00', policyText(rule).replace('act: [renew-before-expiry]', 'act: []'));
    for (let run = 0; run < 12; run++) await runAfter(6 * hourMs);
    expect(orders(fixture)).toHaveLength(0);
    const alarms = fixture.messages.filter(({ title }) => title.startsWith('g (g) expires in'));
    expect(alarms.length).toBeGreaterThan(1);
    for (const { title } of alarms) expect(title).toContain('nothing is done (dry run)');
  });
});
