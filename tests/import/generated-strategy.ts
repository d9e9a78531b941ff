import fc from 'fast-check';

/** Fields of an answer of the service. */
export type Fields = Record<string, unknown>;

/** A Wednesday morning in Shanghai. */
export const nowMs = Date.parse('2026-11-25T08:40:00+08:00');

/** A local date so many days from `nowMs`. */
const dateIn = (days: number): string => new Date(nowMs + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Fields of a node pool, and under which charge a rule can leave them as they are. */
export interface Strategy {
  readonly fields: Fields;
  readonly fits: 'post' | 'pre' | 'none';
}

const amount = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100 }));

/** One to three periods that the service takes: 15 minutes at least, 5 minutes apart, within the day. */
const dayWithin = fc
  .array(fc.record({ gap: fc.integer({ min: 5, max: 400 }), length: fc.integer({ min: 15, max: 600 }), amount }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => {
    let at = parts[0]?.gap === 5 ? -5 : 0;
    return parts.flatMap(({ gap, length, amount: Amount }) => {
      const [start, end] = [at + gap, at + gap + length];
      if (end > 1439) return [];
      at = end;
      return [{ StartTime: clock(start), EndTime: clock(end), Amount }];
    });
  })
  .filter((day) => day.length > 0);

/** The same, now and then until the last minute that the service takes. */
const goodDay = fc.tuple(dayWithin, fc.integer({ min: 0, max: 3 })).map(([day, late]) => {
  const last = day.at(-1);
  return late > 0 || last === undefined || last.StartTime > '23:44' ? day : [...day.slice(0, -1), { ...last, EndTime: '23:59' }];
});

/** Whether nodes are there at 23:58 of one day and at 00:00 of the next: all but for a minute. */
function throughMidnight(
  week: readonly {
    readonly RecurrenceValues: readonly number[];
    readonly TimerPeriods: typeof dayWithin extends fc.Arbitrary<infer D> ? D : never;
  }[],
): boolean {
  const of = (day: number) => week.find(({ RecurrenceValues }) => RecurrenceValues.includes(day))?.TimerPeriods ?? [];
  return [1, 2, 3, 4, 5, 6, 7].some((day) => of(day).at(-1)?.EndTime === '23:59' && of((day % 7) + 1)[0]?.StartTime === '00:00');
}

const days: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constantFrom<(readonly number[])[]>([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [6, 7], [1], [1, 2, 3, 4]),
  fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
);

const goodWeek = fc.tuple(goodDay, days, fc.option(goodDay)).map(([day, chosen, other]) => {
  const rest = [1, 2, 3, 4, 5, 6, 7].filter((each) => !chosen.includes(each));
  return [
    { RecurrenceType: 'Weekly', RecurrenceValues: chosen, TimerPeriods: day },
    ...(other === null || rest.length === 0 ? [] : [{ RecurrenceType: 'Weekly', RecurrenceValues: rest.slice(0, 2), TimerPeriods: other }]),
  ];
});

const oddPeriods = fc.constantFrom<Fields[][]>(
  [
    { StartTime: '08:00', EndTime: '12:00', Amount: 2 },
    { StartTime: '12:00', EndTime: '18:00', Amount: 3 },
  ],
  [
    { StartTime: '08:00', EndTime: '12:00', Amount: 2 },
    { StartTime: '12:04', EndTime: '18:00', Amount: 3 },
  ],
  [
    { StartTime: '08:00', EndTime: '12:00', Amount: 2 },
    { StartTime: '11:00', EndTime: '18:00', Amount: 2 },
  ],
  [{ StartTime: '18:00', EndTime: '24:00', Amount: 2 }],
  [{ StartTime: '18:00', EndTime: '18:10', Amount: 2 }],
  [{ StartTime: '08:00', EndTime: '18:00', Amount: 0 }],
  [{ StartTime: '08:00', EndTime: '18:00', Amount: 101 }],
  [{ StartTime: '18:00', EndTime: '08:00', Amount: 2 }],
  [1, 2, 3, 4].map((n) => ({ StartTime: clock(n * 200), EndTime: clock(n * 200 + 100), Amount: n })),
  [],
);

const schedule = (weeks: unknown, enable: number, disable: number): Fields => ({
  ...{ StrategyType: 'NODE_SCALING_BY_SCHEDULE', NodeAmount: 0, WarmUp: true, RecurrenceSchedules: weeks },
  ...{ StrategyEnableDate: dateIn(enable), StrategyDisableDate: dateIn(disable) },
});

const usage = (nodes: number, most: unknown): Fields => ({
  ...{ StrategyType: 'NODE_SCALING_BY_USAGE', NodeAmount: nodes, MaxScalingAmount: most },
  ...{ ScalingStep: 2, ScalingUsageThreshold: '80', ScalingDownAfterIdleMinutes: 10 },
});

/** A scaling strategy: mostly one that a rule can ask for. */
export const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  {
    weight: 6,
    arbitrary: goodWeek.chain((week) =>
      fc
        .integer({ min: 37, max: 364 })
        .map((end): Strategy => ({ fits: throughMidnight(week) ? 'none' : 'post', fields: schedule(week, -1, end) })),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .integer({ min: 1, max: 100 })
      .map((n): Strategy => ({ fits: 'post', fields: { StrategyType: 'NODE_FIXED', NodeAmount: n } })),
  },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 99 }).map((n): Strategy => ({ fits: 'post', fields: usage(1, n) })) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 100 }).map((n): Strategy => ({ fits: 'pre', fields: usage(7, n) })) },
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        oddPeriods.map((TimerPeriods) => schedule([{ RecurrenceType: 'Weekly', RecurrenceValues: [1, 3], TimerPeriods }], -9, 200)),
        goodWeek.chain((week) =>
          fc.constantFrom(
            schedule(week, -300, 36),
            schedule(week, -300, 30),
            schedule(week, -300, 29),
            schedule(week, -300, 2),
            schedule(week, -300, -1),
            schedule(week, 3, 200),
          ),
        ),
        fc.constantFrom<Fields[]>(
          ...[
            schedule([], -9, 200),
            schedule('?', -9, 200),
            usage(2, 5),
            usage(1, 200),
            usage(1, undefined),
            { StrategyType: 'NODE_BY_MOON' },
          ],
          ...[
            { StrategyType: 'NODE_FIXED', NodeAmount: 0 },
            { StrategyType: 'NODE_FIXED', NodeAmount: 101 },
            { StrategyType: 'NODE_FIXED' },
          ],
        ),
      )
      .map((fields): Strategy => ({ fits: 'none', fields })),
  },
);
