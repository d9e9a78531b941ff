import { afterEach, expect, test } from 'vitest';
import { minuteMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

let fixture: RenewalFixture | undefined;
afterEach(() => fixture?.close());

/** As many as two whole runs order, and some more. */
const many = 110;
const rule = '- {name: all, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

/** A store in memory that counts what is asked of it. */
function countedStore() {
  const asked = { create: 0, read: 0, list: 0 };
  const store = memoryStore();
  const counting =
    <A extends unknown[], R>(what: keyof typeof asked, call: (...args: A) => R) =>
    (...args: A): R => {
      asked[what] += 1;
      return call(...args);
    };
  const { create, read, list } = store;
  Object.assign(store, { create: counting('create', create), read: counting('read', read), list: counting('list', list) });
  return { asked, store };
}

test(`${many} subscriptions of one day are ordered in three runs, each once, at what calls, records and messages this costs`, async () => {
  const groups = Array.from({ length: many }, (_, index) => ({
    ...{ id: `g${index}`, name: `g${index}`, region: 'cn-hangzhou' },
    ...{ charge: 'PrePaid' as const, expiresAt: '2026-11-30T00:00:00+08:00' },
  }));
  const { store, asked } = countedStore();
  const at = await renewalFixture({ start: '2026-11-24T12:00:00+08:00', groups }, policyText(rule), { store });
  fixture = at;
  const ordered: number[] = [];
  for (let run = 0; run < 3; run++) {
    await at.run();
    ordered.push(orders(at).length);
    at.simulator.advance(10 * minuteMs);
  }
  expect(ordered).toEqual([50, 100, 110]);
  expect(new Set(orders(at).flatMap(({ resourceIds }) => resourceIds)).size).toBe(many);

  // Each run lists once and asks the price of all that is due; an order is read again before its claim and before it is sent, and followed up once.
  expect(received(at)).toMatchObject({
    ListAppInstanceGroup: 6,
    ListWuyingServer: 3,
    GetResourceRenewPrice: 110 + 60 + 10,
    RenewAppInstanceGroup: many,
    GetCallerIdentity: 1,
  });
  expect(received(at)['GetAppInstanceGroup']).toBeLessThanOrEqual(3 * many);
  expect([asked.create < 3.5 * many, asked.read < 11 * many, asked.list < 6 * many], JSON.stringify(asked)).toEqual([true, true, true]);
  expect(at.messages.map(({ title }) => title)).toEqual([
    expect.stringMatching(/^Ordered a renewal of \S+ \(\S+\) for 233\.28 CNY, and 49 more alike$/),
    '60 renewals are held on home',
    expect.stringMatching(/and 49 more alike$/),
    expect.stringMatching(/and 9 more alike$/),
  ]);
});

/** How many requests of each operation the service received. */
function received({ simulator }: RenewalFixture): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(simulator.ledger.counts()).map(([action, stages]) => [action, stages.received]));
}
