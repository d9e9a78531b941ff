import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { streamwarden } from '../cli/command.ts';

const account = '1000000000000001';
const key = { accessKeyId: 'key-of-li', accessKeySecret: 'secret-of-li', accountId: account, user: 'li.wei' };
const second = { accessKeyId: 'key-of-wang', accessKeySecret: 'secret-of-wang', accountId: account, user: 'wang.fang' };

/** A policy as written; `more` stands in for its mode, targets or rules. */
const policy = ({ mode = 'act', rules = true, target = 'home' } = {}) => `version: 1
timezone: Asia/Shanghai
mode: {default: observe${mode === 'act' ? ', act: [scale-on-schedule]' : ''}}
targets: {${target}: {account: "${account}", role: streamwarden, endpoint: cn-shanghai, calendar: china}}
calendars: {china: {source: china-state-council}}
schedules: {office: {workday: {08:00-18:00: 4 nodes}}}
limits: {changedByPush: 100%}
rules:
  scale-on-schedule: [${rules ? '{name: office, groups: all, schedule: office}' : ''}]
`;

let folder: string;
let simulator: Simulator;

// The evening before a holiday: the week pauses until the first workday behind it.
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-deviations-'));
  const strategy = { schedule: { '1-5': { '08:00-18:00': 4 } }, warmUp: true, enable: '2026-09-01', disable: '2027-08-31' };
  const groups = [{ id: 'aig-1', name: 'ledger', region: 'cn-hangzhou', pool: { id: 'rg-1', strategy } }];
  const world = buildWorld({ start: '2026-09-30T20:00:00+08:00', accounts: [{ id: account, groups }] });
  simulator = await startSimulator({ world, accessKeys: [key, second] });
});
afterEach(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]) => runBy(key, ...args);
async function runBy({ accessKeyId, accessKeySecret }: typeof key, ...args: readonly string[]) {
  const options = ['--policy', path.join(folder, 'policy.yaml'), '--simulator', simulator.url, '--state', path.join(folder, 'state')];
  return await streamwarden([...args, ...options], { env: { STREAMWARDEN_SIMULATOR_KEY: `${accessKeyId}:${accessKeySecret}` } });
}
const write = (more?: Parameters<typeof policy>[0]) => writeFileSync(path.join(folder, 'policy.yaml'), policy(more));
const begins = () => simulator.world.account(account).groupList[0]?.pools[0]?.settings.StrategyEnableDate;

async function paused(): Promise<void> {
  write();
  expect((await run('push')).code).toBe(0);
  await applied();
}

/** The same where a policy is in force by which scaling observes: that it begins to act is weaker, and somebody else has to publish it. */
async function pausedAfterObserving(): Promise<void> {
  write();
  expect((await run('push')).code).toBe(2);
  expect((await runBy(second, 'push', '--confirm', '0')).code).toBe(0);
  await applied();
}

async function applied(): Promise<void> {
  expect((await run('apply')).code).toBe(0);
  expect(begins()).toBe('2026-10-08');
}

describe('a policy by which scaling only observes from now on', () => {
  test.each([
    ['whose mode says so', { mode: 'observe' }],
    ['that has no rule of scaling any more', { rules: false }],
  ])('%s is not published before somebody says what becomes of open deviations', async (_, more) => {
    await paused();
    write(more);
    const asked = await run('push');
    expect(asked.code).toBe(1);
    expect(asked.stdout).toContain('ledger  home  no nodes are wanted until 2026-10-08');
    expect(asked.stderr).toMatch(/--restore-first.*--leave/);
    expect(begins()).toBe('2026-10-08');

    const restored = await run('push', '--restore-first');
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    expect(restored.stdout).toContain('Published as policy 1.');
    expect(begins()).toBe('2026-09-30');
  });

  test('leaves them where that is what was said, and says both in JSON', async () => {
    await paused();
    write({ mode: 'observe' });
    const left = await run('push', '--leave', '--json');
    expect(left.code).toBe(0);
    expect(JSON.parse(left.stdout)).toMatchObject({ outcome: 'published', deviations: [{ target: 'home', resource: { id: 'aig-1' } }] });
    expect(begins()).toBe('2026-10-08');
    expect((await run('push', '--leave', '--restore-first')).code).toBe(1);
  });

  test('asks nothing where nothing deviates, or scaling goes on', async () => {
    write();
    await run('push');
    write({ mode: 'observe' });
    expect((await run('push')).code).toBe(0);
    await pausedAfterObserving();
    write({ target: 'renamed' });
    expect((await run('push')).code).toBe(0);
    expect(begins()).toBe('2026-10-08');
  });

  test('a rollback to it asks nobody, and says what stays', async () => {
    write({ mode: 'observe' });
    await run('push');
    await pausedAfterObserving();
    const back = await run('rollback');
    expect([back.code, back.stderr]).toEqual([0, '']);
    expect(back.stdout).toContain('Nothing takes these deviations from an ordinary week back');
    expect(begins()).toBe('2026-10-08');
  });
});
