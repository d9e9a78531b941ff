import fc from 'fast-check';
import { exception, type Part, protect, rules as rulesOf, scaleRules } from './generated-rules.ts';
import { type Moment, set, sometimes } from './moment.ts';
import { given, limits as harmLimits, schedules } from './product.ts';

/** The accounts of the targets `home` and `away`. */
export const accounts = { home: '1000000000000001', away: '2000000000000002' } as const;

const functions = [
  ...['scale-on-schedule', 'renew-before-expiry', 'approve-ota-windows', 'log-off-sessions', 'tag-new-resources'],
  ...['enforce-policy', 'power-workstations'],
];

const mode: fc.Arbitrary<Part> = fc.oneof(
  { weight: 7, arbitrary: fc.constant({ default: 'act' }) },
  { weight: 1, arbitrary: fc.constant({ default: 'observe' }) },
  { weight: 2, arbitrary: fc.subarray(functions).map((act) => ({ default: 'observe', act })) },
);

const regions = sometimes(65, fc.constantFrom(['cn-hangzhou'], ['cn-hangzhou', 'cn-shanghai']));

const targets = fc
  .record({
    regions,
    shards: fc.integer({ min: 0, max: 9 }),
    away: sometimes(20, fc.constantFrom('Asia/Singapore', 'Europe/Berlin', 'America/New_York')),
  })
  .map(({ regions: named, shards, away }) => ({
    home: set({
      account: accounts.home,
      endpoint: 'cn-shanghai',
      regions: named,
      calendar: 'china',
      shardByRegion: shards === 0 ? true : undefined,
    }),
    ...(away === undefined ? {} : { away: { account: accounts.away, endpoint: 'ap-southeast-1', calendar: 'abroad', timezone: away } }),
  }));

const unpublishedYear = sometimes(70, fc.constantFrom('warn', 'hold'));

const calendars = (moment: Moment) =>
  fc
    .record({ china: unpublishedYear, abroad: unpublishedYear, closed: sometimes(15, fc.constant([moment.date(0)])) })
    .map(({ china, abroad, closed }) => ({
      china: set({ source: 'china-state-council', holidays: closed, unpublishedYear: china }),
      abroad: set({ years: [2026], holidays: ['2026-11-09', '2026-12-25'], unpublishedYear: abroad }),
    }));

/** Schedules with edges around the moment: one that runs now or is about to, in counts and in shares, and one that has ended. */
const nearSchedules = (moment: Moment) =>
  fc
    .record({
      begin: fc.constantFrom(-120, -30, 0, 5, 12),
      minutes: fc.constantFrom(20, 60, 400),
      ended: fc.constantFrom(-31, -40, -100, -160),
    })
    .map(({ begin, minutes, ended }) => {
      const span = `${moment.clock(begin)}-${moment.clock(begin + minutes)}`;
      return {
        near: { everyday: { [span]: '3 nodes' } },
        'near-percent': { everyday: { [span]: '60%' } },
        ended: { everyday: { [`${moment.clock(ended - 60)}-${moment.clock(ended)}`]: '2 nodes' } },
      };
    });

const freeze = (moment: Moment): fc.Arbitrary<Part> =>
  fc
    .record({
      from: fc.constantFrom(-3_000, -10, 0, 15, 700),
      minutes: fc.constantFrom(30, 1_000, 20_000),
      except: sometimes(40, fc.subarray(functions)),
    })
    .map(({ from, minutes, except }) =>
      set({
        because: 'Spring Festival',
        from: moment.local(from),
        until: moment.local(from + minutes),
        except: except?.length === 0 ? undefined : except,
      }),
    );

const limits = (moment: Moment): fc.Arbitrary<Part> =>
  fc
    .record({
      harm: sometimes(45, harmLimits),
      nodesAddedPer24h: sometimes(35, fc.constantFrom(0, 3, 20, 100)),
      spendPerMonth: sometimes(
        90,
        fc.constantFrom<unknown>('100000 CNY', ['400000 CNY', '15000 USD'], ['400000 CNY', '15000 USD'], '500 CNY', '100 USD'),
      ),
      ordersPerRun: sometimes(20, fc.constantFrom(0, 1, 2)),
      freezes: sometimes(18, fc.array(freeze(moment), { minLength: 1, maxLength: 2 })),
    })
    .map(({ harm, ...rest }) => {
      const { shareOfRulePerRun, shareOfRulePer24h, ...counts } = harm === undefined ? {} : given(harm);
      const share = (value: number | undefined) => (value === undefined ? undefined : `${value}%`);
      return set({ ...rest, ...counts, shareOfRulePerRun: share(shareOfRulePerRun), shareOfRulePer24h: share(shareOfRulePer24h) });
    });

/** The sections of a policy about a moment. Most go together; in a few policies some do not. */
const sections = (moment: Moment, calm: boolean) =>
  fc.record({
    timezone: fc.constantFrom('Asia/Shanghai', 'Asia/Shanghai', 'Asia/Shanghai', 'Asia/Shanghai', 'Asia/Tokyo', 'Europe/Berlin'),
    serviceTimeZone: sometimes(10, fc.constantFrom('UTC', 'Asia/Tokyo')),
    ...{ targets, calendars: calendars(moment), near: nearSchedules(moment), rules: rulesOf(moment, calm) },
    mode: calm ? fc.constant<Part>({ default: 'act' }) : mode,
    limits: calm ? fc.constant<Part>({ spendPerMonth: ['400000 CNY', '15000 USD'] }) : limits(moment),
    exceptions: fc.array(exception(moment), { maxLength: calm ? 1 : 2, size: 'max' }),
    protect: sometimes(calm ? 15 : 50, protect),
  });

type Sections = ReturnType<typeof sections> extends fc.Arbitrary<infer T> ? T : never;

/** A policy's text. */
function textOf({ near, exceptions, ...rest }: Sections): string {
  const others = set({
    version: 1,
    ...rest,
    channels: { ops: { kind: 'console' } },
    tell: { held: 'ops', money: 'ops', failed: 'ops' },
    approvers: { finance: ['li.wei', 'tan.mei'] },
    exceptions: exceptions.length === 0 ? undefined : exceptions,
  });
  const lines = Object.entries(others).map(([name, section]) => `${name}: ${JSON.stringify(section)}`);
  const more = Object.entries(near).map(([name, days]) => `  ${name}: ${JSON.stringify(days)}`);
  return `${lines.join('\n')}${schedules}${more.join('\n')}\n`;
}

/** A policy's text, and that of the one before it, where there was another. */
export interface Policies {
  readonly policy: string;
  readonly former: string | undefined;
}

/** What is left of the scale rules where most groups are not covered any more. */
const fewGroups: readonly Part[] = [{ name: 'few', groups: { name: 'x-*' }, schedule: 'minimal' }];

/**
 * A policy about a moment; `calm`: with few fences. The one before had other exceptions, other scale rules or more, or let functions act that only
 * observe now, or was wholly another.
 */
export const policies = (moment: Moment, calm: boolean): fc.Arbitrary<Policies> =>
  fc
    .record({
      now: sections(moment, calm),
      before: fc.oneof(
        { weight: 6, arbitrary: fc.constant(undefined) },
        {
          weight: 2,
          arbitrary: fc
            .array(exception(moment), { minLength: 1, maxLength: 2 })
            .map((exceptions) => ({ exceptions, mode: { default: 'act' } })),
        },
        {
          weight: 3,
          arbitrary: fc
            .tuple(scaleRules(true), fc.constantFrom(fewGroups, fewGroups, undefined))
            .map(([scale, left]) => ({ scale, left, mode: { default: 'act' } })),
        },
        { weight: 1, arbitrary: mode.map((now) => ({ mode: { default: 'act' }, now })) },
        { weight: 1, arbitrary: sections(moment, calm) },
      ),
    })
    .map(({ now, before }) => {
      if (before === undefined) return { policy: textOf(now), former: undefined };
      const { now: modeNow, scale, left, ...changed } = { now: undefined, scale: undefined, left: undefined, ...before };
      const rules = scale === undefined ? now.rules : { ...now.rules, 'scale-on-schedule': scale };
      const kept = left === undefined ? now : { ...now, rules: { ...now.rules, 'scale-on-schedule': left } };
      return { policy: textOf(modeNow === undefined ? kept : { ...kept, mode: modeNow }), former: textOf({ ...now, rules, ...changed }) };
    });
