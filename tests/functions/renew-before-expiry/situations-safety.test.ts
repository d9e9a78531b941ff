import { afterEach, describe, expect, test } from 'vitest';
import { encodeRecord } from '../../../shared/journal/log/record.ts';
import { reservationId } from '../../../shared/journal/renewals/budget.ts';
import { renewalKey, renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { type Handler, ServiceFault } from '../../../simulator/handler.ts';
import { handlers } from '../../../simulator/operations/renewals.ts';
import { cny } from '../../fixtures/money.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, dearer, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

/** Rules of safety that hold whatever else a run does: each has a test here that fails when the rule is taken out. */

const start = '2026-11-03T12:00:00+08:00';
const soonMs = shanghai('2026-11-08 00:00');
const usd = (units: bigint) => ({ currency: 'USD', micros: units * 1_000_000n });
const rule = (more = '', sections?: string) =>
  policyText(`- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true${more}}`, sections);

let fixture: RenewalFixture;
afterEach(() => fixture.close());

async function open(
  text: string,
  more: Parameters<typeof renewalFixture>[2] & { readonly begin?: string; readonly expiresAtMs?: number } = {},
) {
  const { begin = start, expiresAtMs = soonMs, ...rest } = more;
  const expiresAt = new Date(expiresAtMs).toISOString();
  fixture = await renewalFixture(
    { start: begin, groups: [{ id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
    text,
    rest,
  );
}

const expiryMs = () => fixture.simulator.world.accounts.get(accountId)?.groups.get('g')?.expiresMs ?? 0;
const budgets = () => [...fixture.store.records.keys()].filter((key) => key.startsWith('budget/'));

test('a function that only observes orders nothing, not even what nothing holds', async () => {
  await open(rule().replace('act: [renew-before-expiry]', 'act: []'));
  for (let run = 0; run < 5; run++) {
    expect(verdicts(await fixture.run())).toEqual(['g act due']);
    fixture.simulator.advance(hourMs);
  }
  expect(orders(fixture)).toHaveLength(0);
  expect(budgets()).toEqual([]);
});

test("an order counts in the month of the policy's zone, whatever zone its target has", async () => {
  // In New York it is still November when it is noon of the first of December in Shanghai.
  const text = rule().replace('endpoint: cn-shanghai', 'endpoint: cn-shanghai, timezone: America/New_York');
  await open(text, { begin: '2026-12-01T12:00:00+08:00', expiresAtMs: shanghai('2026-12-03 00:00') });
  await fixture.run();
  expect(orders(fixture)).toHaveLength(1);
  expect(budgets()).toEqual(['budget/all/CNY/2026-12/00000000']);
});

test('an approval is good for its own currency only', async () => {
  await open(rule(', ask: {above: [1 CNY, 1 USD], who: finance}'));
  await fixture.say({ resource: 'g', expiresAtMs: soonMs, highest: usd(9000n) });
  expect(verdicts(await fixture.run())).toEqual(['g hold approval-too-low']);
  expect(orders(fixture)).toHaveLength(0);
  await fixture.say({ resource: 'g', expiresAtMs: soonMs, highest: cny(9000n) });
  await fixture.run();
  expect(orders(fixture)).toHaveLength(1);
});

describe('where nobody answers', () => {
  const asks = ', ask: {above: 1 CNY, who: finance}, unanswered: renew 1 Week';

  test('a week is ordered from 24 hours before the expiry on, and not before', async () => {
    await open(rule(asks));
    await fixture.run();
    fixture.simulator.advanceTo(soonMs - 24 * hourMs - 1);
    expect(verdicts(await fixture.run())).toEqual(['g hold needs-approval']);
    fixture.simulator.advanceTo(soonMs - 24 * hourMs);
    expect((await fixture.run()).purchases?.orders).toMatchObject([{ period: '1 Week', outcome: 'ordered' }]);
  });

  test('the caps on prices hold for the week too', async () => {
    const factor = { percent: 100n };
    await open(rule(`${asks}, maxPrice: 300 CNY`), {
      // By the week it costs more than a month may: odd, and nothing to be relied on.
      handlers: {
        GetResourceRenewPrice: (input, context) => {
          factor.percent = input.PeriodUnit === 'Week' ? 1000n : 100n;
          return dearer(factor)['GetResourceRenewPrice']?.(input, context) as Record<string, unknown>;
        },
      },
    });
    await fixture.run();
    fixture.simulator.advanceTo(soonMs - 23 * hourMs);
    expect(verdicts(await fixture.run())).toEqual(['g hold price-over-maximum']);
    expect(orders(fixture)).toHaveLength(0);
  });

  test('silence counts anew once somebody else has renewed', async () => {
    await open(rule(asks));
    await fixture.run();
    fixture.simulator.advanceTo(soonMs - 23 * hourMs);
    await fixture.run();
    fixture.simulator.advance(10 * minuteMs);
    await fixture.run();
    expect(orders(fixture)).toHaveLength(1);
    // A person renews after our week: what follows is no second week of ours in a row.
    const group = fixture.simulator.world.accounts.get(accountId)?.groups.get('g');
    group?.renewUntil(expiryMs() + 7 * dayMs, fixture.simulator.world.clock.nowMs);
    fixture.simulator.advanceTo(expiryMs() - 3 * dayMs);
    await fixture.run();
    fixture.simulator.advanceTo(expiryMs() - 23 * hourMs);
    expect((await fixture.run()).purchases?.orders).toMatchObject([{ period: '1 Week', outcome: 'ordered' }]);
  });
});

test('a resource whose stream of claims cannot be read holds, and nothing is ordered for it', async () => {
  await open(rule());
  fixture.store.records.set(renewalKey(renewalStream(accountId, 'g'), 0, 'claim'), Buffer.from('{"v":1,"kind":"claim"}'));
  expect(verdicts(await fixture.run())).toEqual(['g hold journal-unreadable']);
  expect(orders(fixture)).toHaveLength(0);
});

test('what another run has taken of the budget meanwhile holds the order, and the report says so', async () => {
  await open(rule('', 'limits: {spendPerMonth: [300 CNY, 1 USD]}'));
  let taken = false;
  // Right before this run sets its money aside, another one does: the next number of the stream is gone.
  fixture.store.beforeCreate = (key) => {
    if (!key.startsWith('budget/') || taken) return;
    taken = true;
    const body = { reservations: [{ id: reservationId(accountId, 'other', 0), micros: '200000000' }] };
    fixture.store.records.set(key, encodeRecord({ kind: 'reserve', atMs: 0, owner: 'another', prev: null, body }));
  };
  const report = await fixture.run();
  expect(taken).toBe(true);
  expect(verdicts(report)).toEqual(['g hold budget-short']);
  expect(report.counts).toMatchObject({ act: 0, hold: 1 });
  expect(orders(fixture)).toHaveLength(0);
});

test('a store that takes a second record under one key since it was opened places no order, and the run fails', async () => {
  await open(rule());
  await fixture.store.create('sentinel/create-once', new TextEncoder().encode('{}'));
  fixture.store.create = async (key, bytes) => {
    fixture.store.records.set(key, bytes.slice());
    return 'created';
  };
  const report = await fixture.run();
  expect(orders(fixture)).toHaveLength(0);
  expect(report).toMatchObject({ failed: true, errors: [{ code: 'Unsupported' }] });
});

test('a run that another one overtook after it had looked orders nothing', async () => {
  await open(rule());
  let overtaken = false;
  // Right before this run writes what it is about to order, another one of the same target does.
  fixture.store.beforeCreate = (key) => {
    if (!key.startsWith('written/') || overtaken) return;
    overtaken = true;
    const intent = { resource: 'g', setting: 'expiry', value: '1', key: 'renew/g/1', sessions: 0 };
    const body = { target: 'home', intents: [intent] };
    fixture.store.records.set(
      key,
      encodeRecord({ kind: 'intents', atMs: fixture.simulator.world.clock.nowMs, owner: 'another', prev: null, body }),
    );
  };
  const report = await fixture.run();
  expect(overtaken).toBe(true);
  expect(report.outcomes).toMatchObject([{ outcome: 'not-sent', because: { code: 'another-run' } }]);
  expect(orders(fixture)).toHaveLength(0);
});

test('a plan counts as closed what the next run closes, and shows the order of that run', async () => {
  await open(rule());
  fixture.simulator.faults.add({ kind: 'fail', action: 'RenewAppInstanceGroup', times: 1, httpStatus: 400, code: 'Throttling.User' });
  fixture.store.beforeCreate = (key) => {
    if (key.endsWith('/end')) throw new StoreError('Unreachable', 'The store does not answer.');
  };
  await fixture.run();
  fixture.store.beforeCreate = () => {};
  fixture.simulator.advance(10 * minuteMs);
  expect(verdicts(await fixture.run('plan'))).toEqual(['g act due']);
  expect(orders(fixture)).toHaveLength(0);
  await fixture.run();
  expect(orders(fixture)).toHaveLength(1);
});

test('orders are told and reported though the journal fails right behind them', async () => {
  const refuse: Handler = (input, context) => {
    if (input.AppInstanceGroupId === 'h') throw new ServiceFault('Throttling.User', 'Too many requests.', 400);
    return handlers['RenewAppInstanceGroup']?.(input, context) as Record<string, unknown>;
  };
  fixture = await renewalFixture(
    {
      start,
      groups: ['g', 'h'].map((id) => ({ id, name: id, region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: '2026-11-08T00:00:00+08:00' })),
    },
    rule(),
    { handlers: { RenewAppInstanceGroup: refuse } },
  );
  fixture.store.beforeCreate = (key) => {
    // The intents come first; what became of them is the second record.
    if (key.startsWith('written/') && key.endsWith('/00000001')) throw new StoreError('Unreachable', 'The store does not answer.');
  };
  const report = await fixture.run();
  expect(orders(fixture)).toHaveLength(1);
  expect(report).toMatchObject({ failed: true, outcomes: [{ outcome: 'done' }, { outcome: 'failed' }], errors: [{ code: 'Unreachable' }] });
  expect(report.purchases?.orders).toMatchObject([{ outcome: 'ordered' }, { outcome: 'rejected' }]);
  expect(fixture.messages.map(({ title }) => title)).toContainEqual(expect.stringMatching(/^Ordered a renewal of g/));
});
