import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { purchaseLines } from '../../../cli/render/purchases.ts';
import { styleFor } from '../../../cli/render/style.ts';
import { PlannedSpending } from '../../../shared/engine/planned-spending.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { readBudget } from '../../../shared/journal/renewals/budget.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { localText } from '../../../shared/planning/local-time.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { prepaidGroup } from '../../fixtures/groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-10T12:00:00+08:00';
const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
const asking = rule.replace('}', ', ask: {above: 1 CNY, who: finance}}');
const group = (id: string, expiresAt = '2026-11-14T00:00:00+08:00') => prepaidGroup(id, expiresAt);
const limit = (amount: string): string => `limits: {spendPerMonth: ${amount}}`;
const enough = { currency: 'CNY', micros: 300_000_000n };

let fixture: RenewalFixture;
afterEach(() => fixture.close());

const reservedIn = async (month: string): Promise<ReadonlyMap<string, bigint>> =>
  (await runStoring(fixture.store, readBudget('CNY', month))).state.reserved;
const renewed = (): readonly string[] => orders(fixture).flatMap(({ resourceIds }) => resourceIds);

/** Lets the n-th record of the budget fail, once: its process dies before it is written, or its store does not answer. */
function failAtBudgetRecord(n: number, how: 'crash' | 'store error'): { readonly died: Promise<void> } {
  const { create } = fixture.store;
  let count = 0;
  let die = (): void => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  fixture.store.create = async (key, bytes) => {
    if (key.startsWith('budget/') && ++count === n) {
      if (how === 'store error') throw new StoreError('Unreachable', 'down');
      die();
      return await new Promise<never>(() => {});
    }
    return await create(key, bytes);
  };
  return { died };
}

/** Lets the process die before it makes a claim. */
function failAtClaim(): { readonly died: Promise<void> } {
  const { create } = fixture.store;
  let die = (): void => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  fixture.store.create = async (key, bytes) => {
    if (!key.endsWith('/claim')) return await create(key, bytes);
    fixture.store.create = create;
    die();
    return await new Promise<never>(() => {});
  };
  return { died };
}

describe('money that nobody needs any more is given back before orders are admitted', () => {
  test.each(['crash', 'store error'] as const)(
    'after a %s between the end of a refused order and the release of its money, the resource is renewed',
    async (how) => {
      fixture = await renewalFixture({ start, groups: [group('g')] }, policyText(rule, limit('300 CNY')));
      fixture.simulator.faults.add({ kind: 'throttle', action: 'RenewAppInstanceGroup' });
      const { died } = failAtBudgetRecord(2, how);
      await Promise.race([fixture.run(), died]);
      fixture.simulator.advance(15 * minuteMs);
      // A plan counts it as given back, and writes nothing.
      const records = fixture.store.records.size;
      const planned = await fixture.run('plan');
      expect([planned.counts.act, planned.purchases?.budgets[0]?.used.micros, fixture.store.records.size]).toEqual([1, 0n, records]);
      await fixture.run();
      expect(renewed()).toEqual(['g']);
      fixture.simulator.advance(15 * minuteMs);
      await fixture.run();
      expect([...(await reservedIn('2026-11')).keys()]).toEqual([`${accountId}/g/1`]);
      expect((await verifyJournal(fixture.store)).problems).toEqual([]);
    },
  );

  /** A person renews a resource right after its money was set aside. */
  const renewedByHand = (id: string): void => {
    const { create } = fixture.store;
    let done = false;
    fixture.store.create = async (key, bytes) => {
      const made = await create(key, bytes);
      if (key.startsWith('budget/') && !done) {
        done = true;
        fixture.simulator.world.accounts
          .get(accountId)
          ?.groups.get(id)
          ?.renewUntil(shanghai('2026-12-14 00:00'), fixture.simulator.world.clock.nowMs);
      }
      return made;
    };
  };

  test('what was set aside for a resource that a person renewed meanwhile goes to another, once its number is used up', async () => {
    fixture = await renewalFixture(
      { start, groups: [group('g'), group('h', '2026-11-15T00:00:00+08:00')] },
      policyText(rule, limit('300 CNY')),
    );
    renewedByHand('g');
    await fixture.run();
    expect([renewed(), [...(await reservedIn('2026-11')).keys()]]).toEqual([[], [`${accountId}/g/0`]]);
    fixture.simulator.advance(30 * minuteMs);
    await fixture.run();
    expect(renewed()).toEqual([]);
    fixture.simulator.advance(31 * minuteMs);
    await fixture.run();
    expect([renewed(), [...(await reservedIn('2026-11')).keys()]]).toEqual([['h'], [`${accountId}/h/0`]]);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('what was set aside goes back though nothing is ordered any more and the only resource is gone', async () => {
    fixture = await renewalFixture({ start, groups: [group('g')] }, policyText(rule));
    const { died } = failAtClaim();
    await Promise.race([fixture.run(), died]);
    expect([...(await reservedIn('2026-11')).keys()]).toEqual([`${accountId}/g/0`]);
    const account = fixture.simulator.world.accounts.get(accountId);
    (account?.groups as Map<string, unknown> | undefined)?.delete('g');
    for (let i = 0; i < 6; i++) {
      fixture.simulator.advance(15 * minuteMs);
      await fixture.run();
    }
    expect([renewed(), [...(await reservedIn('2026-11')).keys()]]).toEqual([[], []]);
  });

  test('a function that only observes gives nothing back', async () => {
    fixture = await renewalFixture({ start, groups: [group('g'), group('h')] }, policyText(rule));
    const { died } = failAtClaim();
    await Promise.race([fixture.run(), died]);
    fixture.simulator.advance(2 * hourMs);
    const records = fixture.store.records.size;
    await fixture.run('apply', { policy: { ...fixture.policy, mode: { default: 'observe', act: [] } } });
    expect([...fixture.store.records.keys()].slice(records).filter((key) => /^(budget|renewals)/.test(key))).toEqual([]);
  });

  test('a number that was used up is not reserved again: the resource goes on with the next', async () => {
    fixture = await renewalFixture(
      { start, groups: [group('g'), group('h', '2026-11-15T00:00:00+08:00')] },
      policyText(rule, limit('300 CNY')),
    );
    renewedByHand('g');
    await fixture.run();
    fixture.simulator.advance(61 * minuteMs);
    await fixture.run();
    fixture.simulator.advanceTo(shanghai('2026-12-10 12:00'));
    await fixture.run();
    expect(renewed()).toEqual(['h', 'g']);
    expect([...(await reservedIn('2026-12')).keys()]).toContain(`${accountId}/g/1`);
  });

  test('the run that set money aside and sleeps finds its number taken, and orders nothing with money that was given back', async () => {
    fixture = await renewalFixture(
      { start, groups: [group('g'), group('h', '2026-11-15T00:00:00+08:00')] },
      policyText(rule, limit('300 CNY')),
    );
    const { create } = fixture.store;
    let wake = (): void => {};
    let asleep = (): void => {};
    const sleeping = new Promise<void>((resolve) => {
      asleep = resolve;
    });
    let first = true;
    fixture.store.create = async (key, bytes) => {
      if (key === `renewals/${accountId}/g/00000000/claim` && first) {
        first = false;
        asleep();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return await create(key, bytes);
    };
    const slow = fixture.run();
    await sleeping;
    // An exception takes the resource out of the other runs' hands.
    const policy = {
      ...fixture.policy,
      exceptions: [
        {
          because: 'Sold',
          groups: { ids: ['g'] },
          spans: { 'Asia/Shanghai': { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER } },
          never: ['renew' as const],
        },
      ],
    };
    fixture.simulator.advance(61 * minuteMs);
    await fixture.run('apply', { policy });
    expect(renewed()).toEqual(['h']);
    wake();
    await slow;
    expect(renewed()).toEqual(['h']);
  });
});

describe('a change of month', () => {
  const change = shanghai('2026-12-01 00:00');
  /** Changes of month by the clocks of policies: the budget's month is the policy's, whatever the zone of the target. In Berlin it is the day of summer time's end. */
  const changes = [
    ['Asia/Shanghai', '2026-11-30T16:00:00Z'],
    ['UTC', '2026-12-01T00:00:00Z'],
    ['America/Los_Angeles', '2026-12-01T08:00:00Z'],
    ['Pacific/Kiritimati', '2026-11-30T10:00:00Z'],
    ['Europe/Berlin', '2027-10-31T23:00:00Z'],
  ] as const;

  test('lets an approval of the last hour be ordered where the expiry comes with the change', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-29T12:00:00+08:00', groups: [group('g', '2026-12-01T00:00:00+08:00')] },
      policyText(asking),
    );
    await fixture.run();
    fixture.simulator.advanceTo(shanghai('2026-11-30 23:05'));
    await fixture.say({ resource: 'g', expiresAtMs: change, highest: enough });
    fixture.simulator.advanceTo(shanghai('2026-11-30 23:18'));
    await fixture.run();
    expect(renewed()).toEqual(['g']);
    // It counts in November for certain, so December has its money back.
    expect([[...(await reservedIn('2026-11')).keys()], [...(await reservedIn('2026-12')).keys()]]).toEqual([[`${accountId}/g/0`], []]);
  });

  test('keeps the money in both months where the order may count in either, and no longer', async () => {
    fixture = await renewalFixture(
      { start: '2026-11-29T12:00:00+08:00', groups: [group('g', '2026-12-01T06:00:00+08:00')] },
      policyText(rule),
    );
    fixture.simulator.faults.add({ kind: 'throttle', action: 'RenewAppInstanceGroup', times: 2 });
    fixture.simulator.advanceTo(shanghai('2026-11-30 23:50'));
    await fixture.run();
    expect([[...(await reservedIn('2026-11')).keys()], [...(await reservedIn('2026-12')).keys()]]).toEqual([[], []]);
    fixture.simulator.advanceTo(shanghai('2026-11-30 23:52'));
    fixture.simulator.faults.clear();
    await fixture.run();
    expect(renewed()).toEqual(['g']);
    const both = [`${accountId}/g/1`];
    expect([[...(await reservedIn('2026-11')).keys()], [...(await reservedIn('2026-12')).keys()]]).toEqual([both, both]);
  });

  test('orders nothing whose money one of the two months does not have', async () => {
    for (const full of ['2026-11', '2026-12']) {
      const store = memoryStore();
      fixture = await renewalFixture(
        { start: '2026-11-20T12:00:00+08:00', groups: [group('g', '2026-12-01T06:00:00+08:00')] },
        policyText(asking, limit('300 CNY')),
        {
          store,
        },
      );
      const { addToBudget } = await import('../../../shared/journal/renewals/budget.ts');
      const view = await runStoring(store, readBudget('CNY', full));
      // Another account's order of this journal, still on its way.
      const other = { id: '9000000000000009/x/0', micros: '100000000' };
      await runStoring(store, addToBudget(view, { owner: 'other', atMs: change }, { kind: 'reserve', body: { reservations: [other] } }));
      await fixture.say({ resource: 'g', expiresAtMs: shanghai('2026-12-01 06:00'), highest: enough });
      fixture.simulator.advanceTo(shanghai('2026-11-30 23:30'));
      const report = await fixture.run();
      expect([full, renewed(), report.decisions[0]?.because[0]?.code]).toEqual([full, [], 'budget-short']);
      if (full === '2026-11') await fixture.close();
    }
  });

  test('never makes a subscription lapse, whenever it expires around the change and whenever it is approved', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -3 * 60, max: 30 * 60 }),
        fc.integer({ min: 15, max: 240 }),
        fc.constantFrom(...changes),
        fc.constantFrom('Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati'),
        async (expiryMinutes, approvedBefore, [timezone, changeText], zoneOfTarget) => {
          const expiresMs = Date.parse(changeText) + expiryMinutes * minuteMs;
          const at = await renewalFixture(
            { start: new Date(expiresMs - 5 * hourMs).toISOString(), groups: [group('g', new Date(expiresMs).toISOString())] },
            policyText(asking)
              .replace('timezone: Asia/Shanghai', `timezone: ${timezone}`)
              .replace('endpoint: cn-shanghai}', `endpoint: cn-shanghai, timezone: ${zoneOfTarget}}`),
          );
          fixture = at;
          let said = false;
          while (at.simulator.world.clock.nowMs < expiresMs) {
            if (!said && at.simulator.world.clock.nowMs >= expiresMs - approvedBefore * minuteMs) {
              said = true;
              await at.say({ resource: 'g', expiresAtMs: expiresMs, highest: enough });
            }
            await at.run();
            at.simulator.advance(5 * minuteMs);
          }
          const count = orders(at).length;
          await at.close();
          expect(count).toBe(1);
        },
      ),
      { numRuns: 10 },
    );
    fixture = await renewalFixture({ start, groups: [] }, policyText(rule));
  });

  test('counts a renewal that two of them show once', async () => {
    const both = ['home', 'twin'].map((name) => `${name}: {account: "${accountId}", endpoint: cn-shanghai}`).join(', ');
    const text = policyText(rule, limit('300 CNY')).replace(/targets: .*\n/, `targets: {${both}}\n`);
    fixture = await renewalFixture({ start, groups: [group('a')] }, text);
    const planned = new PlannedSpending();
    for (const name of ['home', 'twin']) {
      const { decisions, purchases } = await fixture.run('plan', { target: fixture.policy.targets[name] as CompiledTarget, planned });
      expect(decisions.map(({ verdict }) => verdict)).toEqual(['act']);
      expect(purchases?.budgets).toHaveLength(1);
    }
  });
});

test('a plan says for whom money is set aside, since when, and what has become of it', async () => {
  fixture = await renewalFixture({ start, groups: [group('g')] }, policyText(rule, limit('300 CNY')));
  fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
  await fixture.run();
  fixture.simulator.advance(30 * minuteMs);
  const { purchases } = await fixture.run('plan');
  expect(purchases?.budgets).toMatchObject([
    {
      month: '2026-11',
      used: { micros: 233_280_000n },
      held: [{ account: accountId, resource: 'g', since: new Date(start).toISOString(), state: 'unclear' }],
    },
  ]);
  expect(purchases && purchaseLines(purchases, styleFor(), (ms) => localText(ms, fixture)).join('\n')).toContain(
    `233.28 CNY  for g (account ${accountId})  since 2026-11-10 12:00  unclear: whether it was ordered is not known`,
  );
});

describe('a plan over several targets', () => {
  test('admits exactly what apply orders, whatever the targets, prices and limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 7 }),
        fc.integer({ min: 0, max: 1500 }),
        fc.integer({ min: 0, max: 150 }),
        async (count, regions, yuan, dollars) => {
          // The last of them is paid in dollars.
          const names = ['cn-hangzhou', 'cn-shanghai', 'cn-beijing', 'ap-southeast-1'].slice(4 - count);
          const fleet = regions.map((region, index) => ({
            ...group(`g${index}`, `2026-11-14T0${index}:00:00+08:00`),
            region: names[region % count] as string,
          }));
          const targets = names.map((region, index) => `t${index}: {account: "${accountId}", endpoint: cn-shanghai, regions: [${region}]}`);
          const text = policyText(rule, limit(`[${yuan} CNY, ${dollars} USD]`)).replace(
            /targets: .*\n/,
            `targets: {home: {account: "${accountId}", endpoint: cn-shanghai}, ${targets.join(', ')}}\n`,
          );
          const at = await renewalFixture({ start, groups: fleet }, text);
          fixture = at;
          const planned = new PlannedSpending();
          const each = names.map((_, index) => at.policy.targets[`t${index}`] as CompiledTarget);
          const wanted: string[] = [];
          for (const target of each) {
            const { decisions } = await at.run('plan', { target, planned });
            wanted.push(...decisions.filter(({ verdict }) => verdict === 'act').map(({ resource }) => resource.id));
          }
          for (const target of each) await at.run('apply', { target });
          const done = renewed();
          await at.close();
          expect([...done].sort()).toEqual(wanted.sort());
        },
      ),
      { numRuns: 15 },
    );
    fixture = await renewalFixture({ start, groups: [] }, policyText(rule));
  });
});

test('what does not fit is said in amounts that are true to the last digit', async () => {
  fixture = await renewalFixture({ start, groups: [group('a')] }, policyText(rule, limit('233.279999 CNY')));
  const { decisions } = await fixture.run();
  expect(decisions[0]?.because[0]?.text).toContain('233.28 CNY do not fit: of 233.279999 CNY for 2026-11, 233.279999 CNY are free');
});
