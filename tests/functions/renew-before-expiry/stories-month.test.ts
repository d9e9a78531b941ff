import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunReport } from '../../../shared/engine/report.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { readBudget } from '../../../shared/journal/renewals/budget.ts';
import { type RenewalEntry, readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/renewals.ts';
import { handlers as workstationHandlers } from '../../../simulator/operations/workstation-orders.ts';
import type { GroupSeed, WorkstationSeed } from '../../../simulator/world/seed.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { accountId, dearer, orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-02T11:30:00+08:00';
const startMs = Date.parse(start);
const endMs = startMs + 31 * dayMs;
const kinds = ['week', 'month', 'quarter', 'half', 'year', 'asked', 'silent', 'let-go', 'stray'] as const;

/** Expiries all over the month, at day boundaries of UTC+8, the same in every run of the test. */
const expiry = (index: number): string => {
  const date = new Date(startMs + (5 + ((index * 17) % 36)) * dayMs + 8 * hourMs).toISOString().slice(0, 10);
  return `${date}T00:00:00+08:00`;
};

const groups: readonly GroupSeed[] = Array.from({ length: 150 }, (_, index) => ({
  id: `g-${index}`,
  name: `${kinds[index % kinds.length]}-${index}`,
  region: index % 10 === 9 ? 'ap-southeast-1' : 'cn-hangzhou',
  charge: 'PrePaid',
  expiresAt: expiry(index),
}));
const workstations: readonly WorkstationSeed[] = Array.from({ length: 50 }, (_, index) => ({
  id: `w-${index}`,
  name: `render-${index}`,
  region: 'cn-hangzhou',
  expiresAt: expiry(index * 3 + 1),
}));

const rule = (name: string, more: string) =>
  `- {name: ${name}, groups: {name: "${name}-*"}, consoleAutoRenew: disabled, autoPay: true, ${more}}`;
const rules = [
  rule('week', 'daysBefore: 4, period: 1 Week'),
  rule('month', 'period: 1 Month'),
  rule('quarter', 'period: 3 Month'),
  rule('half', 'period: 6 Month'),
  rule('year', 'period: 1 Year, maxPrice: [3000 CNY, 450 USD]'),
  rule('asked', 'period: 1 Month, ask: {above: [200 CNY, 30 USD], who: finance, remind: [3d, 1d]}'),
  rule('silent', 'period: 1 Month, ask: {above: [200 CNY, 30 USD], who: finance}, unanswered: renew 1 Week'),
  '- {name: let-go, groups: {name: "let-go-*"}, renew: never}',
  '- {name: render, workstations: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, pricePerMonth: {eds.proworkstation_flagship_elite.32c64g.48g1x: 5120 CNY}}',
].join('\n');

/** Orders as the service executed them: which resource, and the expiry that it had then. */
interface Executed {
  readonly id: string;
  readonly expiresMs: number | undefined;
}

let fixture: RenewalFixture;
const executed: Executed[] = [];
const reports: RunReport[] = [];
/** Expiries that passed without having moved, by resource. */
const lapsed: { readonly id: string; readonly expiresMs: number }[] = [];
let histories: ReadonlyMap<string, readonly RenewalEntry[]>;

const recorded =
  (handler: Handler | undefined): Handler =>
  (input, context) => {
    const id: string = input.AppInstanceGroupId ?? input.WuyingServerId;
    const { groups: all, workstations: stations } = context.account;
    executed.push({ id, expiresMs: (all.get(id) ?? stations.get(id))?.expiresMs });
    return (handler as Handler)(input, context);
  };

beforeAll(async () => {
  const factor = { percent: 100n };
  fixture = await renewalFixture({ start, groups, workstations }, policyText(rules, 'limits: {spendPerMonth: [150000 CNY, 900 USD]}'), {
    handlers: {
      ...dearer(factor),
      RenewAppInstanceGroup: recorded(groupHandlers['RenewAppInstanceGroup']),
      RenewWuyingServer: recorded(workstationHandlers['RenewWuyingServer']),
    },
    faults: [
      { kind: 'lose-answer', action: 'RenewAppInstanceGroup', skip: 5 },
      { kind: 'drop', action: 'RenewAppInstanceGroup', skip: 10 },
      { kind: 'throttle', action: 'RenewAppInstanceGroup', skip: 14 },
      { kind: 'html', action: 'RenewWuyingServer', httpStatus: 503, execute: true, skip: 7 },
      { kind: 'fail', action: 'ListAppInstanceGroup', httpStatus: 500, skip: 90, times: 8 },
    ],
  });
  const { simulator, store } = fixture;
  const account = simulator.world.accounts.get(accountId);
  let beforeRead = (): void => {};
  const { read } = store;
  store.read = async (key) => {
    beforeRead();
    return read(key);
  };
  const expiries = new Map<string, number>();
  const approved = new Set<string>();
  for (let nowMs = startMs; nowMs < endMs; nowMs += 4 * hourMs) {
    simulator.advanceTo(Math.max(nowMs, simulator.world.clock.nowMs));
    factor.percent = 100n + BigInt(Math.floor((nowMs - startMs) / dayMs));
    for (const [id, { expiresMs }] of [...(account?.groups ?? []), ...(account?.workstations ?? [])]) {
      const before = expiries.get(id);
      if (
        before !== undefined &&
        before <= simulator.world.clock.nowMs &&
        !lapsed.some((each) => each.id === id && each.expiresMs === before)
      ) {
        if (expiresMs === before) lapsed.push({ id, expiresMs: before });
      }
      if (expiresMs !== undefined) expiries.set(id, expiresMs);
    }
    // The store is away for a day.
    const away = nowMs >= startMs + 12 * dayMs && nowMs < startMs + 13 * dayMs;
    const answer = () => {
      if (away) throw new StoreError('Unreachable', 'the store does not answer');
    };
    store.beforeCreate = answer;
    beforeRead = answer;
    const report = await fixture.run();
    reports.push(report);
    for (const { resource, amount, expires } of report.purchases?.waiting ?? []) {
      if (approved.size >= 3 || approved.has(resource.id)) continue;
      approved.add(resource.id);
      store.beforeCreate = () => {};
      await fixture.say({ resource: resource.id, expiresAtMs: Date.parse(expires), highest: { ...amount, micros: amount.micros * 2n } });
    }
  }
  store.beforeCreate = () => {};
  beforeRead = () => {};
  const ids = [...groups, ...workstations].map(({ id }) => id as string);
  histories = new Map(
    await Promise.all(ids.map(async (id) => [id, await runStoring(store, readHistory(renewalStream(accountId, id)))] as const)),
  );
}, 120_000);
afterAll(() => fixture.close());

describe('a month of 200 subscriptions, rising prices, a scarce budget, three approvals, five faults and a store that is away', () => {
  test('is a month in which things happen', () => {
    const claims = [...histories.values()].flat();
    const outcomes = new Set(claims.map(({ answer }) => answer?.outcome));
    expect([...outcomes].sort()).toEqual(['ordered', 'rejected', 'unclear']);
    expect(new Set(claims.map(({ claim }) => `${claim?.period.count} ${claim?.period.unit}`)).size).toBeGreaterThanOrEqual(5);
    expect(claims.filter(({ claim }) => claim?.note?.['approvedBy'] !== undefined)).toHaveLength(3);
    expect(claims.some(({ claim }) => claim?.note?.['unasked'] === true)).toBe(true);
    const codes = new Set(reports.flatMap(({ decisions }) => decisions.map(({ because }) => because[0]?.code)));
    for (const code of [
      'budget-short',
      'needs-approval',
      'price-over-maximum',
      'month-change',
      'journal-unavailable',
      'order-unclear',
      'expired',
    ]) {
      expect(codes).toContain(code);
    }
    expect(executed.length).toBeGreaterThan(80);
    expect(lapsed.length).toBeGreaterThan(10);
  });

  test('no expiry is ordered for twice, and each order belongs to one claim', () => {
    const moves = executed.map(({ id, expiresMs }) => `${id} ${expiresMs}`);
    expect(moves).toEqual([...new Set(moves)]);
    expect(orders(fixture)).toHaveLength(executed.length);
    for (const { id, expiresMs } of executed) {
      const claims = histories.get(id)?.filter(({ claim }) => claim?.expiry === (expiresMs ?? 0) / 1000 && claim !== undefined) ?? [];
      expect(claims.filter(({ end }) => end?.outcome !== 'void')).toHaveLength(1);
    }
    const sent = ['RenewAppInstanceGroup', 'RenewWuyingServer'].reduce(
      (sum, action) => sum + fixture.simulator.ledger.count(action, 'received'),
      0,
    );
    expect(sent).toBe([...histories.values()].flat().length);
  });

  test('nothing lapses of which nobody was told before', () => {
    for (const { id, expiresMs } of lapsed) {
      const told = fixture.messages
        .filter(({ timeMs }) => timeMs < expiresMs)
        .flatMap(({ data }) => (data?.['alike'] ?? [data]) as readonly (Readonly<Record<string, unknown>> | undefined)[])
        .filter((data) => data?.['resource'] === id && data['expiresAtMs'] === expiresMs);
      expect([id, told.length > 0]).toEqual([id, true]);
    }
  });

  test('no month exceeds its limit, by the journal and by what the service charged', async () => {
    for (const { currency, micros } of fixture.policy.limits.spendPerMonth ?? []) {
      for (const month of ['2026-11', '2026-12']) {
        const { state } = await runStoring(fixture.store, readBudget(currency, month));
        expect(state.usedMicros).toBeLessThanOrEqual(micros);
        const charged = orders(fixture)
          .filter((order) => order.currency === currency && new Date(order.placedMs + 8 * hourMs).toISOString().startsWith(month))
          .reduce((sum, { amount }) => sum + amount * 100n, 0n);
        expect(charged).toBeLessThanOrEqual(micros);
      }
    }
  });

  test('under the scarce budget the nearest expiries come first within each run', () => {
    for (const { purchases, decisions } of reports) {
      const short = decisions.filter(({ because }) => because[0]?.code === 'budget-short');
      for (const { action } of short) expect(action?.cost?.kind).toBe('quote');
      const expires = purchases?.orders.map((order) => order.expires) ?? [];
      expect(expires).toEqual([...expires].sort());
    }
  });

  test('leaves a journal without a broken link', async () => {
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });
});
