import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { causeOf, movedSince } from '../../shared/engine/renewals/expiry-moves.ts';
import { readExpiries, recordExpiries } from '../../shared/journal/expiries.ts';
import { runStoring } from '../../shared/journal/store-effect.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { accountId, days, hours, orders, policyText, type RenewalBench, renewalBench, shanghai } from './renewals-bench.ts';

const start = '2026-11-05T12:00:00+08:00';
const rule = (autoPay = true): string =>
  `- {name: month, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: ${autoPay}}`;
const group = (expiresAt: string) => ({ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt });

let bench: RenewalBench;
afterEach(() => bench.close());

const open = async (expiresAt: string, text = policyText(rule())): Promise<void> => {
  bench = await renewalBench({ start, groups: [group(expiresAt)] }, text);
};
const entity = () => bench.simulator.world.accounts.get(accountId)?.groups.get('g');
const renewTo = (text: string): void => void entity()?.renewUntil(shanghai(text), bench.simulator.world.clock.nowMs);
const told = (): readonly string[] =>
  bench.messages
    .filter(({ title, channel }) => channel === 'money' && /^(Somebody else renewed|An expiry moved back)/.test(title))
    .map(({ title, text }) => `${title}: ${text}`);
const runs = async (count: number, apart = 12 * hours): Promise<void> => {
  for (let run = 0; run < count; run++) {
    await bench.run();
    bench.simulator.advance(apart);
  }
};

describe('a renewal by somebody else is told once, in the next run', () => {
  test.each([
    ['9 days before the expiry, outside the window', '2026-11-14 00:00'],
    ['25 days before it', '2026-11-30 00:00'],
    ['in the window', '2026-11-11 00:00'],
  ])('%s', async (_, expiry) => {
    await open(`${expiry.replace(' ', 'T')}:00+08:00`, policyText(rule(), 'limits: {spendPerMonth: 1 CNY}'));
    await runs(1);
    renewTo('2026-12-31 00:00');
    await runs(6);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain(
      `from ${expiry} Asia/Shanghai to 2026-12-31 00:00 Asia/Shanghai without an order of ours, so it is in no budget here`,
    );
  });

  test('twice where somebody renews twice', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    await runs(2);
    renewTo('2027-01-30 00:00');
    await runs(2);
    expect(told()).toHaveLength(2);
  });

  test('also where no rule covers it and where the function only observes', async () => {
    await open(
      '2026-11-30T00:00:00+08:00',
      policyText(rule()).replace('act: [renew-before-expiry]', 'act: []').replace('groups: all', 'groups: {name: "x*"}'),
    );
    await runs(1);
    renewTo('2026-12-30 00:00');
    await runs(3);
    expect(told()).toHaveLength(1);
  });

  test('by the run that reaches somebody, where the channel was dead', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    for (const channel of ['money', 'oncall']) bench.broken.add(channel);
    await runs(3);
    expect(told()).toEqual([]);
    bench.broken.clear();
    await runs(3);
    expect(told()).toHaveLength(1);
  });
});

describe('an order of ours is nobody else’s renewal', () => {
  test('paid at once', async () => {
    await open('2026-11-12T00:00:00+08:00');
    await runs(8);
    expect([orders(bench).length, told()]).toEqual([1, []]);
  });

  test('paid a day later', async () => {
    await open('2026-11-12T00:00:00+08:00', policyText(rule(false)));
    await runs(2, 2 * hours);
    bench.simulator.advance(days);
    const account = bench.simulator.world.accounts.get(accountId);
    account?.orders.pay(bench.simulator.world, orders(bench)[0]?.id ?? '');
    await runs(6);
    expect(told()).toEqual([]);
  });

  test('but one that is paid after a person renewed is a second renewal, and the order is named', async () => {
    await open('2026-11-12T00:00:00+08:00', policyText(rule(false)));
    await runs(2, 2 * hours);
    renewTo('2026-12-12 00:00');
    await runs(2, 2 * hours);
    const order = orders(bench)[0]?.id ?? '';
    bench.simulator.world.accounts.get(accountId)?.orders.pay(bench.simulator.world, order);
    await runs(4, 2 * hours);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain(`Our last order for it is ${order}`);
  });
});

test('an expiry that moved back is told as a refund, outside the window too', async () => {
  await open('2027-03-01T00:00:00+08:00');
  await runs(1);
  renewTo('2027-01-01 00:00');
  await runs(4);
  expect(told()).toEqual([
    expect.stringMatching(/^An expiry moved back: g \(g\): The expiry moved from 2027-03-01.* to 2027-01-01.*a refund, perhaps/),
  ]);
});

test('what is seen first is where watching begins, and a plan writes nothing down', async () => {
  await open('2026-11-30T00:00:00+08:00');
  await bench.run('plan');
  expect([...bench.store.records.keys()].filter((key) => key.startsWith('expiries/'))).toEqual([]);
  await runs(5);
  expect(told()).toEqual([]);
  // Nothing moved, so nothing more was written.
  expect([...bench.store.records.keys()].filter((key) => key.startsWith('expiries/'))).toHaveLength(1);
});

describe('the stream of expiries', () => {
  test('gives back what was last seen, through snapshots, chunks and what is gone (1,000 random changes)', async () => {
    const store = memoryStore();
    const expected = new Map<string, number>();
    const random = fc.sample(fc.tuple(fc.nat(30), fc.option(fc.nat(10 ** 9), { freq: 4 })), { numRuns: 1000, seed: 7 });
    for (const [index, [resource, value]] of random.entries()) {
      const seen = await runStoring(store, readExpiries(accountId));
      await runStoring(store, recordExpiries(seen, { owner: `run-${index}`, atMs: index }, new Map([[`r${resource}`, value]])));
      if (value === null) expected.delete(`r${resource}`);
      else expected.set(`r${resource}`, value);
    }
    const { seconds } = await runStoring(store, readExpiries(accountId));
    expect([...seconds].sort()).toEqual([...expected].sort());
  });

  test('keeps records of a large account small', async () => {
    const store = memoryStore();
    const changes = new Map(
      Array.from({ length: 100_000 }, (_, index) => [`aig-${String(index).padStart(12, '0')}`, 1_800_000_000 + index] as const),
    );
    await runStoring(store, recordExpiries(await runStoring(store, readExpiries(accountId)), { owner: 'run', atMs: 0 }, changes));
    expect(Math.max(...[...store.records.values()].map((bytes) => bytes.length))).toBeLessThan(256 * 1024);
    expect((await runStoring(store, readExpiries(accountId))).seconds.size).toBe(100_000);
  });

  test('of two runs that saw the same one writes, and the other writes nothing of its own', async () => {
    const store = memoryStore();
    const seen = await runStoring(store, readExpiries(accountId));
    const changes = new Map([['g', 1]]);
    expect(await runStoring(store, recordExpiries(seen, { owner: 'a', atMs: 0 }, changes))).toBe(true);
    expect(await runStoring(store, recordExpiries(seen, { owner: 'b', atMs: 0 }, changes))).toBe(false);
    expect(store.records.size).toBe(1);
  });
});

test('readings less than an hour apart are one expiry, and one that cannot be read is none', () => {
  const seen = { seconds: new Map([['g', 1_800_000_000]]) };
  const at = (ms: number | undefined) => movedSince(seen, { subjects: [{ id: 'g', expiresAtMs: ms }], complete: true }).length;
  expect([at(1_800_000_000_000), at(1_800_000_001_000), at(undefined), at(1_800_000_000_000 + hours)]).toEqual([0, 0, 0, 1]);
});

test('an open claim explains the move that it was placed for only', () => {
  const claim = { expiry: 1_800_000_000, period: { count: 1, unit: 'Month' } } as never;
  const view = { open: { n: 0, claim } } as never;
  const from = 1_800_000_000_000;
  expect(causeOf({ fromMs: from, toMs: from + 30 * days }, view)).toBe('ours');
  expect(causeOf({ fromMs: from, toMs: from + 60 * days }, view)).toBe('settled');
});
