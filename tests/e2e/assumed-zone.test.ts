import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { hourMs } from '../fixtures/times.ts';
import { liveAccount } from './live-account.ts';

const example = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');

test('a zone other than the assumed one is not seen by the function: its users stand before closed doors', async () => {
  const denied = async (assumptions: Readonly<Record<string, AssumptionValue>>): Promise<number> => {
    const scenario = await demoScenario();
    const simulator = await startSimulator({
      scenario: { ...scenario, world: { ...scenario.world, assumptions } },
      gatewayClock: 'virtual',
    });
    try {
      await liveAccount(simulator, example).runs('apply');
      simulator.advance(26 * hourMs);
      let sum = 0;
      for (const account of simulator.world.accounts.values()) {
        for (const { statistics } of account.groups.values()) sum += statistics.deniedNoInstance;
      }
      return sum;
    } finally {
      await simulator.close();
    }
  };
  expect(await denied({ scheduleZone: 'UTC' })).toBeGreaterThan(2 * (await denied({})));
});
