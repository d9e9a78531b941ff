import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { demoScenario, loadScenario, parseScenario, ScenarioError, worldOf } from '../../simulator/scenario.ts';
import { startSimulator } from '../../simulator/simulator.ts';

const office = { name: 'office', region: 'cn-hangzhou' };
const small = { start: '2026-11-25T08:40:00+08:00', accounts: [{ id: '1000000000000001', groups: [office] }] };

const parse = (value: unknown) => parseScenario(JSON.stringify(value), 'test.json');

test('a small scenario becomes a world at its own instant', () => {
  const world = worldOf(parse(small));
  expect(world.clock.nowMs).toBe(Date.UTC(2026, 10, 25, 0, 40));
  expect([...(world.accounts.get('1000000000000001')?.groups.values() ?? [])].map(({ name }) => name)).toEqual(['office']);
});

test('seed and start can be set over the scenario\u2019s own', () => {
  const scenario = parse({ ...small, seed: 3 });
  const start = '2027-01-01T00:00:00Z';
  expect(worldOf(scenario, { start }).clock.nowMs).toBe(Date.UTC(2027, 0, 1));
  const firstId = (overrides: { readonly seed?: number } = {}) => worldOf(scenario, overrides).newId('aig');
  expect(firstId({ seed: 4 })).not.toBe(firstId());
  expect(firstId()).toBe(firstId());
});

test('a world gets a new name at each start, unless the scenario or the caller names it', () => {
  const scenario = parse({ ...small, seed: 3 });
  expect(worldOf(scenario).id).not.toBe(worldOf(scenario).id);
  expect(worldOf(scenario, { id: 'mine' }).id).toBe('mine');
  expect(worldOf(parse({ ...small, id: 'lasting' })).id).toBe('lasting');
  expect(() => parse({ ...small, id: '../up' })).toThrow(/small letters/);
});

test('a repeated group is unfolded with its number in name, tags and users', () => {
  const repeated = {
    name: 'team-{n}',
    region: 'cn-hangzhou',
    repeat: 3,
    tags: { unit: 'u{n}' },
    users: [{ prefix: 'team{n}-', count: 2 }],
  };
  const { groups } = worldOf(parse({ ...small, accounts: [{ id: '1000000000000001', groups: [office, repeated] }] })).account(
    '1000000000000001',
  );
  expect([...groups.values()].map(({ name }) => name)).toEqual(['office', 'team-1', 'team-2', 'team-3']);
  expect([...groups.values()].at(-1)?.tags.get('unit')).toMatchObject({ value: 'u3' });
  expect(new Set(groups.keys()).size).toBe(4);
});

test('faults and keys of a scenario are in force from the start', async () => {
  const scenario = parse({
    ...small,
    faults: [{ kind: 'throttle', action: '*', times: 2 }],
    accessKeys: [{ accessKeyId: 'auditor', accessKeySecret: 's', accountId: '1000000000000001', user: 'eve' }],
  });
  const simulator = await startSimulator({ scenario });
  expect(simulator.faults.list()).toMatchObject([{ fault: { kind: 'throttle' } }]);
  expect(simulator.keys.find('auditor')).toMatchObject({ user: 'eve' });
  await simulator.close();
});

describe('a wrong scenario is refused with the place and what to write', () => {
  const account = small.accounts[0] as { id: string };
  const withGroup = (group: object) => ({ ...small, accounts: [{ ...account, groups: [{ ...office, ...group }] }] });

  test.each([
    ['a key with a spelling mistake', withGroup({ chargee: 'PrePaid' }), 'accounts[0].groups[0].chargee: this key is not known'],
    ['a value outside its set', withGroup({ charge: 'Prepaid' }), 'accounts[0].groups[0].charge: write "PrePaid" or "PostPaid"'],
    ['no start', { accounts: small.accounts }, 'start: write a value of type string'],
    ['a start without offset', { ...small, start: '2026-11-25T08:40:00' }, 'start: write an instant with its offset'],
    ['no account', { ...small, accounts: [] }, 'accounts: write something of at least 1'],
    ['an account number as a number', { ...small, accounts: [{ id: 1000000000000001 }] }, 'accounts[0].id: write a value of type string'],
    [
      'an account number with letters',
      { ...small, accounts: [{ id: 'abc' }] },
      'accounts[0].id: write the account number as text of 16 digits',
    ],
    ['a strategy that is none', withGroup({ pool: { strategy: { fixd: 2 } } }), 'accounts[0].groups[0].pool.strategy'],
    [
      'a schedule for a day that does not exist',
      withGroup({ pool: { strategy: { schedule: { '1-8': {} }, enable: '2026-11-01', disable: '2027-11-01' } } }),
      'pool.strategy.schedule',
    ],
    ['a repeated group without a place for its number', withGroup({ repeat: 2 }), 'accounts[0].groups[0].name: write {n}'],
    [
      'a repeated group with an id',
      withGroup({ name: 'a{n}', repeat: 2, id: 'aig-1' }),
      'accounts[0].groups[0].id: leave it out beside repeat',
    ],
    ['a fault that is none', { ...small, faults: [{ kind: 'boom', action: '*' }] }, 'faults[0]'],
  ])('%s', (_name, scenario, message) => {
    expect(() => parse(scenario)).toThrow(ScenarioError);
    expect(() => parse(scenario)).toThrow(message);
  });

  test('all problems at once', () => {
    const wrong = { ...withGroup({ charge: 1, size: 2 }), start: 'now' };
    const problems = problemsOf(() => parse(wrong));
    expect(problems).toHaveLength(3);
  });

  test.each([
    ['{\n  "start": "x",\n  "accounts": [,]\n}', 'line 3, column 16'],
    ['{\n  "start": "x"\n  "accounts": []\n}', 'line 3, column 3'],
    ['{"a": trux}', 'line 1, column 10'],
    ['{"a": 1,\n}', 'line 2, column 1'],
    ['{"a": 1', 'line 1, column 8'],
    ['', 'line 1, column 1'],
  ])('what is not JSON is told by line and column: %j', (text, message) => {
    expect(() => parseScenario(text, 'broken.json')).toThrow(message);
  });

  test.each([
    ['an unknown assumption', { assumptions: { gravity: 'off' } }, 'gravity'],
    ['a date that does not exist', { start: '2026-13-25T08:40:00+08:00' }, '2026-13-25'],
    [
      'more sessions than nodes can carry',
      withGroup({ sessions: Array.from({ length: 9 }, (_, index) => ({ user: `u${index}` })) }),
      'sessions',
    ],
  ])('%s is refused when the world is made', (_name, wrong, message) => {
    const scenario = parse({ ...small, ...wrong });
    expect(() => worldOf(scenario)).toThrow(ScenarioError);
    expect(() => worldOf(scenario)).toThrow(message);
  });

  test('a file that is not there', async () => {
    await expect(loadScenario('/nowhere/scenario.json')).rejects.toThrow(/nowhere.*ENOENT.*check its path/s);
  });
});

test('a scenario is read from its file', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'scenario-'));
  const file = path.join(folder, 'one.json');
  await writeFile(file, JSON.stringify({ ...small, title: 'One office' }));
  expect(await loadScenario(file)).toMatchObject({ title: 'One office', source: file });
  await rm(folder, { recursive: true });
});

test('the demo is a scenario whose world can be made', async () => {
  const world = worldOf(await demoScenario());
  expect([...world.accounts.values()].some(({ groups }) => groups.size > 0)).toBe(true);
});

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
  }
  throw new Error('no ScenarioError was thrown');
}
