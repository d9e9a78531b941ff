import { afterEach, describe, expect, test } from 'vitest';
import { type Resolved, resolveClaim } from '../../../functions/renew-before-expiry/purchase/resolve.ts';
import { encodeRecord } from '../../../shared/journal/log/record.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { readExpiries, recordExpiries } from '../../../shared/journal/renewals/expiries.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring, type Storing } from '../../../shared/journal/store/store-effect.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { prepaidGroup } from '../../fixtures/groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-05T12:00:00+08:00';
const rule = (autoPay = true): string =>
  `- {name: month, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: ${autoPay}}`;
const group = (expiresAt: string) => prepaidGroup('g', expiresAt);

let fixture: RenewalFixture;
afterEach(() => fixture.close());

const open = async (expiresAt: string, text = policyText(rule())): Promise<void> => {
  fixture = await renewalFixture({ start, groups: [group(expiresAt)] }, text);
};
const entity = () => fixture.simulator.world.accounts.get(accountId)?.groups.get('g');
const renewTo = (text: string): void => void entity()?.renewUntil(shanghai(text), fixture.simulator.world.clock.nowMs);
const told = (): readonly string[] =>
  fixture.messages
    .filter(
      ({ title, channel }) =>
        channel === 'money' && /^(Renewed by somebody else|Expiry moved back|Void order paid|Renewed twice)/.test(title),
    )
    .map(({ title, text }) => `${title}: ${text}`);
const watched = (): readonly string[] => [...fixture.store.records.keys()].filter((key) => key.startsWith('expiries/'));
const pay = (index = 0): string => {
  const id = orders(fixture)[index]?.id ?? '';
  fixture.simulator.world.accounts.get(accountId)?.orders.pay(fixture.simulator.world, id);
  fixture.simulator.advance(hourMs);
  return id;
};
const runs = async (count: number, apart = 12 * hourMs): Promise<void> => {
  for (let run = 0; run < count; run++) {
    await fixture.run();
    fixture.simulator.advance(apart);
  }
};

describe('a renewal by somebody else is told once, in the next run', () => {
  test.each([
    ['9 days before the expiry, outside the window', '2026-11-14 00:00'],
    ['25 days before it', '2026-11-30 00:00'],
    ['in the window', '2026-11-11 00:00'],
  ])('%s', async (_, expiry) => {
    await open(`${expiry.replace(' ', 'T')}:00+08:00`, policyText(rule(), 'limits: {spendPerMonth: 1 CNY}'));
    await runs(1);
    renewTo('2026-12-31 00:00');
    await runs(6);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain(
      `from ${expiry} Asia/Shanghai to 2026-12-31 00:00 Asia/Shanghai without an order of ours, so it is in no budget here`,
    );
  });

  test('twice where somebody renews twice', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    await runs(2);
    renewTo('2027-01-30 00:00');
    await runs(2);
    expect(told()).toHaveLength(2);
  });

  test('also where no rule covers it and where the function only observes', async () => {
    await open(
      '2026-11-30T00:00:00+08:00',
      policyText(rule()).replace('act: [renew-before-expiry]', 'act: []').replace('groups: all', 'groups: {name: "x*"}'),
    );
    await runs(1);
    renewTo('2026-12-30 00:00');
    await runs(3);
    expect(told()).toHaveLength(1);
  });

  test('by the run that reaches somebody, where the channel was dead', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    for (const channel of ['money', 'oncall']) fixture.broken.add(channel);
    await runs(3);
    expect(told()).toEqual([]);
    fixture.broken.clear();
    await runs(3);
    expect(told()).toHaveLength(1);
  });
});

describe('an order of ours is nobody else’s renewal', () => {
  test('paid at once', async () => {
    await open('2026-11-12T00:00:00+08:00');
    await runs(8);
    expect([orders(fixture).length, told()]).toEqual([1, []]);
  });

  test('paid a day later', async () => {
    await open('2026-11-12T00:00:00+08:00', policyText(rule(false)));
    await runs(2, 2 * hourMs);
    fixture.simulator.advance(dayMs);
    const account = fixture.simulator.world.accounts.get(accountId);
    account?.orders.pay(fixture.simulator.world, orders(fixture)[0]?.id ?? '');
    await runs(6);
    expect(told()).toEqual([]);
  });

  test('but one that is paid after a person renewed is a second renewal, and the order is named', async () => {
    await open('2026-11-12T00:00:00+08:00', policyText(rule(false)));
    await runs(2, 2 * hourMs);
    renewTo('2026-12-12 00:00');
    await runs(2, 2 * hourMs);
    const order = orders(fixture)[0]?.id ?? '';
    fixture.simulator.world.accounts.get(accountId)?.orders.pay(fixture.simulator.world, order);
    await runs(4, 2 * hourMs);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toMatch(/^Renewed twice, perhaps: g/);
    expect(told()[0]).toContain(`while order ${order} of ours waited for payment`);
  });
});

test('an expiry that moved back is told as a refund, outside the window too', async () => {
  await open('2027-03-01T00:00:00+08:00');
  await runs(1);
  renewTo('2027-01-01 00:00');
  await runs(4);
  expect(told()).toEqual([
    expect.stringMatching(
      /^Expiry moved back: g.*The expiry moved back from 2027-03-01 00:00 Asia\/Shanghai to 2027-01-01 00:00 Asia\/Shanghai: a refund of what somebody else had paid, perhaps/,
    ),
  ]);
});

test.each([0, 1, 45])(
  'a refund to somebody else that the next run makes up for is told all the same (%i minutes to take effect)',
  async (minutes) => {
    const assumptions = { orderDeliveryMinutes: minutes };
    fixture = await renewalFixture({ start, assumptions, groups: [group('2026-11-12T00:00:00+08:00')] }, policyText(rule()));
    renewTo('2026-12-12 00:00');
    await runs(1);
    renewTo('2026-11-12 00:00');
    await runs(4);
    expect(orders(fixture)).toHaveLength(1);
    expect(told()).toEqual([
      expect.stringMatching(
        /^Expiry moved back: g.* from 2026-12-12 .* to 2026-11-12 .*of what somebody else had paid.*No renewal of ours/,
      ),
    ]);
  },
);

test('what is seen first is where watching begins, and a plan writes nothing down', async () => {
  await open('2026-11-30T00:00:00+08:00');
  await fixture.run('plan');
  expect([...fixture.store.records.keys()].filter((key) => key.startsWith('expiries/'))).toEqual([]);
  await runs(5);
  expect(told()).toEqual([]);
  // Nothing moved, so nothing more was written.
  expect([...fixture.store.records.keys()].filter((key) => key.startsWith('expiries/'))).toHaveLength(1);
});

test('what another run has seen of a resource meanwhile stands, and the next run compares with it', async () => {
  await open('2026-11-30T00:00:00+08:00');
  await runs(1);
  renewTo('2026-12-30 00:00');
  const other = memoryStore();
  for (const [key, bytes] of fixture.store.records) other.records.set(key, bytes);
  const signed = { owner: 'another-run', atMs: fixture.simulator.world.clock.nowMs };
  const seconds = shanghai('2027-01-30 00:00') / 1000;
  await runStoring(other, recordExpiries(await runStoring(other, readExpiries(accountId)), signed, new Map([['g', { seconds }]])));
  fixture.store.beforeCreate = (key) => {
    if (!key.startsWith('expiries/')) return;
    fixture.store.beforeCreate = () => {};
    for (const [name, bytes] of other.records) fixture.store.records.set(name, bytes);
  };
  await runs(1);
  expect((await runStoring(fixture.store, readExpiries(accountId))).seconds.get('g')).toBe(seconds);
  renewTo('2027-01-30 00:00');
  await runs(2);
  expect(told()).toHaveLength(1);
});

describe('an order that a person closed as void', () => {
  const voided = async (): Promise<string> => {
    await open('2026-11-12T00:00:00+08:00', policyText(rule(false)));
    await runs(2, 2 * hourMs);
    const orderId = orders(fixture)[0]?.id ?? '';
    const verdict = { account: accountId, resourceId: 'g', n: 0, outcome: 'void', by: 'person', orderId } as const;
    const nowMs = fixture.simulator.world.clock.nowMs;
    expect(await runStoring(fixture.store, resolveClaim({ owner: 'li' }, { ...verdict, nowMs }) as Storing<Resolved>)).toMatchObject({
      outcome: 'written',
    });
    return orderId;
  };

  test('and that is paid while the order in its stead waits is taken for that one; when that is paid too, people are told', async () => {
    await voided();
    await runs(2, 2 * hourMs);
    const [, second] = orders(fixture).map(({ id }) => id);
    pay();
    await runs(2, 2 * hourMs);
    expect([orders(fixture).length, told()]).toEqual([2, []]);
    pay(1);
    await runs(2, 2 * hourMs);
    expect(told()).toEqual([expect.stringMatching(`^Renewed twice, perhaps: g.*order ${second} of ours waited for payment`)]);
    expect(orders(fixture)).toHaveLength(2);
  });

  test('and that is paid after all, is told with what the budget does not count', async () => {
    const orderId = await voided();
    pay();
    await runs(4);
    expect(told()).toEqual([expect.stringMatching(`^Void order paid, perhaps: g.*order ${orderId}.* is not counted there`)]);
    expect(orders(fixture)).toHaveLength(1);
  });
});

describe('after a refund of our renewal', () => {
  const refunded = async (): Promise<void> => {
    await open('2026-11-12T00:00:00+08:00');
    await runs(4);
    expect([orders(fixture).length, told()]).toEqual([1, []]);
    renewTo('2026-11-12 00:00');
    await runs(2);
  };

  test('the budget of the order stays used, and that is said', async () => {
    await refunded();
    expect(told()).toEqual([expect.stringMatching(/^Expiry moved back: g/)]);
    expect((await fixture.run('plan')).purchases?.budgets.map(({ used }) => used.micros > 0n)).toContain(true);
    expect(orders(fixture)).toHaveLength(1);
  });

  test('a person who renews to the very same day is another payer', async () => {
    await refunded();
    renewTo('2026-12-12 00:00');
    await runs(3);
    expect(told().slice(1)).toEqual([expect.stringMatching(/^Renewed by somebody else: g/)]);
  });
});

describe('what looks like a move and is none', () => {
  test('a list that still shows what was before is no refund', async () => {
    let stale = false;
    const list: (typeof groupHandlers)[string] = (input, context) => {
      const answer = groupHandlers['ListAppInstanceGroup']?.(input, context) as { AppInstanceGroupModels: Record<string, unknown>[] };
      if (!stale) return answer;
      return {
        ...answer,
        AppInstanceGroupModels: answer.AppInstanceGroupModels.map((each) => ({ ...each, ExpiredTime: '2026-11-29T16:00:00.000+00:00' })),
      };
    };
    fixture = await renewalFixture({ start, groups: [group('2026-11-30T00:00:00+08:00')] }, policyText(rule()), {
      handlers: { ListAppInstanceGroup: list },
    });
    await runs(1);
    renewTo('2026-12-30 00:00');
    await runs(1);
    stale = true;
    await runs(2);
    stale = false;
    await runs(2);
    expect(told()).toEqual([expect.stringMatching(/^Renewed by somebody else: g/)]);
  });

  test('what a list leaves out that is not complete is not gone: its renewal meanwhile is told', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 1 });
    renewTo('2026-12-30 00:00');
    await runs(3);
    expect(told()).toHaveLength(1);
  });
});

test('two targets that share an account each tell of what they show, and neither takes the other’s for gone', async () => {
  const text = policyText(rule()).replace(/^targets: .*$/m, (line) =>
    line.replace(/\{home: \{(.*)\}\}/, '{home: {$1, regions: [cn-hangzhou]}, east: {$1, regions: [cn-shanghai]}}'),
  );
  const east = { ...group('2026-11-30T00:00:00+08:00'), id: 'h', name: 'h', region: 'cn-shanghai' };
  fixture = await renewalFixture({ start, groups: [group('2026-11-30T00:00:00+08:00'), east] }, text);
  const both = async (): Promise<void> => {
    for (const target of Object.values(fixture.policy.targets) as CompiledTarget[]) await fixture.run('apply', { target });
    fixture.simulator.advance(hourMs);
  };
  await both();
  await both();
  const written = watched().length;
  await both();
  expect(watched()).toHaveLength(written);
  for (const id of ['g', 'h']) {
    fixture.simulator.world.accounts
      .get(accountId)
      ?.groups.get(id)
      ?.renewUntil(shanghai('2026-12-30 00:00'), fixture.simulator.world.clock.nowMs);
  }
  await both();
  await both();
  expect(told().map((text) => /: (\w)/.exec(text)?.[1])).toEqual(['g', 'h']);
});

describe('what goes wrong on the way', () => {
  test('two runs at once tell it once, and leave a whole stream', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    await Promise.all([fixture.run(), fixture.run()]);
    await runs(2);
    expect(new Set(told()).size).toBe(1);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('a run without time leaves it to the next', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    await fixture.run('apply', { deadlineMs: fixture.simulator.world.clock.nowMs + 30_000 });
    expect(told()).toEqual([]);
    await runs(2);
    expect(told()).toHaveLength(1);
  });

  test('a store that does not take what was seen makes nobody hear it twice, and does not fail the run', async () => {
    await open('2026-11-30T00:00:00+08:00');
    await runs(1);
    renewTo('2026-12-30 00:00');
    fixture.store.beforeCreate = (key) => {
      if (key.startsWith('expiries/')) throw new StoreError('Unreachable', 'it is away');
    };
    for (let run = 0; run < 3; run++) {
      const report = await fixture.run();
      expect(report.failed).toBe(false);
      expect(report.warnings).toMatchObject([{ code: 'expiries-unread' }]);
    }
    fixture.store.beforeCreate = () => {};
    await runs(2);
    expect(told()).toHaveLength(1);
  });

  test('a record of what was last seen that cannot be read is named, orders are placed, and watching goes on behind it', async () => {
    await open('2026-11-10T00:00:00+08:00');
    const record = encodeRecord({ kind: 'expiries', atMs: 0, owner: 'x', prev: null, body: {} });
    fixture.store.records.set(`expiries/${accountId}/00000000`, record);
    const report = await fixture.run();
    const key = `expiries/${accountId}/00000000`;
    expect(report.warnings).toMatchObject([{ code: 'journal-damaged', text: expect.stringContaining(key), data: { key } }]);
    expect([report.failed, orders(fixture).length, fixture.store.records.has(`expiries/${accountId}/00000001`)]).toEqual([false, 1, true]);
  });
});
