import { afterEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../../shared/journal/store/store.ts';
import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-03T12:00:00+08:00';
const uncovered = policyText('- {name: r, groups: {name: other}, consoleAutoRenew: disabled, period: 1 Month}');
const covered = policyText('- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}');

let fixture: RenewalFixture;
afterEach(() => fixture.close());

async function open(text: string, expiresAt = '2026-11-07T00:00:00+08:00'): Promise<void> {
  const groups = [{ id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt }];
  const workstations = [{ id: 'w', name: 'render', region: 'cn-hangzhou', expiresAt: '2026-12-30T00:00:00+08:00' }];
  fixture = await renewalFixture({ start, groups, workstations }, text);
}

async function later(ms: number) {
  fixture.simulator.advance(ms);
  return fixture.run();
}

/** Steps of the alarms that arrived on a channel, with the hours left. */
const steps = (channel = 'money') =>
  fixture.messages
    .filter((message) => message.channel === channel && message.data?.['step'] !== undefined)
    .map(({ data }) => data?.['step']);

const storeDown = () => {
  throw new StoreError('Unreachable', 'the store does not answer');
};

describe('an expiry is announced', () => {
  test('72, 24, 6 and 1 hours before it, once each, covered by a rule or not; the last day on the failure channels too', async () => {
    await open(uncovered);
    for (let run = 0; run < 90; run++) await later(hourMs);
    expect(steps()).toEqual(['72h', '24h', '6h', '1h']);
    expect(steps('oncall')).toEqual(['24h', '6h', '1h']);
    expect(fixture.messages[0]).toMatchObject({ id: expect.stringContaining('alerts/1000000000000001/g/'), severity: 'warning' });
    expect(fixture.messages[0]?.text).toContain('Not renewed by rule: no rule covers it');
  });

  test.each([
    ['72h', 72],
    ['24h', 24],
    ['6h', 6],
    ['1h', 1],
  ])('by the run at the very moment of %s, and not by one right before it', async (step, left) => {
    await open(uncovered);
    fixture.simulator.advanceTo(Date.parse('2026-11-07T00:00:00+08:00') - left * hourMs - 1);
    await fixture.run();
    expect(steps()).not.toContain(step);
    fixture.simulator.advance(1);
    await fixture.run();
    expect(steps()).toContain(step);
  });

  test('by the most urgent step alone where runs were missed', async () => {
    await open(uncovered);
    await later(3 * dayMs + 7 * hourMs);
    expect(steps()).toEqual(['6h']);
  });

  test('not any more once it has moved', async () => {
    await open(covered);
    await later(hourMs);
    for (let run = 0; run < 40; run++) await later(2 * hourMs);
    expect(orders(fixture)).toHaveLength(1);
    expect(steps()).toEqual([]);
  });

  test('again by the next run where no receiver said that it has it, and written down only then', async () => {
    await open(uncovered);
    fixture.broken.add('money');
    const report = await later(14 * hourMs);
    expect(report.purchases?.alerts).toMatchObject([{ code: 'expiry-72h', told: 'undelivered' }]);
    expect(report.warnings).toMatchObject([
      { code: 'channel-dead', data: { channel: 'money' } },
      { code: 'not-delivered', text: expect.stringContaining('1 message reached nobody'), data: { messages: 1 } },
    ]);
    expect(report.failed).toBe(false);
    expect([...fixture.store.records.keys()].filter((key) => key.startsWith('alerts/') && key.includes('/g/'))).toEqual([]);
    fixture.broken.clear();
    await later(10 * minuteMs);
    await later(10 * minuteMs);
    expect(steps()).toEqual(['72h']);
  });

  test('to the others where one channel is dead', async () => {
    await open(uncovered);
    fixture.broken.add('money');
    await later(3 * dayMs);
    await later(10 * minuteMs);
    expect(steps('oncall')).toEqual(['24h']);
  });
});

test('a subscription whose expiry cannot be read is held, and told once a day', async () => {
  const unreadable: Handler = (input, context) => {
    const answer = groupHandlers['ListAppInstanceGroup']?.(input, context) as { AppInstanceGroupModels: Record<string, unknown>[] };
    return {
      ...answer,
      AppInstanceGroupModels: answer.AppInstanceGroupModels.map((row) => ({ ...row, ExpiredTime: '2026-11-07 00:00:00' })),
    };
  };
  const groups = [{ id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const }];
  fixture = await renewalFixture({ start, groups }, covered, { handlers: { ListAppInstanceGroup: unreadable } });
  const report = await fixture.run();
  expect(report.decisions).toMatchObject([{ verdict: 'hold', because: [{ code: 'expiry-unknown' }] }]);
  for (let run = 0; run < 4; run++) await later(6 * hourMs);
  expect(steps()).toEqual(['unreadable-2026-11-03', 'unreadable-2026-11-04']);
});

describe('without a journal', () => {
  test('alarms go out once an hour, nothing is ordered, and the run fails', async () => {
    await open(covered, '2026-11-04T10:00:00+08:00');
    fixture.store.beforeCreate = storeDown;
    fixture.store.read = async () => storeDown();
    for (let run = 0; run < 9; run++) {
      const report = await later(10 * minuteMs);
      expect(report).toMatchObject({ failed: true, outcomes: [] });
      expect(report.decisions).toMatchObject([{ verdict: 'hold', because: [{ code: 'journal-unavailable' }] }]);
      expect(report.errors[0]?.code).toBe('Unreachable');
    }
    expect(steps()).toEqual(['24h', '24h']);
    expect(new Set(fixture.messages.filter(({ channel }) => channel === 'money').map(({ id }) => id)).size).toBe(2);
    expect(orders(fixture)).toHaveLength(0);
    expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(0);
  });

  test('a store that reads but cannot write places no order either', async () => {
    await open(covered);
    fixture.store.beforeCreate = storeDown;
    const report = await later(13 * hourMs);
    expect(report).toMatchObject({ failed: true, outcomes: [{ outcome: 'not-sent' }] });
    expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(0);
  });

  test('a journal of one machine holds orders unless a word allows it, and says what to do', async () => {
    await open(covered);
    fixture.simulator.advance(13 * hourMs);
    const report = await fixture.run('apply', { allowLocalStore: false });
    expect(report.decisions).toMatchObject([{ verdict: 'hold', because: [{ code: 'store-not-shared' }, { code: 'due' }] }]);
    expect(report).toMatchObject({ failed: true, errors: [{ code: 'Unsupported' }] });
    expect(orders(fixture)).toHaveLength(0);
  });
});

describe('a part of the fleet that cannot be read', () => {
  test('does not silence the alarms of the rest, and fails the run', async () => {
    await open(uncovered);
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListWuyingServer', times: 'always' });
    const report = await later(14 * hourMs);
    expect(steps()).toEqual(['72h']);
    expect(report).toMatchObject({ failed: true, totals: { complete: false }, errors: [{ code: 'NoPermission' }] });
  });
});

describe('what a run with nothing in its window costs', () => {
  test('the pages, the written stream, and one sign of life; no stream of purchases is touched', async () => {
    const groups = Array.from({ length: 250 }, (_, index) => ({
      id: `g-${index}`,
      name: `g-${index}`,
      region: 'cn-hangzhou',
      charge: 'PrePaid' as const,
      expiresAt: '2026-12-30T00:00:00+08:00',
    }));
    fixture = await renewalFixture({ start, groups }, covered);
    const keys: string[] = [];
    const { create, read, list } = fixture.store;
    fixture.store.create = (key, bytes) => {
      keys.push(`create ${key}`);
      return create(key, bytes);
    };
    fixture.store.read = (key) => {
      keys.push(`read ${key}`);
      return read(key);
    };
    fixture.store.list = (prefix) => {
      keys.push(`list ${prefix}`);
      return list(prefix);
    };
    const report = await fixture.run();
    expect(report.counts).toEqual({ act: 0, hold: 0, keep: 250, notCovered: 0 });
    // Whose the keys are is asked once for each key and process.
    expect(report.calls.byOperation).toEqual({ ListAppInstanceGroup: 3, ListWuyingServer: 1, GetCallerIdentity: 1 });
    const written = 'written/renew-before-expiry/1000000000000001';
    expect(keys).toEqual([
      `list ${written}/`,
      `read ${written}/00000000`,
      'list exceptions/',
      'list expiries/1000000000000001/',
      'read expiries/1000000000000001/00000000',
      'list outbox/renew-before-expiry/',
      'read outbox/renew-before-expiry/00000000',
      // The first run writes down where watching begins; later ones write only what has moved.
      'create expiries/1000000000000001/00000000',
      expect.stringMatching(/^create heartbeats\//),
    ]);
  });

  test('what holds costs two to four store calls and no API call', async () => {
    await open(covered.replace('autoPay: true', 'autoPay: false'));
    await later(13 * hourMs);
    await later(30 * minuteMs);
    let calls = 0;
    const { create, read, list } = fixture.store;
    fixture.store.create = (key, bytes) => {
      calls += 1;
      return create(key, bytes);
    };
    fixture.store.read = (key) => {
      if (key.startsWith('renewals/')) calls += 1;
      return read(key);
    };
    fixture.store.list = (prefix) => {
      if (prefix.startsWith('renewals/')) calls += 1;
      return list(prefix);
    };
    const report = await later(30 * minuteMs);
    expect(report.decisions).toMatchObject([{ because: [{ code: 'order-unpaid' }] }]);
    // One of them is the sign of life.
    expect(calls - 1).toBeLessThanOrEqual(5);
    // The one read that each open claim gets.
    expect(report.calls.byOperation).toEqual({ ListAppInstanceGroup: 1, ListWuyingServer: 1, GetAppInstanceGroup: 1 });
  });
});
