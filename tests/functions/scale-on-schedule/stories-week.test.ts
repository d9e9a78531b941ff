import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunReport } from '../../../shared/engine/report.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { demoScenario } from '../../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { liveAccount } from '../../e2e/live-account.ts';
import { hourMs } from '../../fixtures/times.ts';

const example = readFileSync(new URL('../../../policy.example.yaml', import.meta.url), 'utf8');

describe('a week of the example policy on the demo accounts, every second hour', () => {
  let simulator: Simulator;
  const applied: RunReport[] = [];
  const second: RunReport[] = [];
  let problems: readonly unknown[];

  beforeAll(async () => {
    simulator = await startSimulator({ scenario: await demoScenario(), gatewayClock: 'virtual' });
    const live = liveAccount(simulator, example);
    for (let hours = 0; hours < 7 * 24; hours += 2) {
      applied.push(...(await live.runs('apply')));
      second.push(...(await live.runs('plan')));
      simulator.advance(2 * hourMs);
    }
    ({ problems } = await verifyJournal(live.store));
  }, 120_000);
  afterAll(() => simulator.close());

  test('no run fails, and no call is refused or unclear', () => {
    expect(applied.flatMap(({ errors }) => errors)).toEqual([]);
    expect(applied.flatMap(({ outcomes }) => outcomes).filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(applied.flatMap(({ outcomes }) => outcomes).length).toBeGreaterThan(30);
  });

  test('right after each run a plan is empty', () => {
    expect(second.filter(({ counts }) => counts.act > 0)).toEqual([]);
  });

  test('nobody connected is cut by a change of nodes', () => {
    for (const account of simulator.world.accounts.values()) {
      for (const group of account.groups.values()) expect([group.name, group.statistics.sessionsInterrupted]).toEqual([group.name, 0]);
    }
  });

  test('every write is in the journal, whose chains are whole', () => {
    expect(problems).toEqual([]);
    expect(simulator.ledger.count('ModifyNodePoolAttribute', 'executed')).toBe(applied.flatMap(({ outcomes }) => outcomes).length);
  });

  test('a run makes one call per page, one per price of what changes, two per change, and looks at sessions only where it may cut', () => {
    for (const { calls, outcomes, decisions } of applied) {
      const {
        ListAppInstanceGroup,
        GetResourcePrice = 0,
        GetAppInstanceGroup = 0,
        ModifyNodePoolAttribute = 0,
        ListAppInstances = 0,
        GetCallerIdentity = 0,
        ...others
      } = calls.byOperation;
      // A protected user's session also holds lowering, so whoever is there is looked up for that too.
      const lowering = decisions.filter(({ action }) => action?.harms?.includes('lower') || action?.effect === 'disruptive');
      expect(ListAppInstanceGroup).toBe(1);
      expect(ModifyNodePoolAttribute).toBe(outcomes.length);
      expect(GetAppInstanceGroup).toBe(outcomes.length);
      expect(GetResourcePrice).toBeLessThanOrEqual(new Set(decisions.map(({ resource }) => resource.region)).size * 2);
      // Once while planning, and once more right before the call.
      expect(ListAppInstances).toBeLessThanOrEqual(2 * lowering.length);
      // Whose keys they are is asked before the first write, once for a key.
      expect(GetCallerIdentity).toBeLessThanOrEqual(outcomes.length > 0 ? 1 : 0);
      expect(others).toEqual({});
    }
  });
});
