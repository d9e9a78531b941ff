import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DispatchRequest } from '../../../functions/dispatch/plan.ts';
import { planDispatch } from '../../../functions/dispatch/plan.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { spreadFunctions } from '../../../shared/policy/fan-out.ts';

const triggerTime = '2026-11-24T08:30:00.000Z';
const slot = '20261124T0830Z';

type Place = Partial<Pick<CompiledTarget, 'regions' | 'shardByRegion'>>;

/** A policy of which only targets and rules count here. */
function policyOf(places: Readonly<Record<string, Place>>, functions: readonly string[] = ['scale-on-schedule']): CompiledPolicy {
  const targets = Object.fromEntries(
    Object.entries(places).map(([name, place]) => [
      name,
      { name, account: '1', endpoint: 'cn-shanghai', timezone: 'UTC', shardByRegion: false, ...place },
    ]),
  );
  const rules = Object.fromEntries(functions.map((name) => [name, [{ name: 'rule' }]]));
  return { targets, rules } as unknown as CompiledPolicy;
}

const plan = (policy: CompiledPolicy, more: Partial<DispatchRequest> = {}) => planDispatch({ policy, triggerTime, slot, ...more });
const ids = (policy: CompiledPolicy, more?: Partial<DispatchRequest>) => plan(policy, more).tasks.map(({ id }) => id);

const regions = ['cn-hangzhou', 'cn-shanghai'];

describe('what is dispatched', () => {
  test.each<[string, CompiledPolicy, Partial<DispatchRequest>, readonly string[]]>([
    ['one task for each target', policyOf({ cn: {}, us: {} }), {}, [`scale-on-schedule-cn-${slot}`, `scale-on-schedule-us-${slot}`]],
    [
      'one for each region of a target that says so',
      policyOf({ cn: { regions, shardByRegion: true } }),
      {},
      regions.map((region) => `scale-on-schedule-cn-${region}-${slot}`),
    ],
    ['one for a target with regions that does not say so', policyOf({ cn: { regions } }), {}, [`scale-on-schedule-cn-${slot}`]],
    ['one where the regions are not known', policyOf({ cn: { shardByRegion: true } }), {}, [`scale-on-schedule-cn-${slot}`]],
    [
      'one for each region that is named twice',
      policyOf({ cn: { regions: ['cn-hangzhou', 'cn-hangzhou'], shardByRegion: true } }),
      {},
      [`scale-on-schedule-cn-cn-hangzhou-${slot}`],
    ],
    [
      'one for a function that compares all regions of a target',
      policyOf({ cn: { regions, shardByRegion: true } }, ['approve-ota-windows', 'enforce-policy']),
      {},
      [`approve-ota-windows-cn-${slot}`, `enforce-policy-cn-${slot}`],
    ],
    ['the only target that is asked for', policyOf({ cn: {}, us: {} }), { target: 'us' }, [`scale-on-schedule-us-${slot}`]],
    [
      'a function that is named twice, once',
      policyOf({ cn: {} }),
      { functions: ['scale-on-schedule', 'scale-on-schedule'] },
      [`scale-on-schedule-cn-${slot}`],
    ],
    [
      'where none is named, each that can be spread and has rules',
      policyOf({ cn: {} }, ['digest', 'tag-new-resources', 'renew-before-expiry', 'log-off-sessions']),
      {},
      [`log-off-sessions-cn-${slot}`, `tag-new-resources-cn-${slot}`],
    ],
  ])('%s', (_name, policy, desired, expected) => {
    expect(ids(policy, desired)).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['a function that buys', 'renew-before-expiry', 'not-spread'],
    ['a function that tells of all targets at once', 'digest', 'not-spread'],
    ['a function that does not exist', 'scale-on-shedule', 'unknown-function'],
    ['a name that every object has', 'constructor', 'unknown-function'],
  ])('%s is refused with what to do, and the others are begun', (_name, name, code) => {
    const policy = policyOf({ cn: {} }, ['scale-on-schedule', 'renew-before-expiry', 'digest']);
    const { tasks, refused } = plan(policy, { functions: [name, 'scale-on-schedule'] });
    expect(refused).toMatchObject([{ functionName: name, code, text: expect.stringMatching(/payload/) }]);
    expect(tasks.map(({ functionName }) => functionName)).toEqual(['scale-on-schedule']);
  });

  test('a function without rules is left out and named, unless it has to see to what it began before', () => {
    const { tasks, refused, idle } = plan(policyOf({ cn: {} }), {
      functions: ['power-workstations', 'log-off-sessions', 'scale-on-schedule'],
    });
    expect(tasks.map(({ functionName }) => functionName)).toEqual(['log-off-sessions', 'scale-on-schedule']);
    expect([refused, idle]).toEqual([[], ['power-workstations']]);
  });

  test('a task is the event of a timer that fired in the slot, and names target and region', () => {
    const [task] = plan(policyOf({ 中国: { regions, shardByRegion: true } })).tasks;
    const event = JSON.parse(task?.payload ?? '') as Record<string, string>;
    expect(event).toMatchObject({ triggerTime, triggerName: 'dispatch' });
    expect(JSON.parse(event['payload'] ?? '')).toEqual({ target: '中国', region: 'cn-hangzhou' });
  });
});

describe('ids', () => {
  test('two places whose names run together have different ids, whichever is dispatched with which', () => {
    const policy = policyOf({ a: { regions: ['b-c'], shardByRegion: true }, 'a-b-c': {}, 'a-b': { regions: ['c'], shardByRegion: true } });
    const all = ids(policy);
    expect(new Set(all).size).toBe(3);
    expect(['a', 'a-b-c', 'a-b'].flatMap((target) => ids(policy, { target }))).toEqual(all);
  });

  test('are what the platform takes, all different, and the same each time, for targets of any name', () => {
    const name = fc.oneof(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), fc.stringMatching(/^[a-c-]{1,5}$/));
    const region = fc.stringMatching(/^[a-c]{1,2}(-[a-c]{1,2}){1,2}$/);
    const places = fc.dictionary(
      name,
      fc.record({ regions: fc.uniqueArray(region, { minLength: 1, maxLength: 3 }), shardByRegion: fc.boolean() }),
      {
        minKeys: 1,
        maxKeys: 8,
      },
    );
    fc.assert(
      fc.property(places, (given) => {
        const policy = policyOf(given, spreadFunctions);
        const all = ids(policy);
        expect(new Set(all).size).toBe(all.length);
        for (const id of all) expect(id).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/);
        expect(ids(policy)).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  test('differ from slot to slot', () => {
    const policy = policyOf({ cn: {} });
    expect(ids(policy)).not.toEqual(ids(policy, { slot: '20261124T0845Z' }));
  });
});
