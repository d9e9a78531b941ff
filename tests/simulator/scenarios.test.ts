import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { demoScenario, loadScenario, worldOf } from '../../simulator/scenario.ts';
import { day } from './estate.ts';

const folder = fileURLToPath(new URL('../../simulator/scenarios/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('the scenarios that come with the simulator', () => {
  it.each(files)('%s says what it is for and lives through three days, the same each time', async (file) => {
    const scenario = await loadScenario(`${folder}${file}`);
    expect(scenario.title).toBeTruthy();
    expect(scenario.description).toBeTruthy();
    const [a, b] = [worldOf(scenario), worldOf(scenario)].map((world) => {
      world.clock.advanceBy(3 * day);
      world.settleStatistics();
      return [...world.accounts.values()].map((account) => ({ ...account.statistics, sessions: [...account.sessions.keys()] }));
    });
    expect(a).toEqual(b);
  });

  it('lapses.json loses the subscriptions that nobody renews, and their users', async () => {
    const world = worldOf(await loadScenario(`${folder}lapses.json`));
    world.clock.advanceBy(6 * day);
    const [account] = [...world.accounts.values()];
    expect(account?.statistics.lapses).toBe(3);
    expect(account?.statistics.deniedOther).toBeGreaterThan(0);
    expect(account?.statistics.deniedNoInstance).toBeGreaterThan(0);
  });

  it('morning-rush.json fills usage scaling to its ceiling and turns users away elsewhere', async () => {
    const world = worldOf(await loadScenario(`${folder}morning-rush.json`));
    world.clock.advanceTo(Date.parse('2026-11-25T10:30:00+08:00'));
    const [byUsage, fixed, late] = [...world.accounts.values()][0]?.groupList ?? [];
    expect(byUsage?.pools[0]?.nodes).toHaveLength(7);
    expect(fixed?.statistics.deniedNoInstance).toBeGreaterThan(0);
    expect(late?.statistics.deniedNoInstance).toBeGreaterThan(0);
  });
});

describe('the demo', () => {
  it('is a working morning of three accounts with sessions under way and nobody turned away yet', async () => {
    const world = worldOf(await demoScenario());
    expect(new Date(world.startMs).toISOString()).toBe('2026-11-25T00:40:00.000Z');
    expect([...world.accounts.keys()]).toEqual(['1234567890123456', '2234567890123456', '3234567890123456']);
    const accounts = [...world.accounts.values()];
    expect(accounts.reduce((sum, { groupList }) => sum + groupList.length, 0)).toBe(60);
    const sessions = accounts.reduce((sum, account) => sum + account.sessions.size, 0);
    expect(sessions).toBeGreaterThanOrEqual(36);
    expect(accounts.map(({ statistics }) => statistics.deniedNoInstance)).toEqual([0, 0, 0]);
  });

  it('has a group in each state that a plan has to respect', async () => {
    const world = worldOf(await demoScenario());
    const groups = [...world.accounts.values()].flatMap(({ groupList }) => groupList);
    const named = (name: string) => groups.find((group) => group.name === name);
    expect(new Set(groups.map(({ status }) => status))).toEqual(new Set(['PUBLISHED', 'MAINTAINING', 'DEPLOYING', 'CEASED', 'EXPIRED']));
    expect(named('hr-training')?.tags.get('peak-nodes')?.value).toBe('five');
    expect(named('sales-kiosk')?.drained).toBe(true);
    expect(named('sales-events')?.pools[0]?.nodes.map(({ used }) => used)).toEqual([2, 2, 2, 1]);
    expect(groups.filter(({ ota }) => ota.offeredVersion !== undefined)).toHaveLength(5);
  });
});
