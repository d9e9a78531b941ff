import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBilled } from '../../shared/policy/bill-amount.ts';
import { add, type Money, zero } from '../../shared/policy/money.ts';
import { hourlyAmount } from '../../simulator/world/price.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { at, type BilledEstate, billedEstate } from './billing-estate.ts';
import { day, hour } from './estate.ts';

const types = ['appstreaming.general.4c8g', 'appstreaming.general.8c16g', 'appstreaming.general.16c32g'];

/** Groups of every kind: at a fixed count, by usage with people on them, by a schedule; in either currency. */
const strategies: readonly GroupSeed['pool'][] = [
  { strategy: { fixed: 2 } },
  { strategy: { usage: { nodes: 1, maxScaling: 4 } } },
  { strategy: { schedule: { '1-5': { '09:00-12:10': 3, '13:00-18:30': 2 } }, enable: '2026-11-01', disable: '2027-10-01' } },
];

interface Change {
  readonly afterMs: number;
  readonly group: number;
  /** The second pool, where there is one. */
  readonly second: boolean;
  readonly what: 'more' | 'fewer' | 'delete' | 'renew';
}

const change: fc.Arbitrary<Change> = fc.record({
  // Odd milliseconds, so that days never begin and end on whole seconds of use.
  afterMs: fc.integer({ min: 1, max: 3 * day }),
  group: fc.nat({ max: 4 }),
  second: fc.boolean(),
  what: fc.constantFrom('more', 'more', 'fewer', 'delete', 'renew'),
});

const group = fc.record({
  strategy: fc.nat({ max: 2 }),
  type: fc.nat({ max: 2 }),
  far: fc.boolean(),
  pools: fc.integer({ min: 1, max: 2 }),
});

function seedOf({ strategy, type, far, pools }: { strategy: number; type: number; far: boolean; pools: number }, index: number): GroupSeed {
  const pool = { ...strategies[strategy], instanceType: types[type] as string };
  return {
    ...{ id: `aig-${index}`, name: `g${index}`, region: far ? 'ap-southeast-1' : 'cn-hangzhou', pool: { ...pool, id: `rg-${index}` } },
    users: [{ prefix: `u${index}-`, count: 4, profile: 'office' }],
    ...(pools === 2 ? { morePools: [{ id: `rg-${index}-b`, instanceType: types[(type + 1) % 3] as string, strategy: { fixed: 1 } }] } : {}),
  };
}

/** What happens: a count is changed, a group goes, a subscription is renewed. What is refused changes nothing. */
function happen(made: BilledEstate, { group: index, second, what }: Change): string {
  const named = { AppInstanceGroupId: `aig-${index}`, ProductType: 'CloudApp' };
  if (what === 'delete') return made.refusal('DeleteAppInstanceGroup', named);
  if (what === 'renew') {
    return made.refusal('RenewAppInstanceGroup', {
      ...named,
      AppInstanceGroupId: 'aig-sub',
      Period: 1,
      PeriodUnit: 'Month',
      AutoPay: true,
    });
  }
  const NodePoolStrategy = { StrategyType: 'NODE_FIXED', NodeAmount: what === 'more' ? 5 : 1 };
  return made.refusal('ModifyNodePoolAttribute', { ProductType: 'CloudApp', PoolId: `rg-${index}${second ? '-b' : ''}`, NodePoolStrategy });
}

const subscribed: GroupSeed = {
  ...{ id: 'aig-sub', name: 'sub', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: '2027-06-30T00:00:00+08:00' },
  pool: { id: 'rg-sub', strategy: { fixed: 2 } },
};

/** The rows of both months that the time touches, summed by group and kind as a reader of the API would, exactly. */
function billed(made: BilledEstate, granularity: string): Map<string, Money> {
  const sums = new Map<string, Money>();
  for (const BillingCycle of ['2026-11', '2026-12']) {
    for (const row of made.rows({ BillingCycle, Granularity: granularity })) {
      const amount = parseBilled(JSON.stringify(row.PretaxAmount), row.Currency);
      if (!amount.ok) throw new Error(amount.message);
      const key = `${row.InstanceID} ${row.Item}`;
      sums.set(key, add(sums.get(key) ?? zero(row.Currency), amount.value));
    }
  }
  return sums;
}

test('a bill of thirty days is the settled time of each group times its prices, to the last millionth, whatever happened', () => {
  const happened = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 1, maxLength: 5 }),
      fc.array(change, { maxLength: 12 }),
      fc.constantFrom(0, 24, 48),
      fc.constantFrom('DAILY', 'MONTHLY'),
      (shapes, changes, billLagHours, granularity) => {
        const made = billedEstate({ groups: [...shapes.map(seedOf), subscribed] }, { billLagHours });
        const groups = [...made.account.groups.values()];
        const endMs = at('2026-12-25 00:00');
        for (const next of changes) {
          if (made.world.clock.nowMs + next.afterMs >= endMs) break;
          made.pass(next.afterMs);
          if (happen(made, next) === 'not refused') happened.add(next.what);
        }
        made.world.clock.advanceTo(endMs);
        made.world.settleStatistics();
        // By pool, since pools have prices of their own; the statistics of the group say that none is missing.
        const expected = new Map<string, bigint>();
        for (const meter of made.account.billing.meters) {
          const key = `${meter.place.resource.id} PayAsYouGoBill`;
          expected.set(key, (expected.get(key) ?? 0n) + meter.place.hourly * BigInt(meter.heldUntil(endMs)));
        }
        for (const each of groups) {
          const { payAsYouGoNodeMs } = each.statistics;
          const metered = [...made.account.billing.meters].filter(({ place }) => place.resource === each);
          expect(metered.reduce((sum, meter) => sum + meter.heldUntil(endMs), 0)).toBe(payAsYouGoNodeMs);
          if (each.pools.length > 1) continue;
          const hourly = hourlyAmount(each.pools[0]?.instanceType ?? '', each.region) ?? 0n;
          if (payAsYouGoNodeMs > 0) expect(expected.get(`${each.id} PayAsYouGoBill`)).toBe(hourly * BigInt(payAsYouGoNodeMs));
        }
        const paid = made.account.orders.paidIn('CNY') * 100n;
        made.world.clock.advanceTo(endMs + billLagHours * hour);
        // What was used and ordered after the end is not in it: the lag hides days, and nothing is ordered any more.
        const bill = billed(made, granularity);
        const want = new Map([...expected].map(([key, weight]) => [key, weight / 36_000n]));
        if (paid > 0n) want.set('aig-sub SubscriptionOrder', paid);
        expect(new Map([...bill].map(([key, { micros }]) => [key, micros]))).toEqual(want);
      },
    ),
    { numRuns: 25, seed: 20_261_201 },
  );
  expect([...happened].sort()).toEqual(['delete', 'fewer', 'more', 'renew']);
});
