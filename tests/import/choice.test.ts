import { describe, expect, test } from 'vitest';
import type { DeliveryGroup, NativePeriod, Strategy } from '../../shared/fleet/delivery-group.ts';
import type { GovernedGroup } from '../../shared/fleet/governed-group.ts';
import { drafted } from './imported.ts';

/** Monday to Friday from 08:00 to 20:00, in steps of the given counts. */
function office(...amounts: readonly number[]): Strategy {
  const step = Math.floor(720 / amounts.length);
  const day = amounts.map((amount, i): NativePeriod => ({ startMinute: 480 + i * step, endMinute: 475 + (i + 1) * step, amount }));
  return {
    type: 'schedule',
    week: { 1: day, 2: day, 3: day, 4: day, 5: day },
    warmUp: true,
    enableDate: '2026-11-01',
    disableDate: '2027-08-01',
  };
}
const fixed = (nodes: number): Strategy => ({ type: 'fixed', nodes });

type Choice = Partial<Pick<DeliveryGroup, 'name' | 'tags' | 'status' | 'charge'>>;

function group(id: string, strategy: Strategy, choice: Choice = {}): GovernedGroup {
  const pool = {
    id: `rg-${id}`,
    instanceType: 't',
    capacity: 2,
    nodeAmount: 0,
    nodeUsed: 0,
    scalingNodeAmount: 0,
    scalingNodeUsed: 0,
    strategy,
  };
  return {
    ...{
      kind: 'delivery-group',
      id,
      name: id,
      status: 'PUBLISHED',
      resourceStatus: undefined,
      charge: 'pay-as-you-go',
      createdAtMs: undefined,
    },
    ...{ expiresAtMs: undefined, tags: {}, pools: [pool], officeSiteId: undefined, imageId: undefined, unreadable: [] },
    ...{ sessionTimeoutMinutes: 15, skipUserAuthCheck: undefined },
    ...choice,
  };
}

/** The rules of an account, one line each: how they choose and what they ask for. */
function rulesOf(...groups: readonly GovernedGroup[]): string[] {
  const { draft, problems } = drafted({ groups, workstations: undefined, expiryReminder: undefined, gaps: [] });
  expect(problems).toEqual([]);
  const days = new Map(
    draft.schedules.map(({ name, days: list }) => [
      name,
      list.map(([day, periods]) => `${day} ${periods.map(([, level]) => level)}`).join('; '),
    ]),
  );
  return draft.rules.map(({ name, selector, schedule, demand, covers }) => {
    const by = selector.by === 'tag' ? `${selector.key}=${selector.values}` : selector.by === 'name' ? selector.globs : selector.ids;
    return `${name}: ${by} (${covers.length}) ${days.get(schedule)}${demand.peak === undefined ? '' : ` of ${JSON.stringify(demand.peak)}`}`;
  });
}

const tagged = (department: string, peak?: number) => ({
  tags: { department, ...(peak === undefined ? {} : { 'peak-nodes': String(peak) }) },
});

describe('groups come under one rule', () => {
  test('by the tag that they share, all its values in one list, peaks from their tags', () => {
    expect(
      rulesOf(
        group('a', office(2, 4), tagged('hr', 4)),
        group('b', office(5, 10), tagged('hr', 10)),
        group('c', office(2, 4), tagged('it')),
        group('d', fixed(3), tagged('lab')),
      ),
    ).toEqual([
      'd: d (1) everyday 3 nodes',
      'hr-it: department=hr,it (3) workday 50%,100% of {"tag":"peak-nodes","otherwise":4,"atMost":10}',
    ]);
  });

  test('by the tag, with the exception by id above', () => {
    const many = ['a', 'b', 'c', 'd'].map((id) => group(id, office(6), tagged('hr')));
    expect(rulesOf(...many, group('e', fixed(2), tagged('hr')))).toEqual([
      'e: e (1) everyday 2 nodes',
      'hr: department=hr (4) workday 100% of {"tag":"peak-nodes","otherwise":6,"atMost":6}',
    ]);
  });

  test('by name where no tag is shared, never through a character that patterns give a meaning', () => {
    expect(
      rulesOf(
        ...['fin-a', 'fin-b', 'x*-a', 'x*-b'].map((name) => group(name, fixed(2), { name })),
        group('fix', fixed(3), { name: 'fix-c' }),
      ),
    ).toEqual(['always-2: x*-a,x*-b (2) everyday 2 nodes', 'fix-c: fix (1) everyday 3 nodes', 'fin: fin-* (2) everyday 2 nodes']);
  });

  test('by what names begin with up to a number, never by a beginning that others share', () => {
    const halls = Array.from({ length: 50 }, (_, index) => group(`h${index}`, fixed(2), { name: `hall${index}` }));
    expect(rulesOf(...halls)).toEqual(['hall: hall* (50) everyday 2 nodes']);
    const zero = group('z', fixed(0), { name: 'hallway' });
    expect(rulesOf(zero, ...halls).map((line) => line.slice(0, 20))).toEqual(['always-2: h0,h1,h10,']);
  });

  test('by name, with a few exceptions by id above', () => {
    const labs = Array.from({ length: 20 }, (_, index) => group(`l${index}`, fixed(2), { name: `lab-${index}` }));
    const others = ['x', 'y'].map((id) => group(id, fixed(5), { name: `lab-${id}` }));
    expect(rulesOf(...labs, ...others)).toEqual(['always-5: x,y (2) everyday 5 nodes', 'lab: lab-* (20) everyday 2 nodes']);
  });

  test('by id where a group that must stay out shares tag and name', () => {
    const zero = group('fin-z', fixed(0), { ...tagged('finance'), name: 'fin-z' });
    expect(rulesOf(zero, ...['fin-a', 'fin-b'].map((id) => group(id, fixed(2), tagged('finance'))))).toEqual([
      'always-2: fin-a,fin-b (2) everyday 2 nodes',
    ]);
  });

  test('by id where the tags of another group are unknown: whether a rule by tag matches it could not be told', () => {
    const blind = group('zero', fixed(0), { tags: undefined });
    expect(rulesOf(blind, ...['a', 'b'].map((id) => group(id, fixed(2), tagged('finance'))))).toEqual([
      'always-2: a,b (2) everyday 2 nodes',
    ]);
  });

  test('with the group that is in maintenance now, which the rule leaves as it is as well', () => {
    const idle = group('c', fixed(2), { ...tagged('hr'), status: 'MAINTAINING' });
    expect(rulesOf(idle, ...['a', 'b'].map((id) => group(id, fixed(2), tagged('hr'))))).toEqual(['hr: department=hr (3) everyday 2 nodes']);
  });
});

describe('levels', () => {
  test.each<[string, readonly GovernedGroup[], readonly string[]]>([
    ['the roundest percentage that gives each its own counts', [group('a', office(1, 3, 2))], ['workday 25%,100%,50%']],
    [
      'one schedule for two peaks where some percentage fits both',
      [group('a', office(2, 3)), group('b', office(4, 6))],
      ['workday 60%,100%'],
    ],
    ['two schedules where none does', [group('a', office(1, 10)), group('b', office(9, 10))], ['workday 10%,100%', 'workday 90%,100%']],
    ['counts where no round percentage gives them', [group('a', office(34, 90))], ['workday 34 nodes,90 nodes']],
    [
      'a round percentage of its own where one for both would be odd',
      [group('a', office(2, 5)), group('b', office(34, 90))],
      ['workday 25%,100%', 'workday 34 nodes,90 nodes'],
    ],
    ['counts where the tag says another peak', [group('a', office(2, 4), tagged('hr', 9))], ['workday 2 nodes,4 nodes']],
    ['counts where the tags are unknown', [group('a', office(2, 4), { tags: undefined })], ['workday 2 nodes,4 nodes']],
  ])('%s', (_, groups, expected) => {
    const { draft } = drafted({ groups, workstations: undefined, expiryReminder: undefined, gaps: [] });
    const levels = draft.schedules.map(({ days }) =>
      days.map(([day, periods]) => `${day} ${periods.map(([, level]) => level)}`).join('; '),
    );
    expect(levels.sort()).toEqual([...expected].sort());
  });
});

describe('what groups agree on becomes a rule of enforce-policy', () => {
  const rules = (...groups: readonly GovernedGroup[]) =>
    drafted({ groups, workstations: undefined, expiryReminder: undefined, gaps: [] }).draft.enforce.map(({ covers, ...rule }) => rule);
  const timed = (id: string, minutes: number | undefined, choice: Choice) => ({
    ...group(id, fixed(1), choice),
    sessionTimeoutMinutes: minutes,
  });

  test('of all that serve, and of those that share a tag where they agree on more', () => {
    expect(
      rules(
        timed('a', 15, tagged('hr')),
        timed('b', 15, tagged('hr')),
        timed('c', 30, tagged('it')),
        timed('d', undefined, { ...tagged('it'), status: 'FAILED' }),
      ),
    ).toEqual([
      { name: 'hr', tag: { key: 'department', values: ['hr'] }, sessionTimeout: 15, nodeCapacity: 2 },
      { name: 'every-group', nodeCapacity: 2 },
    ]);
  });

  test('none where a value is unknown, and none of a single group', () => {
    const blank = { ...timed('a', undefined, {}), pools: [] };
    expect(rules(blank, timed('b', 15, {}))).toEqual([]);
    expect(rules(timed('b', 15, {}))).toEqual([]);
  });
});
