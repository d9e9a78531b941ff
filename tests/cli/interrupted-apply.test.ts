import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { start, streamwarden } from './command.ts';
import { type Desk, openDesk } from './small-account.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk({ groups: 12 });
});
afterEach(async () => {
  await desk.close();
});

const received = (): number => desk.simulator.ledger.count('ModifyNodePoolAttribute', 'received');
const executed = (): number => desk.simulator.ledger.count('ModifyNodePoolAttribute', 'executed');
const journal = (command: string, ...rest: string[]) =>
  streamwarden(['journal', command, '--state', path.join(desk.folder, 'state'), ...rest]);

test('a process killed in the middle of apply leaves a whole journal, and the next apply does exactly the rest', async () => {
  // Three changes go through; the next call is held, and the process dies while it waits. The service runs it all the same.
  desk.simulator.faults.add({ kind: 'delay', action: 'ModifyNodePoolAttribute', skip: 3, times: 'always' });
  const { child, ended } = start(['apply', ...desk.world]);
  await desk.simulator.ledger.reached('ModifyNodePoolAttribute', 'received', 4);
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  await desk.simulator.ledger.reached('ModifyNodePoolAttribute', 'executed', received());
  const before = executed();
  expect(before).toBeGreaterThan(3);
  desk.simulator.faults.clear();

  const plan = await streamwarden(['plan', ...desk.world]);
  expect(plan.stdout).toContain(`${12 - before} to change · 0 held · ${before} as wanted`);
  expect(await journal('verify')).toMatchObject({ code: 0 });

  const rest = await streamwarden(['apply', ...desk.world]);
  expect(rest.stdout).toContain(`${12 - before} done.`);
  expect(executed()).toBe(12);
  expect(await journal('verify')).toMatchObject({ code: 0 });
  expect((await streamwarden(['plan', ...desk.world])).code).toBe(0);
});

test('Ctrl-C finishes the calls under way, writes what was done, says so, and begins nothing new', async () => {
  desk.simulator.faults.add({ kind: 'delay', action: 'ModifyNodePoolAttribute', skip: 3, times: 'always', worldMs: 1000 });
  const { child, ended } = start(['apply', ...desk.world]);
  await desk.simulator.ledger.reached('ModifyNodePoolAttribute', 'received', 4);
  const stopping = new Promise<void>((resolve) => child.stderr?.on('data', (text) => String(text).includes('stopping') && resolve()));
  child.kill('SIGINT');
  await stopping;
  desk.simulator.faults.clear();
  desk.simulator.advance(1000);

  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain('The call under way is finished and written to the journal');
  const done = executed();
  expect(done).toBeLessThan(12);
  expect(stdout).toMatch(new RegExp(`Stopped\\. ${done} done`));

  const key = /Journal: (runs\/\S+)/.exec(stdout)?.[1] ?? '';
  const record = await journal('show', key, '--json');
  expect(JSON.parse(record.stdout).body.outcomes.filter(({ outcome }: { outcome: string }) => outcome === 'done')).toHaveLength(done);
  expect((await streamwarden(['plan', ...desk.world])).stdout).toContain(`${12 - done} to change`);
});

test.each([
  ['SIGINT', 'nobody, since whoever pressed Ctrl-C knows', false],
  ['SIGTERM', 'those who hear of failures, since a machine may have sent it', true],
] as const)('an apply that %s cuts off while it reads tells %s', async (signal, _whom, told) => {
  appendFileSync(path.join(desk.folder, 'policy.yaml'), 'channels: {oncall: {kind: console}}\ntell: {failed: oncall}\n');
  desk.simulator.faults.add({ kind: 'delay', action: 'ListAppInstanceGroup', times: 'always', worldMs: 60_000 });
  const { child, ended } = start(['apply', ...desk.world]);
  await desk.simulator.ledger.reached('ListAppInstanceGroup', 'received', 1);
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
    path.join(desk.folder, 'policy.yaml'),
    `  renew-before-expiry:
    - {name: all, groups: all, consoleAutoRenew: disabled, daysBefore: 10, period: 1 Month, autoPay: true}
limits: {spendPerMonth: [100 CNY]}
channels: {oncall: {kind: console}}
tell: {failed: oncall}
`,
  );
  desk.simulator.faults.add({ kind: 'delay', action: 'ListAppInstanceGroup', times: 'always', worldMs: 60_000 });
  const { child, ended } = start(['apply', '--only', 'renew-before-expiry', ...desk.world]);
  await desk.simulator.ledger.reached('ListAppInstanceGroup', 'received', 1);
  child.kill(signal);
  const { code, stderr } = await ended;
  expect([code, stderr.includes('renew-before-expiry failed on home')]).toEqual([130, told]);
});
