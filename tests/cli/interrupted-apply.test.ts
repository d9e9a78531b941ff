import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { start, streamwarden } from './command.ts';

let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture({ groups: 12 });
});
afterEach(async () => {
  await fixture.close();
});

const received = (): number => fixture.simulator.ledger.count('ModifyNodePoolAttribute', 'received');
const journal = (command: string, ...rest: string[]) =>
  streamwarden(['journal', command, '--state', path.join(fixture.folder, 'state'), ...rest]);

test('a process killed in the middle of apply leaves a whole journal, and the next apply does exactly the rest', async () => {
  // Three changes go through; the next call is held, and the process dies while it waits. The service runs it all the same.
  fixture.simulator.faults.add({ kind: 'delay', action: 'ModifyNodePoolAttribute', skip: 3, times: 'always' });
  const { child, ended } = start(['apply', ...fixture.world]);
  await fixture.simulator.ledger.reached('ModifyNodePoolAttribute', 'received', 4);
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  await fixture.simulator.ledger.reached('ModifyNodePoolAttribute', 'executed', received());
  const before = fixture.writes();
  expect(before).toBeGreaterThan(3);
  fixture.simulator.faults.clear();

  const plan = await streamwarden(['plan', ...fixture.world]);
  expect(plan.stdout).toContain(`${12 - before} to change · 0 held · ${before} as wanted`);
  expect(await journal('verify')).toMatchObject({ code: 0 });

  const rest = await streamwarden(['apply', ...fixture.world]);
  expect(rest.stdout).toContain(`${12 - before} done.`);
  expect(fixture.writes()).toBe(12);
  expect(await journal('verify')).toMatchObject({ code: 0 });
  expect((await streamwarden(['plan', ...fixture.world])).code).toBe(0);
});

test('Ctrl-C finishes the calls under way, writes what was done, says so, and begins nothing new', async () => {
  fixture.simulator.faults.add({ kind: 'delay', action: 'ModifyNodePoolAttribute', skip: 3, times: 'always', worldMs: 1000 });
  const { child, ended } = start(['apply', ...fixture.world]);
  await fixture.simulator.ledger.reached('ModifyNodePoolAttribute', 'received', 4);
  const stopping = new Promise<void>((resolve) => child.stderr?.on('data', (text) => String(text).includes('stopping') && resolve()));
  child.kill('SIGINT');
  await stopping;
  fixture.simulator.faults.clear();
  fixture.simulator.advance(1000);

  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain('The call under way is finished and written to the journal');
  const done = fixture.writes();
  expect(done).toBeLessThan(12);
  expect(stdout).toMatch(new RegExp(`Stopped\\. ${done} done`));

  const key = /Journal: (runs\/\S+)/.exec(stdout)?.[1] ?? '';
  const record = await journal('show', key, '--json');
  expect(JSON.parse(record.stdout).body.outcomes.filter(({ outcome }: { outcome: string }) => outcome === 'done')).toHaveLength(done);
  expect((await streamwarden(['plan', ...fixture.world])).stdout).toContain(`${12 - done} to change`);
});

test.each([
  ['SIGINT', 'nobody, since whoever pressed Ctrl-C knows', false],
  ['SIGTERM', 'those who hear of failures, since a machine may have sent it', true],
] as const)('an apply that %s cuts off while it reads tells %s', async (signal, _whom, told) => {
  appendFileSync(path.join(fixture.folder, 'policy.yaml'), 'channels: {oncall: {kind: console}}\ntell: {failed: oncall}\n');
  fixture.simulator.faults.add({ kind: 'delay', action: 'ListAppInstanceGroup', times: 'always', worldMs: 60_000 });
  const { child, ended } = start(['apply', ...fixture.world]);
  await fixture.simulator.ledger.reached('ListAppInstanceGroup', 'received', 1);
  child.kill(signal);
  const { code, stdout, stderr } = await ended;
  expect([code, stderr.includes('1 failed')]).toEqual([130, told]);
  expect(stdout).toContain('Stopped.');
});

test.each([
  ['SIGINT', 'wakes nobody', false],
  ['SIGTERM', 'is told', true],
] as const)('renewals that %s cuts off while they read: that %s', async (signal, _what, told) => {
  appendFileSync(
    path.join(fixture.folder, 'policy.yaml'),
    `  renew-before-expiry:
    - {name: all, groups: all, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true}
limits: {spendPerMonth: [100 CNY]}
channels: {oncall: {kind: console}}
tell: {failed: oncall}
`,
  );
  fixture.simulator.faults.add({ kind: 'delay', action: 'ListAppInstanceGroup', times: 'always', worldMs: 60_000 });
  const { child, ended } = start(['apply', '--only', 'renew-before-expiry', ...fixture.world]);
  await fixture.simulator.ledger.reached('ListAppInstanceGroup', 'received', 1);
  child.kill(signal);
  const { code, stderr } = await ended;
  expect([code, stderr.includes('renew-before-expiry failed on home')]).toEqual([130, told]);
});
