import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AssumptionValue, assumptions } from '../../simulator/assumptions.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { liveAccount } from './live-account.ts';

const hourMs = 3_600_000;
const example = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');

/** The switches that scale-on-schedule can meet. Those of other operations change nothing that it calls. */
const met = [
  'scheduleZone',
  'recurrenceTypeReadBack',
  'periodRewrite',
  'scheduleFallingEdge',
  'fixedLowering',
  'omittedStrategyFields',
  'inactiveStrategyFields',
  'endOfDay24',
  'zeroScalingCeiling',
  'zeroPeriodAmount',
  'pastEnableDate',
  'disableDate',
  'lapsedSchedule',
  'warmUp',
  'nodeAmountUnderSchedule',
  'nodeAmountShows',
  'usageForPayAsYouGo',
  'usageCountsBootingNodes',
  'subscriptionNodeAmount',
  'strategyWhileUnpublished',
  'nodeBootMinutes',
  'nodeReleaseMinutes',
  'payAsYouGoExpiredTime',
  'payAsYouGoPriceUnit',
  'unknownParameters',
  'misplacedParameters',
] as const satisfies readonly (keyof typeof assumptions)[];

/** What a day is like when a setting changes something that the function or its users can see; nothing else does. */
const consequences: Readonly<Record<string, Partial<Day>>> = {
  // A ceiling of zero is what an idle evening wants. Refused, it stays a change that every run tries again and reports as unclear.
  'zeroScalingCeiling=refuse': { unclear: 6, unsettled: 6 },
};

interface Day {
  /** Calls that failed with proof that nothing ran. */
  readonly refused: number;
  /** Calls of which it stayed open whether they ran. */
  readonly unclear: number;
  /** Changes that a plan right after a run still wanted. */
  readonly unsettled: number;
  readonly errors: number;
  /** Connected sessions cut by the service. */
  readonly cut: number;
}

const settings = met.flatMap((name) =>
  assumptions[name].values.filter((value) => value !== assumptions[name].default).map((value) => [name, value] as const),
);

async function liveADay(name: string, value: AssumptionValue): Promise<Day> {
  const scenario = await demoScenario();
  const world = { ...scenario.world, assumptions: { [name]: value } };
  const simulator = await startSimulator({ scenario: { ...scenario, world }, gatewayClock: 'virtual' });
  try {
    const live = liveAccount(simulator, example);
    const day = { refused: 0, unclear: 0, unsettled: 0, errors: 0, cut: 0 };
    for (let hours = 0; hours < 26; hours += 2) {
      for (const { outcomes, errors } of await live.runs('apply')) {
        day.refused += outcomes.filter(({ outcome }) => outcome === 'failed').length;
        day.unclear += outcomes.filter(({ outcome }) => outcome === 'unknown').length;
        day.errors += errors.length;
      }
      for (const { counts } of await live.runs('plan')) day.unsettled += counts.act;
      simulator.advance(2 * hourMs);
    }
    for (const account of simulator.world.accounts.values()) {
      for (const { statistics } of account.groups.values()) day.cut += statistics.sessionsInterrupted;
    }
    return day;
  } finally {
    await simulator.close();
  }
}

describe('a day of the example policy, under every other setting of what no document settles', () => {
  test.each(settings)('%s = %s', async (name, value) => {
    const calm: Day = { refused: 0, unclear: 0, unsettled: 0, errors: 0, cut: 0 };
    expect(await liveADay(name, value)).toEqual({ ...calm, ...consequences[`${name}=${value}`] });
  });

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
});
