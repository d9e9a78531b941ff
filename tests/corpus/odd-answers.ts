import fc from 'fast-check';
import { sometimes } from './moment.ts';
import { type Fields, type Handler, handlers, strategy } from './product.ts';

/** Which answers of the service are not as published: fields that are missing or odd, by the place of the resource in its account. */
export interface Oddities {
  readonly groups: Readonly<Record<number, Fields>>;
  readonly pools: Readonly<Record<number, Fields>>;
  readonly workstations: Readonly<Record<number, Fields>>;
  /** On the app instances of all groups that are in use. */
  readonly sessions: Fields | undefined;
  readonly updates: Fields | undefined;
  /** What is added to the total that lists announce; `none`: they announce none. */
  readonly total: number | 'none' | undefined;
}

const gone = undefined;

const groupFields = fc.constantFrom<Fields>(
  ...[
    { Status: gone },
    { Status: 'ASLEEP' },
    { RegionId: gone },
    { Tags: gone, ResourceTags: gone },
    { ChargeType: gone },
    { ChargeType: 'Spot' },
  ],
  ...[{ NodePool: gone }, { ExpiredTime: gone }, { ExpiredTime: 'soon' }, { SessionTimeout: '' }, { OtaInfo: gone }, { GmtCreate: gone }],
  ...[
    { AppInstanceGroupName: gone },
    { OtaInfo: { NewOtaVersion: '7.4.0', OtaVersion: '7.3.0' } },
    { OtaInfo: { NewOtaVersion: 7, TaskId: 'ota-1' } },
  ],
  ...[{ Tags: 'none', ResourceTags: 'none' }, { SkipUserAuthCheck: gone }, { AppInstanceGroupName: 'fin-\u001b[31m\n' }],
  ...[
    { SessionTimeout: '45' },
    { Tags: gone, ResourceTags: gone },
    { OtaInfo: { NewOtaVersion: '7.4.0', OtaVersion: '7.3.0', TaskId: 'ota-old' } },
  ],
);

/** A weekly schedule whose only period is at night: the group serves by day all the same, from nodes that are left. */
const nightly: Fields = {
  ...{ StrategyType: 'NODE_SCALING_BY_SCHEDULE', NodeAmount: 0, WarmUp: false },
  ...{ StrategyEnableDate: '2026-08-01', StrategyDisableDate: '2027-06-01' },
  RecurrenceSchedules: [
    {
      RecurrenceType: 'Weekly',
      RecurrenceValues: [1, 2, 3, 4, 5, 6, 7],
      TimerPeriods: [{ StartTime: '03:10', EndTime: '03:40', Amount: 2 }],
    },
  ],
};

const poolFields: fc.Arbitrary<Fields> = fc.oneof(
  strategy.map(({ fields }) => fields),
  fc.constant(nightly),
  fc.constantFrom<Fields>(
    ...[{ NodeCapacity: gone }, { NodeCapacity: 'two' }, { NodeUsed: gone, ScalingNodeUsed: gone }, { NodeInstanceType: gone }],
    ...[{ StrategyType: gone }, { NodeAmount: gone }, { NodeUsed: 3, ScalingNodeUsed: 2 }, { NodeUsed: 9 }],
  ),
);

const workstationFields = fc.constantFrom<Fields>(
  ...[{ Status: 'LOST' }, { Status: gone }, { BizRegionId: gone }, { ChargeType: gone }, { Sessions: gone }, { ExpiredTime: gone }],
  ...[
    { Sessions: 'many' },
    { WuyingServerName: gone },
    { OfficeSiteId: gone },
    { Users: gone },
    { ServerInstanceTypeInfo: gone },
    { Status: 'STARTING' },
  ],
  ...[{ CreateTime: gone }, { TimerGroupId: 'tg-2' }],
);

const sessionFields = fc.constantFrom<Fields>(
  ...[{ BindInfo: gone }, { SessionStatus: gone }, { SessionStatus: 'away' }, { Status: 'MAINTAINING' }, { Status: 'CLOSING' }],
  ...[{ BindInfo: { EndUserId: 'amy' } }, { Status: gone }, { BindInfo: {} }],
);

const updateFields = fc.constantFrom<Fields>(
  ...[
    { TaskDisplayStatus: 'ODD' },
    { TaskStartTime: gone },
    { TaskStartTime: 'soon', TaskDisplayStatus: 'STANDBY' },
    { TaskDisplayStatus: 'TERMINATED' },
  ],
  ...[{ TaskDisplayStatus: 'STANDBY', TaskStartTime: '2026-09-01T02:00:00+08:00' }, { TaskDisplayStatus: 'FAILED' }],
);

const byPlace = (fields: fc.Arbitrary<Fields>, places: number): fc.Arbitrary<Readonly<Record<number, Fields>>> =>
  fc.array(fc.tuple(fc.nat(places - 1), fields), { maxLength: 3, size: 'max' }).map((pairs) => Object.fromEntries(pairs));

/** Oddities; most stories have few. */
export const oddities: fc.Arbitrary<Oddities> = fc.record({
  groups: fc.oneof(fc.constant({}), byPlace(groupFields, 8)),
  pools: fc.oneof(fc.constant({}), byPlace(poolFields, 8)),
  workstations: fc.oneof(fc.constant({}), byPlace(workstationFields, 5)),
  sessions: sometimes(25, sessionFields),
  updates: sometimes(10, updateFields),
  total: sometimes(6, fc.constantFrom<number | 'none'>(1, 'none')),
});

const placeOf = (id: unknown): number => Number(String(id).split('-').at(-1));

/** The operations whose answers can be odd. `now` gives what holds at the moment of the call. */
export function oddHandlers(now: () => Oddities | undefined): Readonly<Record<string, Handler>> {
  const answering = (action: string, change: (answer: Fields, odd: Oddities) => Fields): Handler => {
    return (input, context) => {
      const answer = (handlers[action] as Handler)(input, context);
      const odd = now();
      return odd === undefined ? answer : change(answer, odd);
    };
  };
  const rows = (answer: Fields, list: string, change: (row: Fields) => Fields): Fields => ({
    ...answer,
    [list]: (answer[list] as readonly Fields[]).map(change),
  });
  const group = (row: Fields, odd: Oddities): Fields => {
    const place = placeOf(row['AppInstanceGroupId']);
    const [pool, ...others] = row['NodePool'] as readonly Fields[];
    return { ...row, NodePool: [{ ...pool, ...odd.pools[place] }, ...others], ...odd.groups[place] };
  };
  const totalled = (answer: Fields, { total }: Oddities): Fields => {
    if (total === undefined) return answer;
    return { ...answer, TotalCount: total === 'none' ? undefined : Number(answer['TotalCount']) + total };
  };
  return {
    ListAppInstanceGroup: answering('ListAppInstanceGroup', (answer, odd) =>
      totalled(
        rows(answer, 'AppInstanceGroupModels', (row) => group(row, odd)),
        odd,
      ),
    ),
    GetAppInstanceGroup: answering('GetAppInstanceGroup', (answer, odd) => ({
      ...answer,
      AppInstanceGroupModels: group(answer['AppInstanceGroupModels'] as Fields, odd),
    })),
    ListWuyingServer: answering('ListWuyingServer', (answer, odd) => {
      const list = Object.keys(answer).find((key) => Array.isArray(answer[key])) as string;
      return totalled(
        rows(answer, list, (row) => ({ ...row, ...odd.workstations[placeOf(row['WuyingServerId'])] })),
        odd,
      );
    }),
    ListAppInstances: answering('ListAppInstances', (answer, odd) =>
      rows(answer, 'AppInstanceModels', (row) => (row['BindInfo'] === undefined ? row : { ...row, ...odd.sessions })),
    ),
    ListOtaTask: answering('ListOtaTask', (answer, odd) => rows(answer, 'TaskList', (row) => ({ ...row, ...odd.updates }))),
  };
}
