import { afterEach, expect, test } from 'vitest';
import { renewalLine } from '../../../cli/render/renewal-line.ts';
import { pastRenewals } from '../../../shared/journal/renewals/past-renewals.ts';
import { hourMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const expiresAt = '2026-11-28T00:00:00+08:00';
const rule =
  '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {above: 200 CNY, who: finance}, unanswered: renew 1 Week}';
let fixture: RenewalFixture;
afterEach(() => fixture.close());

const open = async (start: string, rules = rule): Promise<void> => {
  const groups = [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt }];
  fixture = await renewalFixture({ start, groups }, policyText(rules));
};
const runs = async (count: number): Promise<void> => {
  for (let run = 0; run < count; run++) {
    await fixture.run();
    fixture.simulator.advance(hourMs);
  }
};

test('a week is ordered a day before the expiry where people were asked and nobody has answered', async () => {
  await open('2026-11-24T12:00:00+08:00');
  await runs(60);
  expect(orders(fixture)).toEqual([]);
  await runs(1);
  expect(orders(fixture)).toHaveLength(1);
  expect(fixture.messages.filter(({ title }) => title.startsWith('Ordered')).map(({ text }) => text)).toEqual([
    expect.stringMatching(/: 1 Week from .* not in effect yet\. Nobody had answered\.$/),
  ]);
  const [renewal] = await pastRenewals(fixture.store, accountId, 'g');
  expect(renewal && renewalLine(renewal, () => '')).toMatch(/renewal 0: 1 Week .* CNY, since nobody had answered, ordered/);
});

test('nobody was asked before the last day: they are asked first, and have six hours', async () => {
  await open('2026-11-27T12:00:00+08:00');
  expect(verdicts(await fixture.run())).toEqual(['g hold needs-approval']);
  expect(orders(fixture)).toEqual([]);
  fixture.simulator.advance(hourMs);
  await runs(5);
  expect(orders(fixture)).toEqual([]);
  await runs(1);
  expect(orders(fixture)).toHaveLength(1);
});

test('asked when less is left, they have half of it, and the subscription does not lapse', async () => {
  await open('2026-11-27T20:00:00+08:00');
  await runs(2);
  expect(orders(fixture)).toEqual([]);
  await runs(2);
  expect(orders(fixture)).toHaveLength(1);
});

test('a question that reached nobody is no question: nothing is ordered, and the run that reaches somebody begins the time', async () => {
  await open('2026-11-26T12:00:00+08:00');
  for (const channel of ['money', 'oncall']) fixture.broken.add(channel);
  await runs(24);
  expect(orders(fixture)).toEqual([]);
  fixture.broken.clear();
  await runs(6);
  expect(orders(fixture)).toEqual([]);
  await runs(2);
  expect(orders(fixture)).toHaveLength(1);
});

test('an alarm is no question: where only that reached somebody, nothing is ordered', async () => {
  await open('2026-11-26T12:00:00+08:00');
  fixture.broken.add('money');
  await runs(35);
  expect(fixture.messages.filter(({ title }) => title.includes('expires in'))).not.toEqual([]);
  expect(orders(fixture)).toEqual([]);
});

test('a reminder does not begin the time anew', async () => {
  await open('2026-11-24T12:00:00+08:00', rule.replace('who: finance', 'who: finance, remind: [25h]'));
  await runs(60);
  expect(fixture.messages.filter(({ title }) => title.includes('is asked to approve'))).toHaveLength(2);
  expect(orders(fixture)).toEqual([]);
  await runs(1);
  expect(orders(fixture)).toHaveLength(1);
});

test('silence orders nothing where the rule does not say so', async () => {
  await open('2026-11-26T12:00:00+08:00', rule.replace(', unanswered: renew 1 Week', ''));
  await runs(36);
  expect(orders(fixture)).toEqual([]);
});
