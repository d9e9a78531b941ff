import { afterEach, describe, expect, test } from 'vitest';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { Fault } from '../../../simulator/faults.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as accountState } from '../../../simulator/operations/billing/account-state.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-03T12:00:00+08:00';
const soon = '2026-11-08T00:00:00+08:00';
const rules = '- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
const plain = policyText(rules);
const billed = (code = 'appstream') =>
  plain.replace('endpoint: cn-shanghai}', `endpoint: cn-shanghai, billing: {site: china, productCode: ${code}}}`);

let fixture: RenewalFixture;
afterEach(() => fixture.close());

interface Scene {
  readonly text?: string;
  readonly assumptions?: Readonly<Record<string, string | number | boolean>>;
  readonly faults?: readonly Fault[];
  readonly billingHandlers?: Readonly<Record<string, Handler>>;
}

async function open({ text = billed(), assumptions = {}, ...more }: Scene = {}): Promise<void> {
  const group = { id: 'aig-1', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: soon } as const;
  fixture = await renewalFixture({ start, assumptions, groups: [group] }, text, more);
}

/** In ten-thousandths. */
const [oneYuan, plenty] = [10_000n, 1_000_000_000n];
const account = () => fixture.simulator.world.accounts.get(accountId);
const history = (id = 'aig-1') => runStoring(fixture.store, readHistory(renewalStream(accountId, id)));
const ends = async () => (await history()).map(({ end }) => end && `${end.outcome} by ${end.by}`);
const called = () =>
  [...new Set(fixture.simulator.ledger.records.map(({ action }) => action))].filter((action) => /^(Query|GetOrder)/.test(action));
const sent = () => fixture.simulator.ledger.count('RenewAppInstanceGroup', 'executed');
const instances = accountState['QueryAvailableInstances'] as Handler;
const lost: Fault = { kind: 'drop', action: 'RenewAppInstanceGroup' };

async function later(ms: number) {
  fixture.simulator.advance(ms);
  return fixture.run();
}

describe('an unclear order that was not placed', () => {
  test('is closed by billing a day later, and the subscription is renewed without a person', async () => {
    await open({ assumptions: { orderListingMinutes: 1440 }, faults: [lost] });
    await fixture.run();
    for (let hour = 0; hour < 30; hour++) await later(hourMs);
    expect(await ends()).toEqual(['void by billing', 'moved by run']);
    expect(orders(fixture)).toHaveLength(1);
    expect(fixture.messages.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Order unclear: ledger (aig-1)', 'Order closed as billing shows it: ledger (aig-1)']),
    );
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test.each<[string, Scene]>([
    ['billing names resources by ids of its own', { assumptions: { billInstanceIds: 'other' } }],
    ['the product takes no part in calls by instance', { assumptions: { availableInstances: 'not-applicable' } }],
    ['the product code of the policy is another one', { text: billed('eds') }],
    ['an unknown product code is refused', { text: billed('eds'), assumptions: { unknownProductCode: 'refuse' } }],
    ['orders cannot be read', { faults: [lost, { kind: 'fail', action: 'QueryOrders', times: 'always' }] }],
    ['nothing may be read', { faults: [lost, { kind: 'deny', action: 'QueryAvailableInstances', times: 'always' }] }],
    ['answers are no JSON', { faults: [lost, { kind: 'malformed', action: 'QueryOrders', times: 'always' }] }],
  ])('stays open where %s, and people are told as without billing', async (_title, scene) => {
    await open({ faults: [lost], ...scene });
    await fixture.run();
    for (let hour = 0; hour < 60; hour += 4) await later(4 * hourMs);
    expect(await ends()).toEqual([undefined]);
    expect(sent()).toBe(0);
    expect(fixture.messages.map(({ title }) => title)).toContain('Order unclear: ledger (aig-1)');
  });
});

describe('an order that waits for payment', () => {
  async function unpaid(faults: readonly Fault[] = []): Promise<void> {
    await open({ faults });
    account()?.orders.setFunds('CNY', oneYuan);
    await fixture.run();
    expect(orders(fixture)).toMatchObject([{ status: 'unpaid' }]);
    expect(verdicts(await later(20 * minuteMs))).toEqual(['aig-1 hold order-unpaid']);
  }

  test('is told with its number, also where its answer was lost; paid, it ends as moved', async () => {
    await unpaid([{ kind: 'lose-answer', action: 'RenewAppInstanceGroup' }]);
    const [order] = orders(fixture);
    expect(fixture.messages.map(({ text }) => text).join('\n')).toContain(`billing shows that order ${order?.id}`);
    account()?.orders.setFunds('CNY', plenty);
    account()?.orders.pay(fixture.simulator.world, order?.id ?? '');
    await later(2 * hourMs);
    expect(await ends()).toEqual(['moved by run']);
    expect(sent()).toBe(1);
  });

  test('is closed and ordered again once a person has canceled it', async () => {
    await unpaid();
    account()?.orders.cancel(orders(fixture)[0]?.id ?? '');
    account()?.orders.setFunds('CNY', plenty);
    for (let run = 0; run < 4; run++) await later(40 * minuteMs);
    expect(await ends()).toEqual(['void by billing', 'moved by run']);
    expect(orders(fixture).map(({ status }) => status)).toEqual(['cancelled', 'done']);
  });

  test('is told before it is placed where the balance is too low for it, and placed all the same', async () => {
    await unpaid();
    const [first] = fixture.messages;
    expect(first?.title).toBe('The balance of home is lower than its renewals');
    expect(first?.text).toContain('Billing shows 1.00 CNY, and the orders of this run (1) come to 233.28 CNY');
  });
});

describe('automatic renewal', () => {
  test('that is on holds the order, and nobody is asked about it', async () => {
    await open();
    account()?.billing.renewStatus.set('aig-1', 'AutoRenewal');
    expect(verdicts(await fixture.run())).toEqual(['aig-1 hold auto-renewal-on']);
    expect(sent()).toBe(0);
  });

  test('that is switched on after it was decided stops the order right before it is sent', async () => {
    let reads = 0;
    const QueryAvailableInstances: Handler = (input, context) => {
      // The first read decides, the second comes right before the order.
      if (++reads === 2) account()?.billing.renewStatus.set('aig-1', 'AutoRenewal');
      return instances(input, context);
    };
    await open({ billingHandlers: { QueryAvailableInstances } });
    const report = await fixture.run();
    expect(report.outcomes).toMatchObject([{ outcome: 'not-sent' }]);
    expect(await ends()).toEqual(['void by claimant']);
    expect([reads, sent()]).toEqual([2, 0]);
  });

  test.each<[string, Scene]>([
    ['billing is down', { faults: [{ kind: 'fail', action: 'QueryAvailableInstances', times: 'always' }] }],
    ['the product takes no part', { assumptions: { availableInstances: 'not-applicable' } }],
    ['the code is wrong', { text: billed('eds') }],
  ])('that cannot be read, since %s, is left to the rule, with a warning', async (_title, scene) => {
    await open(scene);
    const report = await fixture.run();
    expect(report.outcomes).toMatchObject([{ outcome: 'done' }]);
    expect(report.warnings.map(({ code }) => code)).toContain('billing-unread');
    expect(orders(fixture)).toHaveLength(1);
  });
});

/** The records of some days in which an order became unclear, without what is drawn by chance and the hash of the policy. */
async function journalOf(text: string): Promise<readonly string[]> {
  await open({ text, faults: [lost] });
  await fixture.run();
  for (let hour = 0; hour < 60; hour += 6) await later(6 * hourMs);
  const byChance = /"(owner|token|prev|run|policy)":("[^"]*"|null)/g;
  const records = [...fixture.store.records].filter(([key]) => !/^(runs|heartbeats)\//.test(key));
  await fixture.close();
  return records.map(([key, bytes]) => `${key} ${Buffer.from(bytes).toString('utf8').replaceAll(byChance, '')}`).sort();
}

test('without billing nothing of it is called; with a product code that is unknown the journal is the same', async () => {
  const without = await journalOf(plain);
  expect(called()).toEqual([]);
  expect(without.length).toBeGreaterThan(5);
  expect(await journalOf(billed('eds'))).toEqual(without);
});
