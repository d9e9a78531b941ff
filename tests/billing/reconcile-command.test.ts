import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { streamwarden } from '../cli/command.ts';
import { compiledPolicy } from '../e2e/live-function.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../fixtures/times.ts';

const account = '1234567890123456';
let simulator: Simulator;
let folder: string;

const policyText = (billing: string) => `version: 1
timezone: Asia/Shanghai
mode: {act: [scale-on-schedule]}
targets: {home: {account: "${account}", endpoint: cn-shanghai${billing}}}
schedules: {office: {everyday: {08:00-20:00: 3 nodes}}}
rules:
  scale-on-schedule: [{name: office, groups: {name: office}, schedule: office, method: service-schedule}]
`;

function command(args: readonly string[], billing = ', billing: {site: china, productCode: CODE}') {
  writeFileSync(path.join(folder, 'policy.yaml'), policyText(billing.replace('CODE', simulator.world.assumptions.billingProductCode)));
  const place = ['--simulator', simulator.url, '--state', path.join(folder, 'state')];
  return streamwarden(['reconcile', '--policy', path.join(folder, 'policy.yaml'), ...place, ...args]);
}

interface Row {
  readonly resource: string;
  readonly state: string;
  readonly causes: readonly string[];
}

const rowsIn = (stdout: string): readonly Row[] => JSON.parse(stdout).accounts[0].rows;
const said = (rows: readonly Row[]) => rows.map(({ resource, state, causes }) => [resource, state, ...causes].join(' ')).sort();

beforeAll(async () => {
  const groups = ['office', 'lab'].map((name) => ({
    ...{ id: `aig-${name}`, name, region: 'cn-hangzhou' },
    pool: { id: `rg-${name}`, instanceType: 'appstreaming.general.4c8g', capacity: 2, strategy: { fixed: name === 'lab' ? 1 : 3 } },
  }));
  // The last two days of a month, so that a whole bill is played in little time.
  const world = buildWorld({ start: '2026-10-30T00:00:00+08:00', accounts: [{ id: account, groups }] });
  simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-reconcile-'));
  const clock = worldClock(simulator);
  const policy = compiledPolicy(policyText(''), [ruleModule], clock.now());
  const target = policy.targets.home;
  if (target === undefined) throw new Error('the policy has no target home');
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials(publishedKey(account)), clock });
  const runner = automationRunner(scaleOnSchedule);
  const store = directoryStore(path.join(folder, 'state'));
  while (clock.now() <= shanghai('2026-11-01 00:15')) {
    await runner.run({ client, target, policy, store, clock, mode: 'apply', world: 'test' });
    // For two hours of the last night nobody looked.
    simulator.advance(clock.now() === shanghai('2026-10-31 01:00') ? 2 * hourMs : 10 * minuteMs);
  }
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

test('while the month may still change, what the bill does not show is not missing', async () => {
  const { code, stdout } = await command(['--month', '2026-10', '--json']);
  const found = JSON.parse(stdout);
  expect([code, found.provisional]).toEqual([0, true]);
  expect(said(rowsIn(stdout))).toEqual(['aig-lab pending', 'aig-office pending']);
});

test('a final bill matches what was measured, and a gap that nobody measured is named as the cause of what differs', async () => {
  simulator.advance(3 * 24 * hourMs);
  const { code, stdout, stderr } = await command(['--month', '2026-10', '--json']);
  expect(stderr).toBe('');
  // No node of the office runs at night, so the gap costs nothing there.
  expect(said(rowsIn(stdout))).toEqual(['aig-lab differing unmeasured', 'aig-office matched']);
  expect(code).toBe(2);
  const [lab] = rowsIn(stdout) as readonly (Row & { readonly days: readonly { readonly date: string }[] })[];
  expect(lab?.days.map(({ date }) => date)).toEqual(['2026-10-31']);
  const text = (await command(['--month', '2026-10'])).stdout;
  expect(text).toContain('runs were too far apart, or there were none');
  expect(text).toContain('1 row is open: look at each of them.');
});

test('a code of no product, and a target that does not say how it is billed, are errors that say what to do', async () => {
  const odd = await command(['--month', '2026-10'], ', billing: {site: china, productCode: nothing}');
  expect(odd.code).toBe(1);
  expect(odd.stdout + odd.stderr).toContain('streamwarden doctor');
  const none = await command(['--month', '2026-10'], '');
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("Add 'billing: {site, productCode}' to the target");
});

test.each([
  ['a month that has not begun', '2027-01', 'has not begun'],
  ['a month whose bill is not kept', '2025-01', 'is too long ago'],
  ['no month', '2026-1', '--month takes a month'],
])('%s is refused', async (_what, month, why) => {
  const { code, stderr } = await command(['--month', month]);
  expect([code, stderr]).toEqual([1, expect.stringContaining(why)]);
});
