import { describe, expect, test } from 'vitest';
import type { Figures } from './figures.ts';
import { examplePolicy } from './play.ts';
import { isOrdinary, messageCounts, missedSteps, stepsDown, violations } from './verdicts.ts';
import { extraordinaryBy, period, playAsked } from './ways.ts';

describe('the example policy on the make-up Saturday after National Day', () => {
  // On Friday the rules come in force; counted are the steps of its night, and the morning on which all come to work.
  const saturday = period('make-up Saturday', '2026-10-09 06:20', '2026-10-09 22:45', '2026-10-10 09:20');

  test('turns nobody away for want of time, leaves no group without nodes, tells little, and steps down with limits as without', async () => {
    const [policy, unlimited, exact] = [
      await playAsked({ way: 'policy', period: saturday, pace: 'counted' }),
      await playAsked({ way: 'unlimited', period: saturday, pace: 'counted' }),
      await playAsked({ way: 'exact', period: saturday, pace: 'counted' }),
    ];
    expect(violations({ policy, unlimited, exact }, extraordinaryBy(examplePolicy))).toEqual([]);
    // Things did happen.
    expect(Object.keys(exact.turnedAway).length).toBeGreaterThan(0);
    expect(stepsDown(unlimited).length).toBeGreaterThan(5);
    expect(BigInt(policy.cost['CNY'] ?? '0')).toBeGreaterThan(0n);
  }, 900_000);
});

test('what is left out where it can change nothing changes nothing', async () => {
  const evening = period('evening', '2026-10-09 20:55', '2026-10-09 20:55', '2026-10-09 23:10');
  const lasting = ({ runs: _, messages, ...figures }: Figures) => ({
    ...figures,
    messages: messages.map(({ channel, severity, title }) => `${channel} ${severity} ${title}`).sort(),
  });
  const [some, all] = [
    await playAsked({ way: 'policy', period: evening, pace: 'some' }),
    await playAsked({ way: 'policy', period: evening, pace: 'all' }),
  ];
  expect(all.runs).toBeGreaterThan(1.2 * some.runs);
  expect(all.steps.length).toBeGreaterThan(10);
  expect(lasting(some)).toEqual(lasting(all));
}, 900_000);

describe('verdicts', () => {
  const calm: Figures = {
    ...{ turnedAway: {}, visitsLost: {}, withoutNodes: [], missingNodeMinutes: {}, lapsed: [], messages: [], steps: [], levels: {} },
    ...{ limited: [], errors: [], cost: { CNY: '1000000' }, runs: 1 },
  };
  const noon = Date.parse('2026-10-13T12:00:00+08:00');
  const found = (policy: Partial<Figures>, others: Partial<Figures> = {}): readonly string[] =>
    violations({ policy: { ...calm, ...policy }, unlimited: { ...calm, ...others }, exact: { ...calm, ...others } }, () => false);
  const told = (count: number, atMs = noon, id = 'runs/1/ops') =>
    Array.from({ length: count }, () => ({ atMs, channel: 'ops', severity: 'warning' as const, id, title: 'held' }));

  test('count people turned away against those whom exact capacity turns away too', () => {
    expect(found({ turnedAway: { a: 2 } }, { turnedAway: { a: 2 } })).toEqual([]);
    expect(found({ turnedAway: { a: 3 } }, { turnedAway: { a: 2 } })).toHaveLength(1);
    expect(found({ turnedAway: { b: 1 } }, { turnedAway: { a: 2 } })).toHaveLength(1);
  });

  test('count messages by day and channel, beside digests, holidays and alarms', () => {
    expect(found({ messages: told(2) })).toEqual([]);
    expect(found({ messages: told(3) })).toHaveLength(1);
    expect(found({ messages: told(9, noon, 'digests/daily/all/2026-10-13') })).toEqual([]);
    expect(found({ messages: told(3, Date.parse('2026-10-06T12:00:00+08:00')) })).toEqual([]);
    const alarm = told(1, noon, 'alerts/1234567890123456/aig-1/1795104000/expires-24');
    expect(found({ messages: [...told(3), ...alarm] })).toEqual([]);
    expect(messageCounts([...told(2), ...told(1, noon + 86_400_000)])).toEqual([
      ['2026-10-13', 'ops', 2],
      ['2026-10-14', 'ops', 1],
    ]);
    expect(isOrdinary('2026-12-30', [], extraordinaryBy(examplePolicy))).toBe(false);
  });

  test('find steps down that come later or never, but for those under sessions', () => {
    const step = { group: 'a', atMs: noon, from: 6, to: 2, used: 1 };
    expect(missedSteps({ ...calm, levels: { a: 6 } }, { ...calm, steps: [step] })).toEqual([step]);
    expect(missedSteps({ ...calm, levels: { a: 6 }, steps: [step] }, { ...calm, steps: [step] })).toEqual([]);
    expect(missedSteps({ ...calm, levels: { a: 6 }, steps: [{ ...step, atMs: noon + 1 }] }, { ...calm, steps: [step] })).toEqual([step]);
    expect(missedSteps({ ...calm, levels: { a: 6 } }, { ...calm, steps: [{ ...step, used: 3 }] })).toEqual([]);
  });

  test('compare costs to a thousandth', () => {
    expect(found({ cost: { CNY: '1001000' } }, { cost: { CNY: '1000000' } })).toEqual([]);
    expect(found({ cost: { CNY: '1001001' } }, { cost: { CNY: '1000000' } })).toHaveLength(1);
    expect(found({ cost: { CNY: '998999' } }, { cost: { CNY: '1000000' } })).toHaveLength(1);
  });

  test('name groups without nodes, lapsed schedules and failed runs', () => {
    expect(found({ withoutNodes: [{ group: 'a', atMs: noon }], lapsed: [{ group: 'b', atMs: noon }], errors: ['no'] })).toEqual([
      'a had no node at 2026-10-13 12:00, and its schedule wanted some',
      'the weekly schedule of b had ended at 2026-10-13 12:00',
      'no',
    ]);
  });
});
