import fc from 'fast-check';
import type { ObservedAccount } from '../../cli/import/account.ts';
import { mapGovernedGroup } from '../../shared/fleet/governed-group.ts';
import { mapWorkstation } from '../../shared/fleet/map-workstation.ts';
import { type Fields, type Strategy, strategy } from './generated-strategy.ts';

/** A group as the service would list it, and whether a policy can hold it as it is, by the published rules of the service. */
export interface Listed {
  readonly row: Fields;
  /** `rule`: serving, and some rule leaves it as it is; `maybe`: not serving; `alone`: every rule would change or hold it. */
  readonly expected: 'rule' | 'maybe' | 'alone';
}

/** Texts that mean something else to YAML, to globs, to JavaScript or to a terminal. */
const hostile = [
  ...[
    '0123',
    'on',
    'No',
    'null',
    '~',
    '1e3',
    '2026-11-25',
    '08:00',
    'a: b',
    '- x',
    '# c',
    'x # y',
    '"',
    "'",
    '{a}',
    '[a]',
    '*',
    '?',
    'a*b',
    'fin-?',
  ],
  ...[
    '&a',
    '!t',
    '%d',
    '@x',
    '`',
    '|',
    '>',
    'a\nrules: {}',
    'a\r\n- name: evil',
    '\u2028x: y',
    '\u0000',
    '\ud800',
    '\u001b[31m',
    'é',
    'e\u0301',
    '财务',
    ' a ',
    '',
  ],
  ...['constructor', '__proto__', 'a\\b', 'x'.repeat(300), 'true', '=', '<<'],
];

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('finance', 'hr', 'crm', 'blue-1') },
  { weight: 1, arbitrary: fc.constantFrom(...hostile) },
);
const tagKey = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('department', 'app', 'owner', 'zone') },
  { weight: 1, arbitrary: fc.constantFrom(...hostile, 'System/Scheduler/STOP_NEW_USER_CONNECTION', 'first-seen') },
);

/** `calm`: an account as most are, whose groups say by tag and name what they belong to. */
const group = (kinds: readonly Strategy[], calm: boolean) =>
  fc
    .record({
      kind: fc.nat({ max: kinds.length - 1 }),
      strange: fc.integer({ min: 0, max: 40 }),
      prefix: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('fin-', 'hr-', 'x.', '') },
        { weight: 1, arbitrary: fc.constantFrom(...hostile) },
      ),
      own: fc.boolean(),
      tags: fc.array(fc.tuple(tagKey, word), { maxLength: 3 }),
      peak: fc.constantFrom('none', 'none', 'right', 'wrong', 'odd'),
      status: fc.constantFrom('PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'MAINTAINING', undefined),
      id: fc.oneof(
        { weight: 5, arbitrary: fc.constant('aig-') },
        { weight: 1, arbitrary: fc.constantFrom(...hostile.filter((text) => !/[\p{C}\p{M}\p{Zl}]/u.test(text))) },
      ),
      timeout: fc.constantFrom('15', '15', '15', '30', '-1', '', '7000'),
      capacity: fc.constantFrom(2, 2, 2, 4),
      used: fc.constantFrom(0, 3, undefined),
      wrongCharge: fc.integer({ min: 0, max: 9 }),
    })
    .map(
      (draw) =>
        (n: number): Listed =>
          listed(calm ? calmed(draw) : draw, kinds[draw.kind] as Strategy, n),
    );

interface Draw {
  /** Whose tag it carries. Default: that of its own kind. */
  readonly team?: number;
  readonly kind: number;
  readonly strange: number;
  readonly prefix: string;
  readonly own: boolean;
  readonly tags: readonly (readonly [string, string])[];
  readonly peak: string;
  readonly status: string | undefined;
  readonly id: string;
  readonly timeout: string;
  readonly capacity: number;
  readonly used: number | undefined;
  readonly wrongCharge: number;
}

/** The same without most of what is odd; every fourth group goes by its name alone. */
function calmed(draw: Draw): Draw {
  const own = draw.strange % 4 !== 0;
  const team = draw.strange % 8 === 1 ? 0 : draw.kind;
  return {
    ...draw,
    own,
    team,
    id: 'aig-',
    prefix: `kind.${draw.kind}-`,
    status: 'PUBLISHED',
    strange: 0,
    wrongCharge: draw.strange === 9 ? 0 : 1,
    tags: [],
  };
}

function listed(draw: Draw, { fields, fits }: Strategy, n: number): Listed {
  const turned = draw.wrongCharge === 0;
  const charge = (fits === 'pre') === turned ? 'PostPaid' : 'PrePaid';
  const pool = {
    NodePoolId: `rg-${n}`,
    NodeInstanceType: 't',
    NodeCapacity: draw.capacity,
    NodeUsed: draw.used,
    ScalingNodeAmount: 0,
    ScalingNodeUsed: 0,
    ...fields,
  };
  const highest = highestOf(fields);
  const peak = { none: undefined, right: String(highest), wrong: String(highest + 1), odd: 'five' }[draw.peak];
  const tags = new Map([
    ...(draw.own ? [['team', `kind-${draw.team ?? draw.kind}`] as const] : []),
    ...draw.tags,
    ...(peak === undefined ? [] : [['peak-nodes', peak] as const]),
  ]);
  const row: Fields = {
    AppInstanceGroupId: `${draw.id}${n}`,
    ...(draw.prefix === '' ? {} : { AppInstanceGroupName: `${draw.prefix}${n}` }),
    ...{ RegionId: n % 3 === 0 ? 'cn-hangzhou' : 'cn-beijing', Status: draw.status, ChargeType: charge, SessionTimeout: draw.timeout },
    Tags: [...tags].filter(([Key]) => Key !== '').map(([Key, Value]) => ({ Key, Value })),
    NodePool: [pool],
  };
  const strange: Record<number, Fields> = {
    1: { ChargeType: 'Spot' },
    2: { NodePool: [pool, pool] },
    3: { NodePool: undefined },
    4: { NodePool: [{ ...pool, NodeCapacity: 'two' }] },
    5: { Tags: undefined },
    6: { Tags: 'none' },
    7: { ChargeType: undefined },
  };
  const odd = strange[draw.strange];
  const readable = odd === undefined || draw.strange === 5 || draw.strange === 6;
  const expected = !readable || fits === 'none' || turned ? turnedFits(fields, charge, readable) : 'rule';
  return { row: { ...row, ...odd }, expected: expected === 'rule' && draw.status !== 'PUBLISHED' ? 'maybe' : expected };
}

/** What a strategy is worth under the charge that it was not made for: usage with one node, or with extra nodes, is right under both. */
function turnedFits(fields: Fields, charge: string, readable: boolean): 'rule' | 'alone' {
  if (!readable || fields.StrategyType !== 'NODE_SCALING_BY_USAGE' || typeof fields.MaxScalingAmount !== 'number') return 'alone';
  const { NodeAmount, MaxScalingAmount } = fields as { NodeAmount: number; MaxScalingAmount: number };
  if (charge === 'PrePaid') return MaxScalingAmount >= 1 && MaxScalingAmount <= 100 ? 'rule' : 'alone';
  return NodeAmount === 1 && MaxScalingAmount <= 99 ? 'rule' : 'alone';
}

function highestOf(fields: Fields): number {
  const weeks = Array.isArray(fields.RecurrenceSchedules) ? (fields.RecurrenceSchedules as { TimerPeriods: { Amount: number }[] }[]) : [];
  return Math.max(1, ...weeks.flatMap(({ TimerPeriods }) => TimerPeriods.map(({ Amount }) => Amount)));
}

/** The groups of an account: few strategies, which many groups share, with tags, names and ids of all kinds. */
export const listedGroups: fc.Arbitrary<readonly Listed[]> = fc
  .array(strategy, { minLength: 1, maxLength: 5 })
  .chain((kinds) => fc.boolean().chain((calm) => fc.array(group(kinds, calm), { minLength: 1, maxLength: 16 })))
  .map((makers) => makers.map((make, n) => make(n)));

/** An account as read from its answers. */
export function accountOf(groups: readonly Listed[], order: (a: number, b: number) => number = (a, b) => a - b): ObservedAccount {
  const mapped = groups.map(({ row }) => mapGovernedGroup(row)).filter((each) => each !== undefined);
  const workstation = mapWorkstation({ WuyingServerId: 'ws-1', Status: 'RUNNING', ChargeType: 'PrePaid', TimerGroupId: 'tg-1' });
  return {
    groups: mapped
      .map((each, index) => ({ each, index }))
      .sort((a, b) => order(a.index, b.index))
      .map(({ each }) => each),
    workstations: workstation === undefined ? [] : [workstation],
    expiryReminder: groups.length % 2 === 0 ? true : undefined,
    gaps: [],
  };
}
