import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ExplanationAt, momentOf, storiesAt } from '../../cli/explain/explanation-at.ts';
import { explanationAtLines } from '../../cli/explain/explanation-at-lines.ts';
import { localClock } from '../../cli/render/local-clock.ts';
import { styleFor } from '../../cli/render/style.ts';
import { runAll } from '../../cli/run/runs.ts';
import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { minuteMs } from '../fixtures/times.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

const startMs = Date.parse('2026-11-25T08:40:00+08:00');
const clock = localClock('Asia/Shanghai', startMs);

let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture({ groups: 2 });
});
afterEach(async () => {
  await fixture.close();
});

const apply = () => fixture.inSession((session) => runAll(session, { mode: 'apply', only: 'scale-on-schedule' }));
/** Somebody sets a fixed count in the console. */
const bySomebody = (nodes: number) =>
  fixture.inSession(({ world, policy }) =>
    world.clientFor(policy.targets['home'] as CompiledTarget).call(modifyNodePoolAttribute, {
      PoolId: 'rg-0',
      ProductType: 'CloudApp',
      NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: nodes },
    } as never),
  );
/** Moves the time on to so many minutes after the start. */
const until = (minute: number): void => fixture.simulator.advance(startMs + minute * minuteMs - fixture.simulator.world.clock.nowMs);
const at = async (minute: number, wanted = 'aig-0'): Promise<ExplanationAt> => {
  const [explanation] = await fixture.inSession((session) => storiesAt(session, wanted, startMs + minute * minuteMs));
  if (!explanation) throw new Error('there is no story');
  return explanation;
};
const text = (explanation: ExplanationAt): string => explanationAtLines(explanation, clock, styleFor()).join('\n');

describe('explain --at', () => {
  test('tells what Streamwarden wrote, by which rule and why', async () => {
    until(1);
    await apply();
    until(30);
    const [setting] = (await at(20)).settings;
    expect(setting).toMatchObject({ by: 'streamwarden', function: 'scale-on-schedule', setting: 'node-pool:rg-0', rule: 'all-groups' });
    expect(text(await at(20))).toMatch(/Streamwarden: scale-on-schedule wrote .* at 2026-11-25 08:4\d, by rule all-groups/);
  });

  test('finds a resource by the name that the journal has for it', async () => {
    await apply();
    expect(await at(0.9, 'group-0')).toMatchObject({ resource: 'aig-0', name: 'group-0' });
  });

  test('tells that it was nobody of us, between the last look without it and the first with it', async () => {
    until(1);
    await apply();
    until(10);
    await apply();
    until(15);
    await bySomebody(5);
    until(20);
    await apply();
    until(40);
    const seen = await at(16);
    const between = seen.settings[0]?.between?.map((ms) => ms && Math.floor((ms - startMs) / minuteMs));
    expect([seen.settings[0]?.by, between]).toEqual(['outside', [10, 20]]);
    expect(text(seen)).toContain('not Streamwarden: changed outside between 2026-11-25 08:50 and 2026-11-25 09:00');
    // It stands from then on, and before it was ours.
    expect((await at(35)).settings[0]?.by).toBe('outside');
    expect((await at(9)).settings[0]?.by).toBe('streamwarden');
    expect(seen.decisions.map(({ verdict, because }) => [verdict, because[0]?.code])).toContainEqual(['hold', 'manual-change']);
  });

  test('tells nothing of ours where nothing was written or seen by then', async () => {
    until(30);
    await apply();
    expect((await at(10)).settings[0]?.by).toBe('none');
    expect(text(await at(10))).toContain('nothing of ours, and no change seen by then');
  });

  test('asks the service only where the journal knows nothing, and says where nothing is known', async () => {
    const reads = () => fixture.simulator.ledger.count('ListAppInstanceGroup', 'received');
    expect(text(await at(0, 'group-1'))).toContain('Streamwarden had written nothing to it');
    expect(reads()).toBeGreaterThan(0);
    await apply();
    const before = reads();
    await at(0.5);
    expect(reads()).toBe(before);
    expect(await fixture.inSession((session) => storiesAt(session, 'nobody', startMs))).toEqual([]);
  });

  test('is an option of the command', async () => {
    await apply();
    until(5);
    const told = await streamwarden(['explain', 'aig-0', '--at', '2026-11-25 08:43', '--json', ...fixture.world]);
    expect(JSON.parse(told.stdout)).toMatchObject({ format: 1, stories: [{ resource: 'aig-0', settings: [{ by: 'streamwarden' }] }] });
  });
});

describe('a moment', () => {
  test.each([
    ['2026-11-25 08:30', '2026-11-25T08:30:00+08:00'],
    ['2026-11-25', '2026-11-25T00:00:00+08:00'],
    ['2026-11-25T00:30:00Z', '2026-11-25T08:30:00+08:00'],
  ])('%s is read by the clock of the policy or by its offset', (written, instant) => {
    expect(momentOf('--at', written, clock, startMs)).toBe(Date.parse(instant));
  });

  test('that is still to come has no story yet', () => {
    expect(() => momentOf('--at', '2026-11-26', clock, startMs)).toThrow(/still to come; it is 2026-11-25 08:40 now/);
  });

  test.each(['yesterday', '2026-11-31', '25:00'])('%s is none', (written) => {
    expect(() => momentOf('--at', written, clock, startMs)).toThrow(/^--at: /);
  });
});
