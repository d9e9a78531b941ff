import { afterEach, describe, expect, test } from 'vitest';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/renewals.ts';
import type { OrderLedger } from '../../../simulator/world/order.ts';
import { cny } from '../../fixtures/money.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, dearer, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-03T12:00:00+08:00';
const soon = '2026-11-08T00:00:00+08:00';
const rule = (more = '') => policyText(`- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month${more}}`);

let fixture: RenewalFixture;
afterEach(() => fixture.close());

async function open(text: string, more: Parameters<typeof renewalFixture>[2] & { readonly expiresAt?: string } = {}): Promise<void> {
  const { expiresAt = soon, ...rest } = more;
  fixture = await renewalFixture(
    { start, groups: [{ id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
    text,
    rest,
  );
}

const group = () => fixture.simulator.world.accounts.get(accountId)?.groups.get('g');
const ledger = () => fixture.simulator.world.accounts.get(accountId)?.orders as OrderLedger;
const history = () => runStoring(fixture.store, readHistory(renewalStream(accountId, 'g')));
const ends = async () => (await history()).map(({ end }) => end?.outcome);
const told = () => fixture.messages.map(({ title, text }) => [title, text]);
const titles = () => fixture.messages.map(({ channel, title }) => `${channel}: ${title}`);

/** A run after some time. */
async function later(ms: number) {
  fixture.simulator.advance(ms);
  return fixture.run();
}

describe('an order that waits for payment', () => {
  test('is told after a quarter of an hour and once a day, is never placed again, and ends as moved when it is paid', async () => {
    await open(rule(', autoPay: false'));
    expect((await fixture.run()).outcomes).toMatchObject([{ outcome: 'done', because: { code: 'order-placed' } }]);
    expect(titles()).toEqual(['money: Ordered a renewal of ledger (g) for 233.28 CNY, to be paid']);
    expect(verdicts(await later(10 * minuteMs))).toEqual(['g hold order-under-way']);
    expect(verdicts(await later(10 * minuteMs))).toEqual(['g hold order-unpaid']);
    for (let run = 0; run < 12; run++) await later(2 * hourMs);
    const told = fixture.messages.filter(({ title }) => title === 'Order unpaid: ledger (g)');
    expect(told.map(({ channel }) => channel).sort()).toEqual(['money', 'money', 'oncall', 'oncall']);
    expect(orders(fixture)).toHaveLength(1);

    ledger().pay(fixture.simulator.world, orders(fixture)[0]?.id ?? '');
    expect(verdicts(await later(10 * minuteMs))).toEqual([]);
    expect(await ends()).toEqual(['moved']);
    expect((await history())[0]?.end).toMatchObject({ by: 'run', shiftMatches: true });
    expect(orders(fixture)).toHaveLength(1);
  });
});

describe('an order with automatic payment is called a renewal', () => {
  // The expiry has moved before the answer comes.
  const renewAtOnce: Handler = (...call) => {
    const answer = groupHandlers['RenewAppInstanceGroup']?.(...call) as Record<string, unknown>;
    group()?.renewUntil(Date.parse('2026-12-08T00:00:00+08:00'), fixture.simulator.world.clock.nowMs);
    return answer;
  };

  test('once the expiry has moved', async () => {
    await open(rule(', autoPay: true'), { handlers: { RenewAppInstanceGroup: renewAtOnce } });
    await fixture.run();
    expect(told()).toEqual([
      [
        'Renewed ledger (g) for 233.28 CNY',
        expect.stringMatching(/^Order \d+: 1 Month from 2026-11-08 00:00 Asia\/Shanghai, in effect\.$/),
      ],
    ]);
  });

  test('but not one without, which somebody else has renewed at that moment', async () => {
    await open(rule(', autoPay: false'), { handlers: { RenewAppInstanceGroup: renewAtOnce } });
    await fixture.run();
    expect(titles()).toEqual(['money: Ordered a renewal of ledger (g) for 233.28 CNY, to be paid']);
  });

  test('and no sooner, though it was ordered with automatic payment', async () => {
    await open(rule(', autoPay: true'));
    ledger().setFunds('CNY', 0n);
    await fixture.run();
    const text = expect.stringMatching(
      /^Order \d+: 1 Month from 2026-11-08 00:00 Asia\/Shanghai, with automatic payment, not in effect yet\.$/,
    );
    expect(told()).toEqual([['Ordered a renewal of ledger (g) for 233.28 CNY', text]]);
  });
});

describe('an order whose answer is lost', () => {
  test('that was executed is recognized by the expiry and not placed again', async () => {
    await open(rule(', autoPay: true'));
    fixture.simulator.faults.add({ kind: 'lose-answer', action: 'RenewAppInstanceGroup' });
    const first = await fixture.run();
    expect(first).toMatchObject({ failed: true, outcomes: [{ outcome: 'unknown', because: { code: 'order-unclear' } }] });
    for (let run = 0; run < 10; run++) await later(10 * minuteMs);
    expect(await ends()).toEqual(['moved']);
    expect(orders(fixture)).toHaveLength(1);
    expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(1);
  });

  test('that was not executed holds until a person says so, and people are told before it expires', async () => {
    await open(rule(', autoPay: true'));
    fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
    await fixture.run();
    expect(verdicts(await later(20 * minuteMs))).toEqual(['g hold order-unclear']);
    for (let hour = 0; hour < 120; hour += 2) await later(2 * hourMs);
    expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(1);
    const expiry = titles().filter((title) => title.includes('expires in'));
    expect(expiry).toEqual(
      [
        'money: ledger (g) expires in 72 h',
        'money: ledger (g) expires in 24 h',
        'oncall: ledger (g) expires in 24 h',
        'money: ledger (g) expires in 6 h',
        'oncall: ledger (g) expires in 6 h',
      ].map((title) => expect.stringMatching(title.replace(/[()]/g, '\\$&').replace(/\d+ h$/, '\\d+ h'))),
    );
  });
});

test('an order that the service refuses before executing is void at once, gives its money back, and is placed by the next run', async () => {
  await open(rule(', autoPay: true'));
  fixture.simulator.faults.add({ kind: 'throttle', action: 'RenewAppInstanceGroup' });
  const first = await fixture.run();
  expect(first).toMatchObject({ failed: true, outcomes: [{ outcome: 'failed', because: { code: 'order-rejected' } }] });
  await later(10 * minuteMs);
  expect(await ends()).toEqual(['void', undefined]);
  await later(10 * minuteMs);
  expect(await ends()).toEqual(['void', 'moved']);
  expect(orders(fixture)).toHaveLength(1);
  const { purchases } = await fixture.run('plan');
  expect(purchases?.budgets.map(({ used }) => used)).toEqual([
    { currency: 'CNY', micros: 233_280_000n },
    { currency: 'USD', micros: 0n },
  ]);
});

describe('changes that are not ours', () => {
  test('a person who renews between observation and order: the order is not placed', async () => {
    // The price is asked for after the observation and before the second look.
    const whenAsked = { run: () => {} };
    const prices = dearer({ percent: 100n })['GetResourceRenewPrice'] as Handler;
    const askedFor: Handler = (...call) => {
      whenAsked.run();
      return prices(...call);
    };
    const handlers = { GetResourceRenewPrice: askedFor };
    await open(rule(', autoPay: true'), { handlers });
    whenAsked.run = () => group()?.renewUntil(Date.parse(soon) + 30 * dayMs, fixture.simulator.world.clock.nowMs);
    const report = await fixture.run();
    expect(orders(fixture)).toHaveLength(0);
    expect(report.outcomes).toMatchObject([{ outcome: 'held', because: { code: 'expiry-changed' } }]);
  });

  test('a refund that moves the expiry back holds, and people are told', async () => {
    await open(rule(', autoPay: true'));
    const before = group()?.expiresMs ?? 0;
    await fixture.run();
    await later(10 * minuteMs);
    expect(await ends()).toEqual(['moved']);
    group()?.renewUntil(before, fixture.simulator.world.clock.nowMs);
    // So soon after the order it may be an old reading.
    expect(verdicts(await later(hourMs))).toEqual(['g hold order-under-way']);
    expect(verdicts(await later(hourMs))).toEqual(['g hold expiry-claimed']);
    expect(verdicts(await later(hourMs))).toEqual(['g hold expiry-claimed']);
    expect(titles().filter((title) => title.endsWith('Expiry moved back: ledger (g)'))).toEqual([
      'money: Expiry moved back: ledger (g)',
      'oncall: Expiry moved back: ledger (g)',
    ]);
    expect(orders(fixture)).toHaveLength(1);
  });

  test('a renewal by somebody else after ours is told and recorded once, and the next one is ordered as usual', async () => {
    await open(rule(', autoPay: true'));
    await fixture.run();
    await later(10 * minuteMs);
    const theirs = (group()?.expiresMs ?? 0) + 7 * dayMs;
    group()?.renewUntil(theirs, fixture.simulator.world.clock.nowMs);
    fixture.simulator.advanceTo(theirs - 7 * dayMs + minuteMs);
    const report = await fixture.run();
    expect(report.purchases?.orders).toMatchObject([{ outcome: 'ordered' }]);
    await later(10 * minuteMs);
    expect(titles().filter((title) => title.includes('Renewed by somebody else'))).toEqual(['money: Renewed by somebody else: ledger (g)']);
    expect([...fixture.store.records.keys()].filter((key) => key.includes(`/${theirs / 1000}/`) && key.startsWith('alerts/'))).toHaveLength(
      1,
    );
    expect(orders(fixture)).toHaveLength(2);
  });

  test('a second renewal beside ours is noticed by the length of the move', async () => {
    await open(rule(', autoPay: true'));
    const before = group()?.expiresMs ?? 0;
    await fixture.run();
    fixture.simulator.advance(10 * minuteMs);
    group()?.renewUntil(before + 61 * dayMs, fixture.simulator.world.clock.nowMs);
    await fixture.run();
    expect((await history())[0]?.end).toMatchObject({ outcome: 'moved', shiftMatches: false });
    expect(titles()).toContain('money: Expiry moved by another length than was ordered: ledger (g)');
  });
});

describe('asking', () => {
  const asking = rule(
    ', autoPay: true, ask: {above: 6000 CNY, dearerThanLastTimeBy: 10%, who: finance, remind: [3d, 1d]}, maxPrice: 900 CNY',
  );

  test('a price that rose since last time asks; an approval is good up to its price; a dearer one asks again', async () => {
    const factor = { percent: 100n };
    await open(asking, { handlers: dearer(factor) });
    await fixture.run();
    await later(10 * minuteMs);
    factor.percent = 115n;
    const due = (group()?.expiresMs ?? 0) - 7 * dayMs;
    fixture.simulator.advanceTo(due + minuteMs);
    expect(verdicts(await fixture.run())).toEqual(['g hold needs-approval']);
    const report = await later(hourMs);
    expect(report.purchases?.waiting).toMatchObject([{ approvers: 'finance', period: '1 Month', amount: { micros: 268_270_000n } }]);
    const questions = () => titles().filter((title) => title.includes('is asked to approve'));
    expect(questions()).toEqual(['money: finance is asked to approve 268.27 CNY for ledger (g)']);

    await fixture.say({ resource: 'g', expiresAtMs: group()?.expiresMs ?? 0, highest: cny(270n) });
    factor.percent = 130n;
    expect(verdicts(await later(hourMs))).toEqual(['g hold approval-too-low']);
    expect(questions().at(-1)).toBe('money: finance is asked to approve 303.26 CNY for ledger (g)');
    await fixture.say({
      resource: 'g',
      expiresAtMs: group()?.expiresMs ?? 0,
      highest: cny(304n),
      atMs: fixture.simulator.world.clock.nowMs,
    });
    expect((await later(hourMs)).purchases?.orders).toMatchObject([{ approvedBy: 'li.wei', outcome: 'ordered' }]);
    expect((await history())[1]?.claim?.note).toMatchObject({ approvedBy: 'li.wei', rule: 'r', policy: fixture.policy.sourceHash });
  });

  test('an unanswered question is asked again at the times of the rule, and no oftener', async () => {
    await open(asking.replace('6000', '200'));
    for (let hour = 0; hour < 108; hour += 2) await later(2 * hourMs);
    const asked = fixture.messages.filter(({ title }) => title.includes('is asked to approve'));
    expect(asked).toHaveLength(3);
  });

  test('silence orders a week once in a row, and the next price is compared with the last regular one', async () => {
    const factor = { percent: 100n };
    const silent = rule(', autoPay: true, ask: {dearerThanLastTimeBy: 10%, above: 6000 CNY, who: finance}, unanswered: renew 1 Week');
    await open(silent, { handlers: dearer(factor) });
    await fixture.run();
    await later(10 * minuteMs);
    factor.percent = 150n;
    fixture.simulator.advanceTo((group()?.expiresMs ?? 0) - 48 * hourMs);
    expect(verdicts(await fixture.run())).toEqual(['g hold needs-approval']);
    fixture.simulator.advanceTo((group()?.expiresMs ?? 0) - 23 * hourMs);
    const week = await fixture.run();
    expect(week.purchases?.orders).toMatchObject([{ period: '1 Week', outcome: 'ordered' }]);
    const afterWeek = await later(24 * hourMs);
    expect(verdicts(afterWeek)).toEqual(['g hold needs-approval']);
    fixture.simulator.advanceTo((group()?.expiresMs ?? 0) - 23 * hourMs);
    expect(verdicts(await fixture.run())).toEqual(['g hold unanswered-before']);
    // The regular price is still known to have been 233.28 CNY: at that price nobody needs to be asked.
    factor.percent = 100n;
    expect((await later(hourMs)).purchases?.orders).toMatchObject([{ period: '1 Month', outcome: 'ordered' }]);
  });
});

test('what the policy lets lapse is announced once when it is near, and lapses', async () => {
  await open(policyText('- {name: let-go, groups: all, renew: never}'));
  for (let hour = 0; hour < 120; hour += 4) await later(4 * hourMs);
  expect(titles().filter((title) => title.includes('about to lapse'))).toEqual([
    'money: ledger (g) is about to lapse, as the policy wants',
  ]);
  expect(orders(fixture)).toHaveLength(0);
  expect(group()?.status).toBe('EXPIRED');
});

test('a function that only observes tells of expiries and of what holds, once, and orders nothing', async () => {
  await open(rule(', autoPay: true, ask: {above: 1 CNY, who: finance}').replace('act: [renew-before-expiry]', 'act: []'));
  for (let hour = 0; hour < 120; hour += 4) await later(4 * hourMs);
  expect(orders(fixture)).toHaveLength(0);
  expect(titles().filter((title) => !title.includes('expires in'))).toEqual([
    'money: 1 renewal is held on home',
    // The approval that it waits for, and then that it has run out.
    'money: 1 renewal is held on home',
  ]);
  expect(titles().length).toBeGreaterThan(3);
});

describe('runs beside each other', () => {
  test('five at once place one order for each expiry, and none beyond the limit', async () => {
    const groups = Array.from({ length: 4 }, (_, index) => ({
      ...{ id: `g-${index}`, name: `g-${index}`, region: 'cn-hangzhou', charge: 'PrePaid' as const },
      expiresAt: `2026-11-0${5 + index}T00:00:00+08:00`,
    }));
    const text = policyText(
      '- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}',
      'limits: {spendPerMonth: 700 CNY}',
    );
    fixture = await renewalFixture({ start, groups }, text);
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 5 }, () => fixture.run()));
      fixture.simulator.advance(10 * minuteMs);
    }
    expect(
      orders(fixture)
        .map(({ resourceIds }) => resourceIds[0])
        .sort(),
    ).toEqual(['g-0', 'g-1', 'g-2']);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('a run that ends soon places no order that it could not see through', async () => {
    await open(rule(', autoPay: true'));
    const report = await fixture.run('apply', { deadlineMs: fixture.simulator.world.clock.nowMs + 59_000 });
    expect(verdicts(report)).toEqual(['g hold deadline-near']);
    expect(await history()).toEqual([]);
    expect((await later(minuteMs)).outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('a run that is told to stop places no further order', async () => {
    await open(rule(', autoPay: true'));
    const controller = new AbortController();
    const onDecision = () => controller.abort();
    const report = await fixture.run('apply', { signal: controller.signal, onProgress: onDecision });
    expect(verdicts(report)).toEqual(['g hold stopped']);
    expect(orders(fixture)).toHaveLength(0);
  });
});

test('orders beside each other leave a journal without gaps', async () => {
  await open(rule(', autoPay: true'));
  await fixture.run();
  await later(10 * minuteMs);
  const { problems } = await verifyJournal(fixture.store);
  expect(problems).toEqual([]);
});
