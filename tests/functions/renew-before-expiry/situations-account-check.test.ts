import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renewBeforeExpiry } from '../../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../../functions/renew-before-expiry/run/run-renewals.ts';
import { createClient } from '../../../shared/client/call.ts';
import { assumeRoleCredentials } from '../../../shared/client/credentials/assume-role.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import { checkAccount } from '../../../shared/engine/account-check.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { readExpiries, recordExpiries } from '../../../shared/journal/renewals/expiries.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, compiledPolicy, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-24T12:00:00+08:00';
const expiresAt = '2026-11-28T00:00:00+08:00';
const mistyped = '1000000000000011';
const rule = (autoPay: boolean): string => `- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: ${autoPay}}`;
const twins = (first: string, second: string, autoPay = true): string =>
  policyText(rule(autoPay)).replace(
    /targets: .*\n/,
    `targets: {home: {account: "${first}", endpoint: cn-shanghai}, twin: {account: "${second}", endpoint: cn-shanghai}}\n`,
  );

let fixture: RenewalFixture;
afterEach(() => fixture.close());

const open = async (text: string): Promise<void> => {
  fixture = await renewalFixture({ start, groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] }, text);
};
const on = (name: string, mode: 'plan' | 'apply' = 'apply', policy = fixture.policy): Promise<RunReport> =>
  fixture.run(mode, { policy, target: policy.targets[name] as CompiledTarget });
const asked = (): number => fixture.simulator.ledger.count('GetCallerIdentity', 'executed');

describe('two targets that are one account', () => {
  test.each([true, false])('order once for one expiry where one number is mistyped (autoPay: %s)', async (autoPay) => {
    for (const [first, second] of [
      [accountId, mistyped],
      [mistyped, accountId],
    ] as const) {
      await open(twins(first, second, autoPay));
      const reports = [await on('home'), await on('twin')];
      fixture.simulator.advance(2 * hourMs);
      reports.push(await on('home'), await on('twin'));
      expect(orders(fixture)).toHaveLength(1);
      const wrong = reports[first === mistyped ? 0 : 1];
      expect(verdicts(wrong as RunReport)).toEqual(['g hold account-mismatch']);
      expect([wrong?.failed, wrong?.errors[0]?.code]).toEqual([true, 'AccountMismatch']);
      if (first === accountId) await fixture.close();
    }
  });

  test('order nothing where both numbers are wrong, and people are told which numbers differ', async () => {
    await open(twins(mistyped, '2000000000000002'));
    for (const name of ['home', 'twin']) await on(name);
    expect(orders(fixture)).toEqual([]);
    const texts = fixture.messages.filter(({ channel }) => channel === 'oncall').map(({ text }) => text);
    expect(texts.some((text) => text.includes(mistyped) && text.includes(accountId))).toBe(true);
  });

  test('order once where both numbers are right: they share one stream of claims', async () => {
    await open(twins(accountId, accountId, false));
    for (let run = 0; run < 4; run++) {
      await on('home');
      await on('twin');
      fixture.simulator.advance(15 * minuteMs);
    }
    expect(orders(fixture)).toHaveLength(1);
  });

  test('order as soon as the number is corrected', async () => {
    await open(twins(mistyped, mistyped));
    await on('home');
    expect(orders(fixture)).toEqual([]);
    const corrected = compiledPolicy(twins(accountId, mistyped), Date.parse(start));
    await on('home', 'apply', corrected);
    expect(orders(fixture)).toHaveLength(1);
  });
});

test('a plan shows the mismatch as apply would, and asks once for a key, however many runs', async () => {
  await open(twins(mistyped, accountId));
  expect(verdicts(await on('home', 'plan'))).toEqual(['g hold account-mismatch']);
  const before = asked();
  expect((await on('home', 'plan')).failed).toBe(true);
  await on('home');
  expect(asked()).toBe(before);
});

test('nobody is asked to approve what stands under the number of another account, and the renewal says why it is held', async () => {
  const asking = (text: string): string => text.replace('autoPay: true}', 'autoPay: true, ask: {above: 1 CNY, who: finance}}');
  await open(asking(twins(mistyped, accountId)));
  const report = await on('home');
  expect(report.decisions.map(({ verdict, because }) => [verdict, because[0]?.code])).toEqual([['hold', 'account-mismatch']]);
  expect(report.purchases?.waiting).toEqual([]);
  expect(fixture.messages.filter(({ title }) => title.includes('is asked to approve'))).toEqual([]);
  await on('twin');
  expect(fixture.messages.filter(({ title }) => title.includes('is asked to approve'))).toHaveLength(1);
});

describe('a run with keys of another account that finds nothing to do', () => {
  const idle = () => twins(mistyped, accountId).replace('groups: all', 'groups: {name: "x*"}');

  test.each(['it acts', 'it observes'])('fails and is told where %s, and writes down nothing of what it saw', async (how) => {
    await open(how === 'it acts' ? idle() : idle().replace('act: [renew-before-expiry]', 'act: []'));
    const report = await on('home');
    expect([report.failed, report.errors.map(({ code }) => code), report.counts.act]).toEqual([true, ['AccountMismatch'], 0]);
    expect(fixture.messages.some(({ channel, text }) => channel === 'oncall' && text.includes(mistyped) && text.includes(accountId))).toBe(
      true,
    );
    expect([...fixture.store.records.keys()].filter((key) => key.startsWith('expiries/'))).toEqual([]);
  });

  test('takes nothing of the account that was seen before for gone', async () => {
    await open(idle());
    const seen = await runStoring(fixture.store, readExpiries(mistyped));
    await runStoring(fixture.store, recordExpiries(seen, { owner: 'x', atMs: 0 }, new Map([['aig-of-the-account', { seconds: 1 }]])));
    await on('home');
    expect([...(await runStoring(fixture.store, readExpiries(mistyped))).seconds]).toEqual([['aig-of-the-account', 1]]);
  });
});

test('alarms say that the account blocks the renewal', async () => {
  await open(twins(mistyped, accountId));
  fixture.simulator.advance(70 * hourMs);
  await on('home');
  expect(fixture.messages.find(({ title }) => title.includes('expires in'))?.title).toMatch(/blocked by account$/);
});

describe('where nobody can say whose keys these are, nothing is ordered', () => {
  test.each([
    ['STS refuses', { kind: 'deny', action: 'GetCallerIdentity', times: 'always' } as const],
    ['STS is down', { kind: 'fail', action: 'GetCallerIdentity', times: 'always', httpStatus: 503, code: 'ServiceUnavailable' } as const],
  ])('%s', async (_, fault) => {
    await open(policyText(rule(true)));
    fixture.simulator.faults.add(fault);
    const report = await fixture.run();
    expect([verdicts(report), report.failed, orders(fixture).length]).toEqual([['g hold account-unknown'], true, 0]);
    fixture.simulator.faults.clear();
    await fixture.run();
    expect(orders(fixture)).toHaveLength(1);
  });
});

describe('the account that is asked is that of the very keys that sign', () => {
  let other: RenewalFixture;
  beforeEach(async () => {
    await open(policyText(rule(true)));
    other = fixture;
  });

  const clientOf = (credentials: Parameters<typeof createClient>[0]['credentials']) => {
    const clock = worldClock(other.simulator);
    return { client: createClient({ endpoint: other.simulator.url, credentials, clock }), clock };
  };

  test('of an assumed role it is the account of the role', async () => {
    const base = explicitCredentials(publishedKey(accountId));
    const clock = worldClock(other.simulator);
    const role = assumeRoleCredentials({
      ...{ base, clock, roleArn: `acs:ram::${accountId}:role/streamwarden`, sessionName: 'streamwarden', endpoint: other.simulator.url },
    });
    const { client } = clientOf(role);
    expect(await checkAccount(client, { name: 'home', account: accountId })).toEqual({ ok: true, account: accountId });
    expect(await checkAccount(client, { name: 'home', account: mistyped })).toMatchObject({
      ok: false,
      error: { code: 'AccountMismatch', message: expect.stringContaining(`belong to account ${accountId}`) },
    });
  });

  test('and it is asked once for one client, again for another', async () => {
    const runner = renewalRunner(renewBeforeExpiry);
    const { client, clock } = clientOf(explicitCredentials(publishedKey(accountId)));
    const run = () =>
      runner.run({
        ...{ client, clock, target: other.target, policy: other.policy, store: other.store },
        ...{ mode: 'plan', world: 'a test', allowLocalStore: true },
      });
    const before = asked();
    await run();
    await run();
    expect(asked()).toBe(before + 1);
  });
});
