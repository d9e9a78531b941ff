import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amortize } from '../../shared/billing/amortization.ts';
import { type CostLine, costTable, poolCosts, subscriptionCosts, type UnknownLine } from '../../shared/billing/cost-table.ts';
import { counterfactual, steadyLevel, withRule } from '../../shared/billing/counterfactual.ts';
import { measure } from '../../shared/billing/meter.ts';
import { priceBook } from '../../shared/billing/price-book.ts';
import type { PoolState } from '../../shared/billing/usage.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { currencyOf, hourlyAmount, subscriptionPrice } from '../../simulator/world/price.ts';
import { cny } from '../fixtures/money.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../fixtures/times.ts';
import { billedMicros, watch } from './watched-world.ts';

const service = zoneTable('Asia/Shanghai', shanghai('2026-01-01'), shanghai('2028-01-01'));

const line: fc.Arbitrary<CostLine> = fc.record({
  target: fc.constantFrom('cn', 'sg'),
  resource: fc.constantFrom('a', 'b', 'c', 'd'),
  rule: fc.constantFrom('office', 'null', undefined),
  tags: fc.constantFrom({}, { department: 'finance' }, { department: 'hr' }),
  date: fc.constantFrom('2026-11-25', '2026-11-26'),
  instanceType: fc.constantFrom('x', 'y', undefined),
  currency: fc.constantFrom('CNY', 'USD'),
  measured: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  amortized: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  counterfactual: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  potential: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
});

type Key = (line: CostLine | UnknownLine) => string | undefined;
const groupings: readonly Key[] = [
  ({ target }) => target,
  ({ resource }) => resource,
  ({ rule }) => rule,
  ({ date }) => date,
  ({ instanceType }) => instanceType,
  ({ tags }) => tags?.department,
  () => undefined,
];

const figures = ['measured', 'amortized', 'cost', 'counterfactual', 'saved', 'potential'] as const;

test('the sums are the same by whatever key, in whatever order, and shares are exactly 100 % of each currency', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const { totals } = costTable({ lines, unknown: [] }, () => undefined);
      for (const keyOf of groupings) {
        const table = costTable({ lines, unknown: [] }, keyOf);
        expect(table.totals).toEqual(totals);
        expect(costTable({ lines: [...lines].reverse(), unknown: [] }, keyOf)).toEqual(table);
        for (const total of totals) {
          const rows = table.rows.filter(({ currency }) => currency === total.currency);
          expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
          for (const figure of figures) {
            expect(rows.reduce((sum, row) => sum + row[figure].micros, 0n)).toBe(total[figure].micros);
          }
          if (total.cost.micros > 0n) expect(rows.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBe(10_000);
        }
        for (const row of table.rows) expect(row.saved.micros).toBe(row.counterfactual.micros - row.measured.micros);
      }
    }),
  );
});

test('a share is its part of the cost to within a hundredth of a percent, and nothing has none', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) => {
      const { rows, totals } = costTable({ lines, unknown: [] }, ({ resource }) => resource);
      for (const { share, cost, currency } of rows) {
        const total = totals.find((each) => each.currency === currency)?.cost.micros ?? 0n;
        if (total === 0n) expect(share).toBeUndefined();
        else expect(Math.abs((share ?? 0) - (Number(cost.micros) / Number(total)) * 10_000)).toBeLessThan(1);
      }
    }),
  );
});

const fromMs = shanghai('2026-11-25');
const untilMs = fromMs + dayMs;
const state = (more: Partial<PoolState> = {}): PoolState => ({
  ...{
    region: 'cn-hangzhou',
    instanceType: 'a',
    charge: 'pay-as-you-go',
    nodes: 2,
    scalingNodes: 0,
    inUse: 1,
    set: 'fixed 2',
    found: true,
  },
  ...more,
});

/** A day of pools, one for each state, each of a group of its own. */
function day(states: readonly PoolState[], skips: (ms: number) => boolean = () => false) {
  const seenMs = Array.from({ length: 289 }, (_, i) => fromMs + i * 5 * minuteMs).filter((ms) => !skips(ms));
  const pools = states.map((each, i) => ({ group: `g${i}`, pool: `p${i}`, changes: [{ atMs: fromMs, state: each }] }));
  const quotes = [{ atMs: fromMs, region: 'cn-hangzhou', instanceType: 'a', price: cny(1) }];
  const usage = { target: 'cn', span: { fromMs, untilMs }, seenMs, pools, quotes };
  return { meters: measure(usage, usage.span, { zone: service, service }).pools, book: priceBook(quotes) };
}

const byResource: Key = ({ resource }) => resource;

test('what has no price, no charge or no measured time has a line of its own, with its ids', () => {
  const { meters, book } = day([state(), state({ instanceType: 'new' }), state({ charge: undefined })], (ms) => ms > fromMs + 20 * hourMs);
  const costs = poolCosts(
    meters.map((meter) => ({
      meter,
      subject: { target: 'cn', resource: meter.group },
      counterfactual: counterfactual(meter, { kind: 'as-found' }, { service }),
    })),
    book,
  );
  const table = costTable(costs, () => undefined);
  expect(table.totals.map(({ measured }) => measured)).toEqual([cny(40)]);
  expect(table.unknown).toEqual([
    { key: undefined, because: 'charge-not-told', resources: ['g2'], ms: 40 * hourMs },
    { key: undefined, because: 'no-price', resources: ['g1'], ms: 40 * hourMs },
    { key: undefined, because: 'unmeasured', resources: ['g0', 'g1', 'g2'], ms: 12 * hourMs },
  ]);
});

test('where no baseline is known nothing is claimed, and the group is named', () => {
  const { meters, book } = day([state({ found: false, set: 'fixed 1', nodes: 1 })]);
  const [meter] = meters;
  if (meter === undefined) throw new Error('nothing was measured');
  const priced = {
    meter,
    subject: { target: 'cn', resource: 'g0' },
    counterfactual: counterfactual(meter, { kind: 'as-found' }, { service }),
  };
  const { totals, unknown } = costTable(poolCosts([priced], book), byResource);
  expect(totals.map(({ measured, saved }) => [measured, saved])).toEqual([[cny(24), cny(0)]]);
  expect(unknown).toEqual([{ key: 'g0', because: 'no-baseline', resources: ['g0'], ms: dayMs }]);
});

test('a rule in dry run has saved exactly nothing; what it would have saved stands apart', () => {
  const { meters, book } = day([state()]);
  const [meter] = meters;
  if (meter === undefined) throw new Error('nothing was measured');
  const priced = {
    ...{ meter, subject: { target: 'cn', resource: 'g0' }, counterfactual: counterfactual(meter, { kind: 'as-found' }, { service }) },
    underRule: withRule(meter, steadyLevel(1, { fromMs: fromMs - dayMs, untilMs: untilMs + dayMs }), { service }),
  };
  const [row] = costTable(poolCosts([priced], book), byResource).rows;
  expect([row?.cost, row?.saved, row?.potential]).toEqual([cny(48), cny(0), cny(24)]);
});

test('where we made it dearer, saved is negative', () => {
  const { meters, book } = day([state({ found: false, nodes: 5, set: 'fixed 5' })]);
  const [meter] = meters;
  if (meter === undefined) throw new Error('nothing was measured');
  const baseline = { kind: 'as-found', set: 'fixed 2' } as const;
  const priced = { meter, subject: { target: 'cn', resource: 'g0' }, counterfactual: counterfactual(meter, baseline, { service }) };
  const [row] = costTable(poolCosts([priced], book), byResource).rows;
  expect(row?.saved).toEqual({ currency: 'CNY', micros: -72_000_000n });
});

test('the account of the demo, untouched for 30 days: departments have 100 % of what is billed, and nothing is left out without a line', async () => {
  const seed = JSON.parse(readFileSync(new URL('../../simulator/scenarios/demo.json', import.meta.url), 'utf8'));
  const world = buildWorld(seed);
  const span = { fromMs: world.clock.nowMs, untilMs: world.clock.nowMs + 30 * dayMs };
  const accounts = [...world.accounts.values()];
  const groups = accounts.flatMap((account) => [...account.groups.values()]);
  const usage = await watch(world, { account: { groups: { values: () => groups } }, untilMs: span.untilMs, everyMs: 15 * minuteMs });

  const inYuan = ({ region }: { readonly region: string }) => currencyOf(region) === 'CNY';
  const byId = new Map(groups.map((group) => [group.id, group]));
  const subjectOf = (resource: string) => {
    const department = byId.get(resource)?.tags.get('department')?.value;
    return { target: 'demo', resource, ...(department === undefined ? {} : { tags: { department } }) };
  };
  const pools = measure(usage, span, { zone: service, service }).pools.map((meter) => ({
    ...{ meter, subject: subjectOf(meter.group), counterfactual: counterfactual(meter, { kind: 'as-found' }, { service }) },
  }));
  const monthly = (micros: bigint | undefined) => (micros === undefined ? {} : { perMonth: { currency: 'CNY', micros } });
  const bought = groups
    .filter((group) => group.charge === 'PrePaid' && inYuan(group))
    .map((group) => {
      const [pool] = group.pools;
      // What has no nodes any more has no quote either.
      const nodes = group.status === 'CEASED' ? undefined : pool?.boughtAmount;
      const price = nodes === undefined ? undefined : subscriptionPrice(pool?.instanceType ?? '', group.region, nodes, 1, 'Month');
      return {
        resource: group.id,
        fromMs: group.createdMs,
        untilMs: group.expiresMs ?? span.untilMs,
        ...monthly(price && price.original * 100n),
      };
    });
  const workstations = accounts.flatMap((account) => [...account.workstations.values()]);
  const stations = workstations
    .filter(({ charge }) => charge === 'PrePaid')
    .map(({ id, createdMs, expiresMs }) => ({ resource: id, fromMs: createdMs, untilMs: expiresMs ?? span.untilMs }));
  const subscribed = subscriptionCosts(amortize([...bought, ...stations], [], span, service), subjectOf);
  const nodes = poolCosts(pools, priceBook(usage.quotes));
  const byTheHour = workstations
    .filter(({ charge }) => charge === 'PostPaid')
    .map(({ id, instanceType }) => ({ ...subjectOf(id), date: undefined, instanceType, because: 'not-metered' as const, ms: 30 * dayMs }));
  const costs = { lines: [...nodes.lines, ...subscribed.lines], unknown: [...nodes.unknown, ...subscribed.unknown, ...byTheHour] };
  const table = costTable(costs, ({ tags }) => tags?.department);

  const bill = accounts.reduce((sum, account) => {
    const mine = [...account.groups.values()].filter(inYuan);
    return sum + mine.reduce((all, { id }) => all + billedMicros(account, id, span.fromMs, span.untilMs), 0n);
  }, 0n);
  const bySubscription = groups.filter(inYuan).reduce((sum, { statistics, pools: [pool], region }) => {
    return (
      sum +
      (BigInt(statistics.subscriptionNodeMs) * (hourlyAmount(pool?.instanceType ?? '', region) ?? 0n) * 100n * 324n) / BigInt(30 * dayMs)
    );
  }, 0n);
  const [total] = table.totals.filter(({ currency }) => currency === 'CNY');
  const off = (found: bigint | undefined, expected: bigint) => Math.abs(Number((found ?? 0n) - expected) / Number(expected));
  expect(off(total?.measured.micros, bill)).toBeLessThan(0.001);
  expect(total?.amortized.micros).toBe(bySubscription);
  expect(total?.saved).toEqual(cny(0));
  const rows = table.rows.filter(({ currency }) => currency === 'CNY');
  expect(rows.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBe(10_000);
  // Each group and each workstation is in a sum or on a line of its own.
  const told = new Set([...costs.lines.map(({ resource }) => resource), ...table.unknown.flatMap(({ resources }) => resources)]);
  expect([...groups, ...workstations].map(({ id }) => id).filter((id) => !told.has(id))).toEqual([]);
});
