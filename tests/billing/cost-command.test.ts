import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvLine } from '../../cli/render/cost.ts';
import { focusColumns } from '../../cli/render/focus.ts';
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
import { minuteMs } from '../fixtures/times.ts';
import { billedMicros } from './watched-world.ts';

const account = '1234567890123456';

const text = `version: 1
timezone: Asia/Shanghai
mode: {act: [scale-on-schedule]}
targets: {home: {account: "${account}", endpoint: cn-shanghai, calendar: china}}
calendars: {china: {source: china-state-council, unpublishedYear: warn}}
schedules: {office: {workday: {08:00-21:00: 100%}}}
rules:
  scale-on-schedule:
    - {name: office, groups: {tags: {department: sales}}, schedule: office, peak: {tag: peak-nodes, otherwise: 3, atMost: 3}, method: service-schedule}
`;

const weekly = { schedule: { '1-5': { '08:00-21:00': 3 } }, enable: '2026-09-01', disable: '2027-08-31' };
const groups = [
  { id: 'aig-office', name: 'office', tags: { department: 'sales' }, pool: { id: 'rg-office', strategy: weekly } },
  { id: 'aig-alone', name: '=alone', tags: {}, pool: { id: 'rg-alone', strategy: { fixed: 2 } } },
].map(({ pool, ...group }) => ({
  ...{ ...group, region: 'cn-hangzhou' },
  pool: { ...pool, instanceType: 'appstreaming.general.4c8g', capacity: 2 },
}));

let simulator: Simulator;
let folder: string;
const command = (args: readonly string[]) =>
  streamwarden([
    'cost',
    ...args,
    '--policy',
    path.join(folder, 'policy.yaml'),
    '--simulator',
    simulator.url,
    '--state',
    path.join(folder, 'state'),
  ]);
const micros = (found: { readonly micros: string }) => BigInt(found.micros);

beforeAll(async () => {
  // Into the holiday: the schedule that is set goes on, and the function takes the day out of it.
  const world = buildWorld({ start: '2026-09-30T12:00:00+08:00', accounts: [{ id: account, groups }] });
  simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-cost-'));
  writeFileSync(path.join(folder, 'policy.yaml'), text);
  const clock = worldClock(simulator);
  const policy = compiledPolicy(text, [ruleModule], clock.now());
  const target = policy.targets.home;
  if (target === undefined) throw new Error('the policy has no target home');
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials(publishedKey(account)), clock });
  const runner = automationRunner(scaleOnSchedule);
  const store = directoryStore(path.join(folder, 'state'));
  while (clock.now() < shanghai('2026-10-01 20:00')) {
    await runner.run({ client, target, policy, store, clock, mode: 'apply', world: 'test' });
    await simulator.advance(15 * minuteMs);
  }
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const fromMs = shanghai('2026-10-01');
const billed = (group: string) => billedMicros(simulator.world.account(account), group, fromMs, simulator.world.clock.nowMs);

test('the month is what the simulated bill says, by group, and what was saved is what the holiday would have cost', async () => {
  const { code, stdout, stderr } = await command(['--by', 'group', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const { rows, totals, unknown } = JSON.parse(stdout);
  expect(unknown.filter(({ because }: { because: string }) => because !== 'unmeasured')).toEqual([]);
  const alone = rows.find(({ key }: { key: string }) => key === 'aig-alone');
  const office = rows.find(({ key }: { key: string }) => key === 'aig-office');
  // A quarter of an hour at the end lies behind the last look.
  expect(Number(micros(alone.measured)) / Number(billed('aig-alone'))).toBeGreaterThan(0.98);
  expect(Number(micros(alone.measured)) / Number(billed('aig-alone'))).toBeLessThan(1.01);
  expect(micros(alone.saved)).toBe(0n);
  expect(micros(office.measured)).toBe(billed('aig-office'));
  const hourly = Number(billed('aig-alone')) / 2 / ((simulator.world.clock.nowMs - fromMs) / 3_600_000);
  // From 08:00 on three nodes would have run, six minutes of boot time included.
  const hours = (simulator.world.clock.nowMs - shanghai('2026-10-01 08:00')) / 3_600_000;
  expect(Number(micros(office.saved)) / (3 * hourly * hours)).toBeGreaterThan(0.96);
  expect(Number(micros(office.saved)) / (3 * hourly * hours)).toBeLessThan(1.01);
  expect(micros(totals[0].cost)).toBe(micros(alone.cost) + micros(office.cost));
  expect(rows.reduce((sum: number, { shareOfTenThousand }: { shareOfTenThousand: number }) => sum + shareOfTenThousand, 0)).toBe(10_000);
});

test('as text it shows the total, and names groups that no rule covers with the others', async () => {
  const { code, stdout } = await command(['--by', 'tag:department']);
  expect(code).toBe(0);
  expect(stdout).toContain('(no tag department)');
  expect(stdout).toMatch(/total CNY .* 100\.00 %/);
});

test('a forecast adds what is ahead, and says on what it rests', async () => {
  const { code, stdout } = await command(['--forecast', '--json']);
  expect(code).toBe(0);
  const { forecast, totals } = JSON.parse(stdout);
  expect(forecast.basis).toEqual({ scheduled: 1, asSet: 1, asBefore: 0, unknown: 0 });
  const [{ soFar, byHour, subscriptions, total }] = forecast.totals;
  expect(micros(soFar)).toBe(micros(totals[0].cost));
  expect(micros(total)).toBe(micros(soFar) + micros(byHour) + micros(subscriptions));
  expect(forecast.before).toEqual([]);
});

test('exports have a header and one line for each resource and day; names are no formulas', async () => {
  const focus = (await command(['--focus'])).stdout.trimEnd().split('\r\n');
  expect(focus[0]).toBe(focusColumns.join(','));
  expect(focus.slice(1).every((line) => line.includes('aig-'))).toBe(true);
  expect(focus.some((line) => line.includes("'=alone"))).toBe(true);
  const csv = (await command(['--by', 'group', '--csv'])).stdout.trimEnd().split('\r\n');
  expect(csv.filter((line) => line.startsWith('aig-') && line.includes(',CNY,'))).toHaveLength(2);
  expect(csvLine(['-1.50', '-x', '@x', 'a,"b"'])).toBe('-1.50,\'-x,\'@x,"a,""b"""\r\n');
});

test.each([
  ['a month that has not begun', ['--month', '2026-11'], '2026-11 has not begun'],
  ['a month that is none', ['--month', '2026-13'], '--month takes a month'],
  ['a forecast of a month that is over', ['--month', '2026-09', '--forecast'], '2026-09 is over'],
  ['a grouping that there is not', ['--by', 'owner'], '--by takes target, group'],
  ['two forms of output', ['--csv', '--json'], 'Say one of'],
])('%s is refused', async (_what, args, said) => {
  const { code, stdout, stderr } = await command(args);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain(said);
});
