import fc from 'fast-check';
import { departments, userGroups, users, versions } from './generated-fleet.ts';
import { type Moment, set, sometimes } from './moment.ts';
import { method } from './product.ts';

/** A part of a policy as JSON, which YAML reads. */
export type Part = Readonly<Record<string, unknown>>;

const department = fc.constantFrom(...departments);

const someGroups: fc.Arbitrary<Part> = fc.oneof(
  { weight: 6, arbitrary: fc.uniqueArray(department, { minLength: 1, maxLength: 3 }).map((names) => ({ tags: { department: names } })) },
  { weight: 4, arbitrary: department.map((name) => ({ name: `${name}-*` })) },
  { weight: 2, arbitrary: fc.constantFrom<Part>({ missingTag: 'owner' }, { missingTag: 'department' }, { tags: { owner: 'unassigned' } }) },
  { weight: 2, arbitrary: fc.constantFrom<Part>({ firstSeen: 'over 72h ago' }, { firstSeen: 'under 7d ago' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Part>({ id: ['aig-1', 'aig-3'] }, { region: 'cn-hangzhou' }, { status: ['PUBLISHED', 'MAINTAINING'] }),
  },
);

/** Groups that a rule selects: by all kinds of keys, or all. */
const groups: fc.Arbitrary<unknown> = fc.oneof({ weight: 5, arbitrary: someGroups }, { weight: 4, arbitrary: fc.constant('all') });

/** Workstations that a rule selects. */
const workstations: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<unknown>('all') },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[{ name: 'render-*' }, { officeNetwork: 'cn-hangzhou+dir-1' }, { user: 'b*' }, { charge: 'subscription' }],
      ...[{ id: 'ws-0' }, { firstSeen: 'over 72h ago' }, { region: 'cn-hangzhou' }],
    ),
  },
);

const list = (rule: fc.Arbitrary<Part>, maxLength: number): fc.Arbitrary<readonly Part[]> =>
  fc
    .array(fc.tuple(rule, sometimes(6, fc.constant(['home']))), { minLength: 1, maxLength, size: 'max' })
    .map((rules) => rules.map(([keys, targets], at) => set({ name: `r${at}`, targets, ...keys })));

const tagPeak = fc
  .record({ otherwise: sometimes(85, fc.integer({ min: 1, max: 8 })), atMost: fc.constantFrom(8, 12, 40) })
  .map((peak) => set({ tag: 'peak-nodes', ...peak }));
const manualChange = sometimes(50, fc.constantFrom('keep-until-next-step', 'overwrite', 'report-only'));
const warmUp = sometimes(50, fc.constantFrom<unknown>(true, false, 'keep'));
const withPercents = fc.constantFrom('office', 'studio', 'service', 'near-percent');
const anySchedule = fc.constantFrom('office', 'office', 'studio', 'service', 'minimal', 'late', 'night', 'near', 'near-percent');

/** The keys of `method` and `stepwise` as their text in a flow mapping says. */
const methodKeys = (text: string): Part => ({
  ...(text.includes('method') ? { method: /method: ([a-z-]+)/.exec(text)?.[1] } : {}),
  ...(text.includes('stepwise') ? { stepwise: true } : {}),
});

const keyed = (selector: unknown, keys: Part): unknown => (selector === 'all' ? keys : { ...(selector as Part), ...keys });

const scale: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .record({
        groups,
        schedule: withPercents,
        peak: fc.integer({ min: 1, max: 10 }),
        method: sometimes(30, fc.constant('usage')),
        manualChange,
      })
      .map(({ peak, groups: selector, ...rest }) =>
        set({ ...rest, groups: keyed(selector, { charge: 'subscription' }), peak: { extraNodes: peak } }),
      ),
  },
  {
    weight: 5,
    arbitrary: fc
      .record({ groups, schedule: anySchedule, peak: tagPeak, method, manualChange, warmUp, charge: fc.integer({ min: 0, max: 3 }) })
      .map(({ method: text, charge, groups: selector, ...rest }) =>
        set({ ...rest, ...methodKeys(text), groups: charge > 0 ? keyed(selector, { charge: 'pay-as-you-go' }) : selector }),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ groups, schedule: fc.constantFrom('minimal', 'late', 'night', 'near'), method, manualChange })
      .map(({ method: text, ...rest }) => set({ ...rest, ...methodKeys(text) })),
  },
);

const ask = fc
  .record({
    who: fc.constant('finance'),
    above: sometimes(60, fc.constantFrom<unknown>('1 CNY', '300 CNY', ['6000 CNY', '1 USD'])),
    dearerThanLastTimeBy: sometimes(40, fc.constant('10%')),
    remind: sometimes(40, fc.constant(['1d'])),
    links: sometimes(20, fc.boolean()),
  })
  .map(set);

/** How far ahead a renewal may move an expiry: a little more than its period. */
const aheadAtMost: Readonly<Record<string, string>> = { '1 Week': '10d', '1 Month': '34d', '2 Month': '66d', '1 Year': '370d' };

const order = fc.record({
  consoleAutoRenew: fc.constantFrom('disabled', 'disabled', 'disabled', 'disabled', 'disabled', 'enabled'),
  autoPay: sometimes(80, fc.constantFrom(true, true, false)),
  maxPrice: sometimes(25, fc.constantFrom<unknown>('100 CNY', ['9000 CNY', '900 USD'])),
  capped: sometimes(20, fc.constant(true)),
});

const renew: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom<Part>(
      { groups: { tags: { lifecycle: 'retire' } }, renew: 'never' },
      { groups: { name: 'x-*' }, renew: 'never' },
    ),
  },
  {
    weight: 5,
    arbitrary: fc
      .record({
        groups,
        order,
        period: fc.constantFrom('1 Week', '1 Month', '1 Month', '2 Month', '1 Year'),
        daysBefore: sometimes(85, fc.constantFrom(1, 4, 7, 10, 20)),
        asked: sometimes(45, fc.record({ ask, unanswered: sometimes(60, fc.constantFrom('hold', 'renew 1 Week')) })),
      })
      .map(({ order: { capped, ...keys }, asked, daysBefore, period, groups: selector }) => {
        const weekly = period === '1 Week';
        const answered = asked && weekly && asked.unanswered !== undefined ? { ...asked, unanswered: 'hold' } : asked;
        const lead = weekly ? Math.min(daysBefore ?? 4, 4) : daysBefore;
        const renewAheadAtMost = capped ? aheadAtMost[period] : undefined;
        return set({ groups: selector, period, ...keys, daysBefore: lead, renewAheadAtMost, ...(answered && set(answered)) });
      }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        workstations,
        order,
        period: fc.constantFrom('1 Month', '1 Month', '2 Month', '1 Year'),
        daysBefore: sometimes(85, fc.constantFrom(1, 7, 20)),
        ask: sometimes(25, ask),
        pricePerMonth: fc.constantFrom({ 'eds.proworkstation_flagship_elite.32c64g.48g1x': '1980 CNY' }, { 'eds.other.8c16g': '90 USD' }),
      })
      .map(({ order: { capped, ...keys }, period, ...rest }) =>
        set({ ...rest, ...keys, period, renewAheadAtMost: capped ? aheadAtMost[period] : undefined }),
      ),
  },
);

/** When windows of updates begin, in minutes from now: about to be approved, open, missed, and far. */
const windowStarts = [5, 15, 25, 29, 31, 60, -10, -40, 300, -600];

const ota = (moment: Moment): fc.Arbitrary<Part> =>
  fc
    .record({
      type: sometimes(30, fc.constant('Fota')),
      neverVersions: sometimes(20, fc.constantFrom(['7.4.1'], ['7.5.0', '7.4.0'])),
      approveAhead: sometimes(50, fc.constantFrom('10m', '30m', '2h', '6h')),
      onlyWithSessionsUpTo: sometimes(40, fc.constantFrom(0, 1, 5)),
      groups,
      rings: fc.tuple(
        ...['canary', 'early', 'everyone'].map((name) =>
          fc.record({
            name: fc.constant(name),
            days: fc.constantFrom<unknown>(
              ['workday', 'restday'],
              ['workday', 'restday'],
              'workday',
              'restday',
              [moment.date(0), moment.date(1)],
              'saturday',
              [moment.date(-3)],
            ),
            start: fc.constantFrom(...windowStarts),
            length: fc.constantFrom(20, 60, 120),
            soak: sometimes(70, fc.constantFrom('30m', '5h', '48h')),
          }),
        ),
      ),
      first: fc.nat(2),
    })
    .map(({ rings, first, groups: selector, ...rest }) => {
      const chosen = rings.slice(first).map(({ name, days, start, length, soak }, at, all) => {
        const last = at === all.length - 1;
        const selected = last ? selector : { tags: { 'ota-ring': name } };
        return set({
          name,
          groups: selected,
          window: { days, at: `${moment.clock(start)}-${moment.clock(start + length)}` },
          soak: last ? undefined : soak,
        });
      });
      return set({ ...rest, rings: chosen });
    });

const logOff = (moment: Moment): fc.Arbitrary<Part> =>
  fc
    .record({
      groups,
      when: fc.oneof(
        fc
          .record({
            at: fc.constantFrom(0, -1, -5, -20, -60, -90, -119, -121, 4, 9, 25).map((minutes) => moment.clock(minutes)),
            days: fc.constantFrom('everyday', 'everyday', 'workday', 'friday workday'),
          })
          .map((keys): Part => keys),
        fc
          .record({ schedule: fc.constantFrom('office', 'late', 'ended', 'ended', 'ended', 'ended'), wait: fc.constantFrom('30m', '45m') })
          .map((after): Part => ({ after })),
      ),
      who: fc.constantFrom<unknown>('everyone', 'everyone', 'disconnected', { longerThan: '8h' }, { longerThan: '20m' }),
      resetAfterUnbind: sometimes(85, fc.constantFrom('disabled', 'disabled', 'disabled', 'disabled', 'enabled')),
      persistentSessions: sometimes(40, fc.constantFrom('keep', 'log-off')),
      drain: sometimes(45, fc.constantFrom('10m', '30m')),
    })
    .map(({ when, ...rest }) => set({ ...rest, ...when }));

const consequential = [
  'scale-on-schedule',
  'renew-before-expiry',
  'approve-ota-windows',
  'log-off-sessions',
  'enforce-policy',
  'power-workstations',
];

const tag: fc.Arbitrary<Part> = fc
  .record({
    groups,
    set: fc.constantFrom<Part>(
      { owner: 'unassigned', 'first-seen': '{date}' },
      { department: 'fin', 'cost-center': '4100' },
      { department: 'hr', zone: '{region}' },
      { 'created-by': '{creator}', 'made-with': '{source}' },
      { 'ota-ring': 'early' },
      { lifecycle: 'retire', seen: '{date} {time}' },
      { 'Cost Center': 'x' },
    ),
    bringsUnder: sometimes(92, fc.constant(consequential)),
  })
  .map(set);

const enforce: fc.Arbitrary<Part> = fc.oneof(
  { weight: 1, arbitrary: fc.boolean().map((expiryReminder) => ({ tenant: { expiryReminder } })) },
  {
    weight: 6,
    arbitrary: fc
      .record({
        groups,
        sessionTimeout: fc.constantFrom('15m', '30m', '1h', 'never'),
        nodeCapacity: sometimes(50, fc.constantFrom(2, 3, 4)),
        namePattern: sometimes(30, fc.constantFrom('fin-*', '*-?')),
        skipUserAuthCheck: sometimes(30, fc.boolean()),
        userGroups: sometimes(40, fc.uniqueArray(fc.constantFrom(...userGroups), { minLength: 1, maxLength: 2 })),
        requireTags: sometimes(40, fc.constantFrom<unknown>('owner', ['owner', 'cost-center'])),
        insist: sometimes(20, fc.boolean()),
      })
      .map(set),
  },
);

const power: fc.Arbitrary<Part> = fc.oneof(
  { weight: 1, arbitrary: workstations.map((selector) => ({ workstations: selector, power: 'leave-alone' })) },
  {
    weight: 6,
    arbitrary: fc
      .record({
        workstations,
        schedule: fc.constantFrom('office', 'studio', 'night', 'near', 'ended'),
        stopOnlyWithoutSession: sometimes(50, fc.boolean()),
        atOnce: sometimes(30, fc.constantFrom(1, 2, 50)),
      })
      .map(set),
  },
);

/** A rule as most policies have it, above all others: groups by the hour follow a schedule of shares. */
const usualScale: fc.Arbitrary<Part> = fc
  .record({
    schedule: fc.constantFrom('office', 'office', 'studio', 'service', 'near-percent'),
    peak: fc.constantFrom<Part>({ tag: 'peak-nodes', otherwise: 4, atMost: 12 }, { tag: 'peak-nodes', otherwise: 8, atMost: 8 }),
    method,
    manualChange,
    warmUp,
  })
  .map(({ method: text, ...rest }) => set({ ...rest, ...methodKeys(text), name: 'usual', groups: { charge: 'pay-as-you-go' } }));

/** Rules of scale-on-schedule. */
export const scaleRules = (calm: boolean): fc.Arbitrary<readonly Part[]> =>
  calm ? fc.tuple(usualScale, list(scale, 2)).map(([usual, others]) => [usual, ...others]) : list(scale, 5);

/** Rules of all seven functions that plan. */
export const rules = (moment: Moment, calm: boolean): fc.Arbitrary<Part> =>
  fc.record({
    'scale-on-schedule': scaleRules(calm),
    'renew-before-expiry': list(renew, 4),
    'approve-ota-windows': list(ota(moment), 2),
    'log-off-sessions': list(logOff(moment), 3),
    'tag-new-resources': list(tag, 3),
    'enforce-policy': list(enforce, 3),
    'power-workstations': list(power, 3),
  });

const neverWords = ['cut-sessions', 'approve-ota', 'scale-down', 'renew', 'power-off', 'tag', 'enforce'] as const;

/** An exception around a moment; its end comes after its begin. */
export const exception = (moment: Moment): fc.Arbitrary<Part> =>
  fc
    .record({
      groups,
      workstations: sometimes(40, workstations),
      from: fc.constantFrom(-4_000, -300, -30, 0, 20, 600),
      minutes: fc.constantFrom(10, 60, 900, 9_000),
      keepAtLeast: sometimes(60, fc.constantFrom('1%', '50%', '100%')),
      never: fc.uniqueArray(fc.constantFrom(...neverWords), { maxLength: 3 }),
      targets: sometimes(10, fc.constant(['home'])),
    })
    .map(({ from, minutes, never, keepAtLeast, ...rest }) =>
      set({
        because: 'Launch, OPS-4821',
        ...rest,
        from: moment.local(from),
        until: moment.local(from + minutes),
        keepAtLeast: never.length === 0 ? (keepAtLeast ?? '100%') : keepAtLeast,
        never: never.length === 0 ? undefined : never,
      }),
    );

/** What is never cut. */
export const protect = fc
  .record({
    users: sometimes(50, fc.constantFrom(['board-*'], [users[0], 'exam-room-?'])),
    groups: sometimes(40, fc.constantFrom<unknown>({ tags: { tier: 'trading' } }, { name: 'hr-*' })),
    ownerTag: sometimes(50, fc.constantFrom({ key: 'keep-until', atMost: '7d' }, { key: 'keep-until', atMost: '90d' })),
  })
  .map(set);

/** Versions that somebody may have halted at night. */
export const haltedVersion = sometimes(8, fc.constantFrom(...versions));
