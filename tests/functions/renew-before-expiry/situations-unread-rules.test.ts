import { afterEach, describe, expect, test } from 'vitest';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const expiresAt = '2026-11-14T00:00:00+08:00';
const expiresAtMs = Date.parse(expiresAt);
const unpaid = policyText('- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: false}');
const seed = {
  start: '2026-11-10T12:00:00+08:00',
  groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt }],
};

type Changed = (policy: CompiledPolicy, nowMs: number) => CompiledPolicy;

const withRules = (...rules: readonly unknown[]): Changed => {
  return (policy) => ({ ...policy, rules: { 'renew-before-expiry': rules } });
};

/** Policies by which nothing is decided, and why it holds. */
const withoutRules: readonly [string, string, Changed][] = [
  ['whose rules cannot be read', 'policy-format', withRules(null)],
  ['that was altered', 'policy-format', (policy) => ({ ...policy, altered: true })],
  ['that is over', 'policy-horizon', (policy, nowMs) => ({ ...policy, untilMs: nowMs })],
];

let fixture: RenewalFixture | undefined;
afterEach(async () => fixture?.close());

/** Policies whose owner has changed their mind since the order. */
const changed: readonly [string, Changed][] = [
  ['that has no rule for it any more', withRules()],
  ['that lets it lapse now', withRules({ name: 'let-go', kind: 'never', leadMs: 7 * dayMs, groups: { all: true } })],
];

describe.each([...withoutRules.map(([which, , without]) => [which, without] as const), ...changed])(
  'under a policy %s',
  (_which, change) => {
    test('an order that waits for payment is not placed again, and no alarm says to renew by hand', async () => {
      const at = await renewalFixture(seed, unpaid);
      fixture = at;
      await at.run();
      expect(orders(at)).toHaveLength(1);
      for (const leftMs of [dayMs, 6 * hourMs, hourMs / 2]) {
        at.simulator.advance(expiresAtMs - leftMs - at.simulator.world.clock.nowMs);
        const before = at.messages.length;
        const report = await at.run('apply', { policy: change(at.policy, at.simulator.world.clock.nowMs) });
        expect(orders(at)).toHaveLength(1);
        expect(report.purchases?.states.map(({ code }) => code)).toEqual(['unpaid']);
        const alarms = at.messages.slice(before).filter(({ title }) => title.includes('expires in'));
        expect(new Set(alarms.map(({ title }) => title.replace(/^.*: /, '')))).toEqual(new Set(['unpaid']));
        expect(at.messages.slice(before).filter(({ title, text }) => /lapse/i.test(`${title} ${text}`))).toEqual([]);
        for (const { text } of alarms) {
          expect(text).toMatch(/Pay it in the console/);
          expect(text).not.toMatch(/by hand/);
        }
      }
    });

    test('an order of which nobody knows whether it was placed is not sent again, and alarms say so', async () => {
      const at = await renewalFixture(seed, unpaid);
      fixture = at;
      at.store.beforeCreate = (key) => {
        if (key.endsWith('/00000000/claim')) at.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
        if (key.endsWith('/answer')) throw new Error('The process dies.');
      };
      await expect(at.run()).rejects.toThrow('The process dies.');
      at.store.beforeCreate = () => {};
      for (const leftMs of [6 * hourMs, hourMs / 2]) {
        at.simulator.advance(expiresAtMs - leftMs - at.simulator.world.clock.nowMs);
        const before = at.messages.length;
        await at.run('apply', { policy: change(at.policy, at.simulator.world.clock.nowMs) });
        expect(orders(at)).toEqual([]);
        const alarms = at.messages.slice(before).filter(({ title }) => title.includes('expires in'));
        expect(new Set(alarms.map(({ title }) => title.replace(/^.*: /, '')))).toEqual(new Set(['unclear']));
      }
    });
  },
);

describe.each(withoutRules)('under a policy %s', (_which, code, without) => {
  test('what nobody ordered is held by it, and each alarm says so', async () => {
    const at = await renewalFixture(seed, unpaid);
    fixture = at;
    at.simulator.advance(expiresAtMs - hourMs / 2 - at.simulator.world.clock.nowMs);
    const report = await at.run('apply', { policy: without(at.policy, at.simulator.world.clock.nowMs) });
    expect(verdicts(report)).toEqual([`g hold ${code}`]);
    expect(orders(at)).toEqual([]);
    expect(at.messages.filter(({ title }) => title.includes('expires in')).map(({ title }) => title.replace(/^.*: /, ''))).toEqual([
      'blocked by the policy',
      'blocked by the policy',
    ]);
  });
});
