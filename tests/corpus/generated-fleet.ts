import fc from 'fast-check';
import { type Moment, set, sometimes } from './moment.ts';
import type { AccountSeed, GroupSeed, StrategySeed, WorkstationSeed } from './product.ts';

/** Somebody on a group when it is looked at. */
export interface Visit {
  /** Place of the group in its account. */
  readonly group: number;
  readonly user: string;
  readonly connected: boolean;
  readonly sinceMinutes: number;
}

/** What an account is, and who is there. */
export interface Fleet {
  readonly account: Omit<AccountSeed, 'id'>;
  readonly visits: readonly Visit[];
}

/** First parts of names, which are departments too. */
export const departments = ['fin', 'hr', 'sales', 'service', 'design', 'night'] as const;
export const users = ['amy', 'ben', 'Board-Chen', 'exam-room-1'] as const;
export const userGroups = ['ug-0abc', 'ug-1def'] as const;
export const versions = ['7.4.0', '7.4.1', '7.5.0'] as const;

const region = fc.constantFrom('cn-hangzhou', 'cn-hangzhou', 'cn-hangzhou', 'cn-hangzhou', 'cn-shanghai', 'cn-beijing');
const count = fc.integer({ min: 1, max: 12 });

const weeks = [
  { '1-5': { '08:00-21:00': 4 } },
  { '1-5': { '08:00-09:00': 2, '09:05-18:30': 4, '18:35-21:00': 2 } },
  { '1-7': { '00:00-23:59': 3 } },
  { '1-5': { '09:30-23:30': 2 }, '6,7': { '13:00-20:00': 1 } },
  { '1-7': { '13:00-23:59': 2 } },
];

const poolStrategy = (moment: Moment): fc.Arbitrary<StrategySeed> =>
  fc.oneof(
    { weight: 4, arbitrary: count.map((fixed) => ({ fixed })) },
    {
      weight: 2,
      arbitrary: fc
        .record({ nodes: fc.integer({ min: 1, max: 5 }), maxScaling: fc.integer({ min: 0, max: 10 }) })
        .map((usage) => ({ usage })),
    },
    {
      weight: 3,
      arbitrary: fc
        .record({
          schedule: fc.constantFrom(...weeks),
          warmUp: fc.boolean(),
          enable: fc.constantFrom(-30, -1, 0, 2),
          disable: fc.constantFrom(-1, 1, 2, 8, 29, 31, 120, 300),
        })
        .map(({ enable, disable, ...rest }) => ({
          ...rest,
          enable: moment.date(Math.min(enable, disable - 1)),
          disable: moment.date(disable),
        })),
    },
  );

/** Minutes until a subscription ends, and before a resource was created. */
const toExpiry = [-2_000, -60, 30, 300, 1_200, 1_500, 2_880, 5_760, 8_640, 10_000, 13_000, 20_000, 60_000];
const age = [5, 300, 4_000, 4_400, 20_000, 130_000];

const drainTag = 'System/Scheduler/STOP_NEW_USER_CONNECTION';
const drainMarker = 'streamwarden:drain-until';

/** Tags by which new users are kept out: by a person, by Streamwarden until a time, or what is left of that. */
const drain = (moment: Moment): fc.Arbitrary<Readonly<Record<string, string>>> =>
  fc.oneof(
    fc.constant({ [drainTag]: 'true' }),
    fc
      .record({ until: fc.constantFrom(moment.instant(20), moment.instant(-20), moment.instant(5_000), 'soon'), drained: fc.boolean() })
      .map(({ until, drained }) => ({ [drainMarker]: until, ...(drained ? { [drainTag]: 'true' } : {}) })),
  );

const tags = (moment: Moment, calm: boolean) =>
  fc.record({
    department: sometimes(calm ? 95 : 75, fc.constant(true)),
    Department: sometimes(4, fc.constant('finance')),
    'peak-nodes': sometimes(50, calm ? fc.constantFrom('4', '8') : fc.constantFrom('1', '3', '4', '10', '30', '100', 'five', '0')),
    'keep-until': sometimes(calm ? 4 : 15, fc.constantFrom(moment.date(1), moment.date(-1), moment.date(60), 'please')),
    owner: sometimes(60, fc.constantFrom('amy', 'unassigned')),
    'ota-ring': sometimes(60, fc.constantFrom('canary', 'early')),
    tier: sometimes(8, fc.constant('trading')),
    lifecycle: sometimes(10, fc.constant('retire')),
    'first-seen': sometimes(15, fc.constantFrom(moment.date(-1), moment.date(-9), 'long ago')),
    many: sometimes(4, fc.constantFrom(14, 19, 20)),
    drain: sometimes(calm ? 0 : 12, drain(moment)),
  });

const group = (moment: Moment, calm: boolean) =>
  fc
    .record({
      name: fc.constantFrom(...departments, 'x'),
      region,
      charge: fc.constantFrom('PostPaid' as const, 'PostPaid' as const, 'PrePaid' as const),
      status: fc.oneof(
        { weight: 20, arbitrary: fc.constant('PUBLISHED' as const) },
        {
          weight: calm ? 0 : 2,
          arbitrary: fc.constantFrom(
            'DEPLOYING' as const,
            'MAINTAINING' as const,
            'MAINTAIN_FAILED' as const,
            'CEASED' as const,
            'EXPIRED' as const,
          ),
        },
      ),
      createdAt: fc.constantFrom(...age).map((minutes) => moment.instant(-minutes)),
      expiresAt: fc.constantFrom(...toExpiry).map((minutes) => moment.instant(minutes)),
      tags: tags(moment, calm),
      pool: fc.record({ capacity: fc.constantFrom(2, 2, 4), strategy: poolStrategy(moment) }),
      morePools: sometimes(
        calm ? 0 : 3,
        poolStrategy(moment).map((strategy) => [{ strategy }]),
      ),
      sessionTimeout: fc.constantFrom(15, 15, 30, 60, -1),
      userGroups: fc.uniqueArray(fc.constantFrom(...userGroups), { maxLength: 2 }),
      persistent: sometimes(15, fc.constantFrom(...users)),
      ota: sometimes(
        80,
        fc.record({
          current: fc.constantFrom('7.3.0', '7.3.0', '7.4.0'),
          offered: fc.constantFrom<(string | undefined)[]>('7.4.0', '7.4.0', '7.4.0', '7.4.1', '7.5.0', undefined),
          outcome: fc.constantFrom(
            'FINISHED' as const,
            'FINISHED' as const,
            'FINISHED' as const,
            'FAILED' as const,
            'PART_FINISHED' as const,
          ),
        }),
      ),
      visitors: sometimes(15, fc.constantFrom('office' as const, 'studio' as const, 'service' as const)),
      resetAfterUnbind: fc.boolean(),
    })
    .map(
      (drawn) =>
        (index: number): GroupSeed =>
          seedOf(drawn, index),
    );

type Drawn = Omit<GroupSeed, 'tags' | 'userGroups' | 'persistent' | 'morePools' | 'ota'> & {
  readonly tags: Readonly<Record<string, unknown>>;
  readonly userGroups: readonly string[];
  readonly persistent: string | undefined;
  readonly morePools: GroupSeed['morePools'] | undefined;
  readonly ota:
    | { readonly current: string; readonly offered: string | undefined; readonly outcome: 'FINISHED' | 'FAILED' | 'PART_FINISHED' }
    | undefined;
  readonly visitors: 'office' | 'studio' | 'service' | undefined;
};

function seedOf(
  { name, tags: drawn, userGroups: groups, persistent, morePools, ota, visitors, expiresAt, ...rest }: Drawn,
  index: number,
): GroupSeed {
  const { many, department, drain: kept, ...plain } = drawn;
  const filler = Object.fromEntries(Array.from({ length: Number(many ?? 0) }, (_, n) => [`label-${n}`, 'x']));
  return {
    ...rest,
    id: `aig-${index}`,
    name: `${name}-${index}`,
    ...(rest.charge === 'PrePaid' && expiresAt !== undefined ? { expiresAt } : {}),
    tags: set({ ...(department ? { department: name } : {}), ...plain, ...filler, ...(kept as object | undefined) }) as Record<
      string,
      string
    >,
    users: [{ ids: [...users] }, ...(visitors === undefined ? [] : [{ prefix: `u${index}-`, count: 3, profile: visitors }])],
    userGroups: groups.map((id) => ({ id, name: id })),
    ...(persistent === undefined ? {} : { persistent: [{ id: `p-${index}`, name: 'desk', users: [persistent] }] }),
    ...(morePools === undefined ? {} : { morePools }),
    ...(ota === undefined
      ? {}
      : { ota: { current: ota.current, outcome: ota.outcome, ...(ota.offered === undefined ? {} : { offered: ota.offered }) } }),
  };
}

const workstation = (moment: Moment) =>
  fc
    .record({
      name: fc.constantFrom('render', 'artist', 'review'),
      region,
      charge: fc.constantFrom('PostPaid' as const, 'PrePaid' as const),
      status: fc.constantFrom(
        'RUNNING',
        'RUNNING',
        'RUNNING',
        'STOPPED',
        'STOPPED',
        'STOPPED',
        'STARTING',
        'STOPPING',
        'PENDING',
        'UNAVAILABLE',
      ),
      officeSite: fc.constantFrom('cn-hangzhou+dir-1', 'cn-hangzhou+dir-2'),
      createdAt: fc.constantFrom(...age).map((minutes) => moment.instant(-minutes)),
      expiresAt: fc.constantFrom(...toExpiry).map((minutes) => moment.instant(minutes)),
      user: fc.constantFrom(...users),
      instanceType: sometimes(15, fc.constant('eds.other.8c16g')),
      subPayType: sometimes(8, fc.constant('spot')),
      timer: sometimes(6, fc.constant({ id: 'tg-1', start: '08:30', stop: '19:30' })),
    })
    .map(
      ({ name, user, instanceType, subPayType, timer, ...rest }) =>
        (index: number): WorkstationSeed => ({
          ...rest,
          id: `ws-${index}`,
          name: `${name}-${index}`,
          users: [user],
          ...(instanceType === undefined ? {} : { instanceType }),
          ...(subPayType === undefined ? {} : { subPayType }),
          ...(timer === undefined ? {} : { timer }),
        }),
    );

const visit: fc.Arbitrary<Visit> = fc.record({
  group: fc.nat(5),
  user: fc.constantFrom(...users),
  connected: fc.boolean(),
  sinceMinutes: fc.constantFrom(3, 30, 500),
});

/** An account of up to eight groups and five workstations; `calm`: with little that is odd. */
export const fleet = (moment: Moment, calm: boolean): fc.Arbitrary<Fleet> =>
  fc
    .record({
      groups: fc.array(group(moment, calm), { minLength: 3, maxLength: 8, size: 'max' }),
      workstations: fc.array(workstation(moment), { maxLength: 5, size: 'max' }),
      visits: fc.array(visit, { minLength: 2, maxLength: 14, size: 'max' }),
    })
    .map(({ groups, workstations, visits }) => ({
      account: { groups: groups.map((make, at) => make(at)), workstations: workstations.map((make, at) => make(at)) },
      visits,
    }));
