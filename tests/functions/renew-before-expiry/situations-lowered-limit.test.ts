import { afterEach, expect, test } from 'vitest';
import { readBudget } from '../../../shared/journal/renewals/budget.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { prepaidGroup } from '../../fixtures/groups.ts';
import { minuteMs } from '../../fixtures/times.ts';
import { compiledPolicy, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-10T12:00:00+08:00';
const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
const limit = (amount: string): string => `limits: {spendPerMonth: ${amount}}`;
const groups = [prepaidGroup('a', '2026-11-13T00:00:00+08:00'), prepaidGroup('b', '2026-11-14T00:00:00+08:00')];

let fixture: RenewalFixture;
afterEach(() => fixture.close());

const policyWith = (amount: string) => compiledPolicy(policyText(rule, limit(amount)), Date.parse(start));
const renewed = () => orders(fixture).flatMap(({ resourceIds }) => resourceIds);
const reserved = async () => [...(await runStoring(fixture.store, readBudget('CNY', '2026-11'))).state.reserved.keys()];

/** A run sets money aside for both and dies before it claims the first. One renewal is 233.28 CNY. */
async function bothSetAside(): Promise<void> {
  fixture = await renewalFixture({ start, groups }, policyText(rule, limit('500 CNY')));
  const { create } = fixture.store;
  const died = new Promise<void>((resolve) => {
    fixture.store.create = async (key, bytes) => {
      if (!key.endsWith('/claim')) return await create(key, bytes);
      fixture.store.create = create;
      resolve();
      return await new Promise<never>(() => {});
    };
  });
  void fixture.run();
  await died;
  expect(await reserved()).toHaveLength(2);
}

test('a limit that is lowered below what is set aside lets nothing pass until that is given back, an hour later, and then what fits, nearest expiry first', async () => {
  await bothSetAside();
  const lowered = policyWith('300 CNY');
  expect(verdicts(await fixture.run('apply', { policy: lowered }))).toEqual(['a hold budget-short', 'b hold budget-short']);
  expect(renewed()).toEqual([]);
  for (let run = 0; run < 5; run++) {
    fixture.simulator.advance(30 * minuteMs);
    await fixture.run('apply', { policy: lowered });
  }
  expect(renewed()).toEqual(['a']);
});

test('and holds nothing for what does not fit, once nobody can order with it any more: something cheaper may have it', async () => {
  await bothSetAside();
  const lowered = policyWith('300 CNY');
  for (let run = 0; run < 3; run++) {
    await fixture.run('apply', { policy: lowered });
    fixture.simulator.advance(61 * minuteMs);
  }
  expect((await reserved()).map((id) => id.split('/')[1])).toEqual(['a']);
  await fixture.run('apply', { policy: policyWith('500 CNY') });
  expect(renewed()).toEqual(['a', 'b']);
});

test('a limit below the price of each orders nothing, and orders as soon as it is raised', async () => {
  await bothSetAside();
  for (let run = 0; run < 3; run++) {
    await fixture.run('apply', { policy: policyWith('200 CNY') });
    fixture.simulator.advance(61 * minuteMs);
  }
  expect([renewed(), await reserved()]).toEqual([[], []]);
  await fixture.run();
  expect(renewed()).toEqual(['a', 'b']);
});
