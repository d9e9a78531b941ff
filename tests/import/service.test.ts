import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ImportOptions, importWorld } from '../../cli/import/import-world.ts';
import { runAll } from '../../cli/run/runs.ts';
import { withSession } from '../../cli/run/session.ts';
import { openRemote } from '../../cli/world/reach-simulator.ts';
import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { settings } from './imported.ts';

let simulator: Simulator;
let empty: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = await startSimulator({ scenario: await demoScenario() });
  empty = await startSimulator({
    world: buildWorld({ start: '2026-11-25T08:40:00+08:00', accounts: [{ id: '1000000000000001', groups: [] }] }),
  });
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-import-'));
});
afterAll(async () => {
  await Promise.all([simulator.close(), empty.close()]);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => simulator.faults.clear());

const importFrom = (options: Partial<ImportOptions> = {}) => {
  const defaults = {
    target: 'home',
    simulator: simulator.url,
    endpoint: 'cn-shanghai',
    serviceTimeZone: 'Asia/Shanghai',
    peakTag: 'peak-nodes',
  };
  return importWorld({ ...defaults, ...options }, true, new AbortController().signal);
};

/** What every function would do under a policy, by the way of the command line. */
async function planOf(text: string): Promise<readonly RunReport[]> {
  const policy = path.join(folder, 'policy.yaml');
  writeFileSync(policy, text);
  const options = { policy, simulator: simulator.url, state: path.join(folder, 'state') };
  return await withSession(options, (session) => runAll(session, { mode: 'plan' }));
}

describe('the accounts of the demo, read over HTTP', () => {
  test.each([
    ['1234567890123456', undefined, 28],
    ['2234567890123456', 'streamwarden', 3],
    ['3234567890123456', 'streamwarden', 9],
  ])('%s: the plan of every function is empty', async (account, role, covered) => {
    const before = simulator.ledger.count('ModifyNodePoolAttribute', 'executed');
    const { text, draft, warnings } = await importFrom({ account, ...(role === undefined ? {} : { role }) });
    const reports = await planOf(text);
    expect(reports.map(({ function: name, counts, failed }) => [name, counts.act, failed])).toEqual(
      reports.map((each) => [each.function, 0, false]),
    );
    expect(reports.find((each) => each.function === 'scale-on-schedule')?.counts).toMatchObject({ keep: covered, hold: 0 });
    expect(draft.rules.flatMap(({ covers }) => covers)).toHaveLength(covered);
    expect(warnings).toEqual([]);
    expect(simulator.ledger.count('ModifyNodePoolAttribute', 'executed')).toBe(before);
  });

  test('a group that is changed after the import is the one change of the next plan', async () => {
    const { text, draft, observed } = await importFrom();
    const changed = draft.rules.find(({ demand }) => demand.method === 'fixed')?.covers[0];
    const group = observed.groups.find(({ id }) => id === changed);
    const [pool] = group?.pools ?? [];
    if (changed === undefined || pool?.strategy?.type !== 'fixed') throw new Error('the group has a fixed count');
    const world = await openRemote(simulator.url, path.join(folder, 'state'));
    const { account, endpoint, zone: timezone } = settings;
    const client = world.clientFor({ name: 'home', account, endpoint, timezone, shardByRegion: false });
    const NodePoolStrategy = { StrategyType: 'NODE_FIXED' as const, NodeAmount: pool.strategy.nodes + 1 };
    await client.call(modifyNodePoolAttribute, {
      BizRegionId: group?.region ?? '',
      ProductType: 'CloudApp',
      PoolId: pool.id,
      NodePoolStrategy,
    });
    await world.close();
    const [scale] = (await planOf(text)).filter((each) => each.function === 'scale-on-schedule');
    // Where somebody is on the group, the imported limit on cut sessions holds the change: it is pending all the same.
    expect(scale?.decisions.map(({ resource, action }) => [resource.id, action?.operation])).toEqual([
      [changed, 'ModifyNodePoolAttribute'],
    ]);
  });
});

describe('what stands in the way is said with what to do', () => {
  test('RAM refuses to list groups: the action to allow is named', async () => {
    simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 'always' });
    await expect(importFrom()).rejects.toMatchObject({
      code: 'NotPermitted',
      message: expect.stringContaining('appstreaming:ListAppInstanceGroup'),
    });
  });

  test('RAM refuses the rest: the groups are imported, and the policy says what is missing', async () => {
    for (const action of ['ListWuyingServer', 'ListTenantConfig']) simulator.faults.add({ kind: 'deny', action, times: 'always' });
    const { text, draft } = await importFrom();
    expect(draft.rules.length).toBeGreaterThan(0);
    expect(text).toContain(
      '# Not complete: Workstations could not be read: RAM refuses ListWuyingServer; allow appstreaming:ListWuyingServer.',
    );
    expect(text).not.toMatch(/^ {2}power-workstations:/m);
  });

  test('an account without anything', async () => {
    const failure = { code: 'NothingToImport', message: expect.stringContaining('--endpoint ap-southeast-1') };
    await expect(importFrom({ simulator: empty.url })).rejects.toMatchObject(failure);
  });

  test('keys of another account and no role', async () => {
    await expect(importFrom({ account: '2234567890123456' })).rejects.toMatchObject({
      code: 'OtherAccount',
      message: expect.stringContaining('--role'),
    });
  });

  test.each<[string, Partial<ImportOptions>]>([
    ['--target', { target: 'a b' }],
    ['--peak-tag', { peakTag: '' }],
    ['--service-time-zone', { serviceTimeZone: 'Asia/Shanghia' }],
    ['--endpoint', { endpoint: 'cn-hangzhou' }],
    ['--account', { account: 'home' }],
    ['--role', { role: 'acs:ram::1:role/x' }],
  ])('a wrong %s', async (option, options) => {
    await expect(importFrom(options)).rejects.toMatchObject({ code: 'Usage', message: expect.stringContaining(option) });
  });
});
