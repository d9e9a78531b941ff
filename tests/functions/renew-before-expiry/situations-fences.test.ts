import { afterEach, describe, expect, test } from 'vitest';
import { prepaidGroup } from '../../fixtures/groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-10T12:00:00+08:00';
const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

let fixture: RenewalFixture;
afterEach(() => fixture.close());

/** Runs every four hours until an instant. */
async function playUntil(text: string): Promise<void> {
  while (fixture.simulator.world.clock.nowMs < shanghai(text)) {
    await fixture.run();
    fixture.simulator.advance(4 * hourMs);
  }
}

const renewed = (): readonly string[] =>
  orders(fixture)
    .flatMap(({ resourceIds }) => resourceIds)
    .sort();
const lapsed = (): readonly string[] =>
  [...(fixture.simulator.world.accounts.get(accountId)?.groups.values() ?? [])]
    .filter(({ expiresMs }) => expiresMs !== undefined && expiresMs <= fixture.simulator.world.clock.nowMs)
    .map(({ id }) => id);

describe('limits against harm do not stop renewals', () => {
  test.each([
    ['a share of the fleet', 'shareOfRulePerRun: 30%'],
    ['a share of the fleet in a day', 'shareOfRulePer24h: 10%'],
    ['actions of a run', 'actionsPerRun: 1'],
    ['actions of a day', 'actionsPer24h: 1'],
    ['no action at all', 'actionsPerRun: 0'],
  ])('%s', async (_, limit) => {
    const fleet = ['a', 'b', 'c'].map((id) => prepaidGroup(id, '2026-11-14T00:00:00+08:00'));
    fixture = await renewalFixture({ start, groups: fleet }, policyText(rule, `limits: {spendPerMonth: 100000 CNY, ${limit}}`));
    await playUntil('2026-11-14 00:00');
    expect([renewed(), lapsed()]).toEqual([['a', 'b', 'c'], []]);
  });
});

describe('the number of orders of a run', () => {
  const fleet = [
    prepaidGroup('c', '2026-11-15T03:00:00+08:00'),
    prepaidGroup('a', '2026-11-15T01:00:00+08:00'),
    prepaidGroup('d', '2026-11-15T04:00:00+08:00'),
    prepaidGroup('b', '2026-11-15T02:00:00+08:00'),
  ];

  test('lets what expires first go first; the rest is told, and follows in the next runs', async () => {
    fixture = await renewalFixture({ start, groups: fleet }, policyText(rule, 'limits: {spendPerMonth: 100000 CNY, ordersPerRun: 2}'));
    const report = await fixture.run();
    expect(renewed()).toEqual(['a', 'b']);
    expect(verdicts(report).filter((each) => each.includes('hold'))).toEqual(['c hold orders-per-run', 'd hold orders-per-run']);
    expect(fixture.messages.find(({ title }) => title.includes('held'))?.text).toContain('limits.ordersPerRun is 2');
    fixture.simulator.advance(hourMs);
    await fixture.run();
    expect(renewed()).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is 50 where the policy does not say', async () => {
    const many = Array.from({ length: 53 }, (_, index) => prepaidGroup(`g${String(index).padStart(2, '0')}`, '2026-11-15T01:00:00+08:00'));
    fixture = await renewalFixture({ start, groups: many }, policyText(rule, 'limits: {spendPerMonth: 100000 CNY}'));
    await fixture.run();
    expect(renewed()).toHaveLength(50);
  });

  test('of 0 forbids every order, and people are told of the lapse that comes', async () => {
    fixture = await renewalFixture(
      { start, groups: fleet.slice(0, 1) },
      policyText(rule, 'limits: {spendPerMonth: 100000 CNY, ordersPerRun: 0}'),
    );
    await playUntil('2026-11-15 03:00');
    expect(renewed()).toEqual([]);
    expect(fixture.messages.filter(({ title }) => / expires in .*blocked by limit$/.test(title)).length).toBeGreaterThan(2);
  });
});

describe('a freeze', () => {
  const frozen = (from: string, until: string): string =>
    policyText(rule, `limits: {spendPerMonth: 100000 CNY, freezes: [{from: ${from}, until: ${until}, because: Closing}]}`);

  test('holds a renewal that can be ordered a day before its expiry after it', async () => {
    fixture = await renewalFixture({ start, groups: [prepaidGroup('g', '2026-11-15T00:00:00+08:00')] }, frozen('2026-11-09', '2026-11-13'));
    expect(verdicts(await fixture.run())).toEqual(['g hold frozen']);
    await playUntil('2026-11-13 00:00');
    expect(renewed()).toEqual([]);
    await playUntil('2026-11-13 05:00');
    expect(renewed()).toEqual(['g']);
  });

  test.each([
    ['2026-11-14', 'g hold frozen'],
    ['2026-11-14T00:01', 'g act due'],
  ])('that ends at %s before an expiry at the end of that day: %s', async (until, verdict) => {
    fixture = await renewalFixture({ start, groups: [prepaidGroup('g', '2026-11-15T00:00:00+08:00')] }, frozen('2026-11-09', until));
    expect(verdicts(await fixture.run())).toEqual([verdict]);
  });

  test('that begins between the decision and the order stops the order', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-10T23:59:50+08:00', groups: [prepaidGroup('g', '2026-11-15T00:00:00+08:00')] },
      frozen('2026-11-11', '2026-11-13'),
    );
    const { create } = fixture.store;
    fixture.store.create = async (key, bytes) => {
      const made = await create(key, bytes);
      if (key.endsWith('/claim')) fixture.simulator.advance(10_000);
      return made;
    };
    await fixture.run();
    expect(renewed()).toEqual([]);
    await playUntil('2026-11-13 05:00');
    expect([renewed(), lapsed()]).toEqual([['g'], []]);
  });

  test('does not hold one for which less than a day would be left after it', async () => {
    fixture = await renewalFixture(
      { start, groups: [prepaidGroup('g', '2026-11-15T00:00:00+08:00')] },
      frozen('2026-11-09', '2026-11-14T12:00'),
    );
    const { decisions } = await fixture.run();
    expect([renewed(), decisions[0]?.because.map(({ code }) => code)]).toEqual([['g'], ['due', 'in-spite-of-freeze']]);
  });

  test('ends by the clock of the target: where that leaves less than a day, it does not hold either', async () => {
    // Over in Shanghai, and not yet in New York.
    const text = frozen('2026-11-09', '2026-11-13').replace('endpoint: cn-shanghai', 'endpoint: cn-shanghai, timezone: America/New_York');
    fixture = await renewalFixture({ start: '2026-11-13T00:30:00+08:00', groups: [prepaidGroup('g', '2026-11-13T20:00:00+08:00')] }, text);
    const { decisions } = await fixture.run();
    expect([renewed(), decisions[0]?.because.map(({ code }) => code)]).toEqual([['g'], ['due', 'in-spite-of-freeze']]);
  });

  test('counts together with the freezes that follow it without a gap', async () => {
    const text = policyText(
      rule,
      'limits: {spendPerMonth: 100000 CNY, freezes: [{from: 2026-11-12, until: 2026-11-16, because: Second}, {from: 2026-11-09, until: 2026-11-12, because: First}]}',
    );
    fixture = await renewalFixture({ start, groups: [prepaidGroup('g', '2026-11-15T00:00:00+08:00')] }, text);
    await fixture.run();
    expect(renewed()).toEqual(['g']);
  });

  test('never makes a subscription lapse, whenever it begins and ends', async () => {
    for (const [from, until] of [
      ['2026-11-10', '2026-11-14'],
      ['2026-11-11', '2026-11-15'],
      ['2026-11-13', '2026-11-30'],
      ['2026-11-14', '2026-11-20'],
    ] as const) {
      const at = await renewalFixture(
        { start: '2026-11-09T12:00:00+08:00', groups: [prepaidGroup('g', '2026-11-15T00:00:00+08:00')] },
        frozen(from, until),
      );
      fixture = at;
      await playUntil('2026-11-15 00:00');
      expect([from, until, renewed(), lapsed()]).toEqual([from, until, ['g'], []]);
      if (until !== '2026-11-20') await at.close();
    }
  });

  test('is no way round an exception that forbids renewals', async () => {
    const text = policyText(
      rule,
      'limits: {spendPerMonth: 100000 CNY, freezes: [{from: 2026-11-09, until: 2026-11-30, because: Closing}]}\nexceptions: [{because: Moved away, groups: all, from: 2026-11-01, until: 2026-12-01, never: [renew]}]',
    );
    fixture = await renewalFixture({ start, groups: [prepaidGroup('g', '2026-11-12T00:00:00+08:00')] }, text);
    expect(verdicts(await fixture.run())).toEqual(['g hold exception-never']);
    fixture.simulator.advance(dayMs);
    expect(renewed()).toEqual([]);
  });
});
