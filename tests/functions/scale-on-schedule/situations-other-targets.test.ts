import { afterEach, describe, expect, it } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import { run } from '../../../shared/engine/run.ts';
import { keyOf, streamKey } from '../../../shared/journal/store/key.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { dayMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { policyOf } from './plan-fixture.ts';

const accounts = { office: '1234567890123456', branch: '6543210987654321' };
const rule = '- {name: office, groups: all, schedule: service, peak: {tag: size, atMost: 100}, method: fixed}';

let simulator: Simulator;
afterEach(() => simulator.close());

/** Two targets of one policy; each has a group of four nodes, and six are wanted for it. `same`: both targets are of one account. */
async function fixture({ same = false, limit = 2 } = {}) {
  const group = (id: string, region: string) => ({
    id,
    name: id,
    region,
    tags: { size: '6' },
    pool: { id: `rg-${id}`, strategy: { fixed: 4 } },
  });
  const branch = group('aig-branch', 'cn-beijing');
  const office = group('aig-office', 'cn-hangzhou');
  const world = buildWorld({
    start: '2026-11-25T10:00:00+08:00',
    accounts: same
      ? [{ id: accounts.office, groups: [office, branch] }]
      : [
          { id: accounts.office, groups: [office] },
          { id: accounts.branch, groups: [branch] },
        ],
  });
  simulator = await startSimulator({ world, gatewayClock: 'virtual' });
  const clock = worldClock(simulator);
  const base = policyOf(rule, '', '2026-09-20 00:00');
  const { office: target } = base.targets;
  if (target === undefined) throw new Error('the test has no target');
  const targets = {
    office: target,
    branch: { ...target, name: 'branch', account: same ? accounts.office : accounts.branch, regions: ['cn-beijing'] },
  };
  const policy = { ...base, limits: { nodesAddedPer24h: limit }, targets };
  const store = memoryStore();
  const once = async (name: keyof typeof targets) => {
    const key = publishedKey(targets[name].account);
    const credentials = explicitCredentials({ accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret });
    const client = createClient({ endpoint: simulator.url, credentials, clock });
    const report = await run({
      automation: scaleOnSchedule,
      client,
      target: targets[name],
      policy,
      store,
      clock,
      mode: 'apply',
      world: 'test',
    });
    return report.decisions.map(({ verdict, because }) => `${verdict} ${because[0]?.code ?? ''}`.trim());
  };
  const sizes = () =>
    [...simulator.world.accounts.values()].flatMap(({ groups }) =>
      [...groups.values()].flatMap(({ pools }) => pools.map((pool) => pool.counts().nodeAmount)),
    );
  return { once, store, clock, sizes };
}

describe('nodes that another target of the policy has added', () => {
  it.each([false, true])('count for this one for 24 hours, also where both are of one account: %s', async (same) => {
    const { once } = await fixture({ same });
    expect(await once('branch')).toEqual(['act']);
    expect(await once('office')).toEqual(['hold limit-nodes-added']);
    simulator.advance(dayMs + 1);
    expect(await once('office')).toEqual(['act']);
  });

  it.each([false, true])('count also where its run began at the same moment, with both of one account: %s', async (same) => {
    const { once, store, sizes } = await fixture({ same });
    const { create } = store;
    let others: Promise<readonly string[]> | undefined;
    store.create = async (key, bytes) => {
      // It has counted what there was, and is about to write what it means to do.
      if (others === undefined && new TextDecoder().decode(bytes).includes('"kind":"intents"')) {
        others = once('branch');
        await others;
      }
      return create(key, bytes);
    };
    await once('office');
    expect(await others).toEqual(['act']);
    expect(sizes().sort()).toEqual([4, 6]);
    expect(await once('office')).toEqual(['hold limit-nodes-added']);
    simulator.advance(dayMs + 1);
    expect(await once('office')).toEqual(['act']);
  });

  it('are more than any limit where a record of its journal is damaged, until a day after it', async () => {
    const { once, store } = await fixture({ limit: 4 });
    expect(await once('branch')).toEqual(['act']);
    const key = [...store.records.keys()].find((each) => each.startsWith(keyOf('written', 'scale-on-schedule', accounts.branch)));
    store.records.set(key ?? '', new TextEncoder().encode('{'));
    expect(await once('office')).toEqual(['hold limit-nodes-added']);
    simulator.advance(dayMs + 1);
    expect(await once('office')).toEqual(['act']);
  });

  it('are more than any limit where its journal cannot be read at all', async () => {
    const { once, store } = await fixture({ limit: 4 });
    const { list } = store;
    store.list = (prefix, onForeign) => {
      if (prefix.includes(accounts.branch)) throw new StoreError('Unreachable', 'no answer');
      return list(prefix, onForeign);
    };
    expect(await once('office')).toEqual(['hold limit-nodes-added']);
  });

  it('hold no raise within the level that a group had', async () => {
    const { once, store } = await fixture({ limit: 2 });
    expect(await once('office')).toEqual(['act']);
    store.records.set(streamKey(keyOf('written', 'scale-on-schedule', accounts.branch), 0), new TextEncoder().encode('{'));
    // Down to a quarter for the night, and up again.
    simulator.advance(14 * 3_600_000);
    expect(await once('office')).toEqual(['act']);
    simulator.advance(8 * 3_600_000);
    expect(await once('office')).toEqual(['act']);
  });
});
