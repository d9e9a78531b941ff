import { afterEach, describe, expect, test } from 'vitest';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { targetClient } from '../../../shared/fc/clients.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { hourMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const other = '2000000000000002';
const mistyped = '1000000000000011';
const asking =
  '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {above: [1 CNY], who: finance}}';
const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

let fixture: RenewalFixture;
afterEach(() => fixture.close());

const open = async (targets?: string, rules = rule): Promise<void> => {
  const group = { id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: '2026-11-28T00:00:00+08:00' } as const;
  const text = targets === undefined ? policyText(rules) : policyText(rules).replace(/targets: .*\n/, `targets: {${targets}}\n`);
  fixture = await renewalFixture({ start: '2026-11-24T12:00:00+08:00', groups: [group] }, text);
  fixture.simulator.keys.add(theirs);
};
const ours = publishedKey(accountId);
const theirs = publishedKey(other);

/** A run as functions make it: the client of the target, with keys that are others from the instant on that `changed` says. */
const run = (changed: () => boolean, name = 'home'): Promise<RunReport> => {
  const target = fixture.policy.targets[name] as CompiledTarget;
  const [before, after] = [explicitCredentials(ours), explicitCredentials(theirs)];
  const identity = { get: () => (changed() ? after : before).get() };
  const clock = worldClock(fixture.simulator);
  return fixture.run('apply', { target, client: targetClient(target, { identity, clock, simulator: fixture.simulator.url }) });
};
const never = (): boolean => false;
const asked = (): number => fixture.simulator.ledger.count('GetCallerIdentity', 'executed');
const sent = (): number => fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received');
const priced = (): boolean => fixture.simulator.ledger.count('GetResourceRenewPrice', 'executed') > 0;
const claimed = (): boolean => [...fixture.store.records.keys()].some((key) => key.endsWith('/claim'));

describe('keys that become those of another account', () => {
  test('between the claim and the order: the order is not sent, and it is placed once as soon as the keys are right again', async () => {
    await open();
    const report = await run(claimed);
    expect(sent()).toBe(0);
    expect([report.failed, report.outcomes[0]?.outcome, report.outcomes[0]?.because?.code]).toEqual([true, 'failed', 'order-not-sent']);
    for (const part of [accountId, other, 'targets.home.account']) expect(report.outcomes[0]?.because?.text).toContain(part);
    fixture.simulator.advance(2 * hourMs);
    for (let turn = 0; turn < 3; turn++) await run(never);
    expect(orders(fixture)).toHaveLength(1);
  });

  test('between the observation and the question whose they are: all of the target holds', async () => {
    await open();
    const report = await run(priced);
    expect(verdicts(report)).toEqual(['g hold account-mismatch']);
    expect(sent()).toBe(0);
  });
});

test('targets that share an identity ask once for all of them; a role is an identity of its own', async () => {
  await open(
    ['home', 'twin'].map((name) => `${name}: {account: "${accountId}", endpoint: cn-shanghai}`).join(', ') +
      `, away: {account: "${accountId}", role: streamwarden, endpoint: cn-shanghai}`,
  );
  for (const name of ['home', 'twin']) await run(never, name);
  expect(asked()).toBe(1);
  expect(orders(fixture)).toHaveLength(1);
  fixture.simulator.advance(29 * 24 * hourMs);
  await run(never, 'away');
  expect(asked()).toBe(2);
});

test('a role of another account than its own: the target is refused before anything is read, and orders nothing', async () => {
  await open(`home: {account: "${mistyped}", role: streamwarden, endpoint: cn-shanghai}`);
  const report = await run(never);
  expect([report.failed, report.errors[0]?.code, orders(fixture).length]).toEqual([true, 'AssumeRoleFailed', 0]);
});

test('nobody is asked to approve what keys of another account show: people are told of the account instead, and are asked once it is right', async () => {
  await open(`home: {account: "${mistyped}", endpoint: cn-shanghai}, right: {account: "${accountId}", endpoint: cn-shanghai}`, asking);
  const wrong = await run(never, 'home');
  expect(verdicts(wrong)).toEqual(['g hold account-mismatch']);
  expect([wrong.purchases?.waiting, wrong.failed]).toEqual([[], true]);
  expect(
    fixture.messages
      .filter(({ channel }) => channel === 'money')
      .map(({ text }) => text)
      .join(),
  ).not.toMatch(/approve/);
  expect(
    fixture.messages
      .filter(({ channel }) => channel === 'oncall')
      .map(({ text }) => text)
      .join(),
  ).toContain('targets.home.account');
  const right = await run(never, 'right');
  expect(right.purchases?.waiting).toHaveLength(1);
});
