import { describe, expect, it } from 'vitest';
import { decodePolicy, encodePolicy, PolicyFormatError } from '../../shared/policy/codec.ts';
import { compile, PolicyUnresolvedError } from '../../shared/policy/compile.ts';
import { timelineKey } from '../../shared/policy/compiled.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import type { AnyRuleModule } from '../../shared/policy/rule-module.ts';
import { levelAt, nextBoundary } from '../../shared/policy/schedule.ts';
import { UnknownZoneError } from '../../shared/policy/zone-source.ts';
import { dayMs } from '../fixtures/times.ts';

const shanghai = 'Asia/Shanghai';
const newYork = 'America/New_York';
const nowMs = Date.parse('2026-11-24T08:00:30.500Z');

const workday = { on: { kind: 'workday' as const }, periods: [{ startMinute: 480, endMinute: 1080, level: { percent: 100 } }] };
const everyday = { on: { kind: 'everyday' as const }, periods: [{ startMinute: 0, endMinute: 1440, level: { nodes: 1 } }] };

function document(parts: Partial<PolicyDocument> = {}): PolicyDocument {
  return {
    version: 1,
    source: 'version: 1\n',
    timezone: shanghai,
    serviceTimeZone: shanghai,
    mode: { default: 'observe', act: ['scale-on-schedule'] },
    targets: {
      cn: { account: '1234567890123456', endpoint: 'cn-shanghai', calendar: 'china', timezone: shanghai, shardByRegion: false },
      us: { account: '2234567890123456', endpoint: 'ap-southeast-1', timezone: newYork, shardByRegion: true },
    },
    calendars: { china: { source: 'china-state-council', holidays: ['2026-12-31'], workdays: [], unpublishedYear: 'warn' } },
    schedules: { office: { days: [workday] }, minimal: { days: [everyday] }, unused: { days: [everyday] } },
    exceptions: [
      {
        because: 'Launch',
        groups: { tags: { app: ['aurora'] } },
        from: { date: '2026-12-11', minute: 1080 },
        until: { date: '2026-12-12', minute: 1440 },
        keepAtLeastPercent: 100,
        never: [],
      },
    ],
    protect: { users: ['board-*'], ownerTag: { key: 'keep-until', atMostMs: 7 * dayMs } },
    limits: { sessionsCutPerRun: 50, spendPerMonth: [{ currency: 'CNY', micros: 400_000_000_001n }] },
    freezes: [{ because: 'Festival', from: { date: '2027-03-14', minute: 150 }, until: { date: '2027-03-15', minute: 0 }, except: [] }],
    channels: { ops: { kind: 'webhook', url: 'env:OPS' } },
    tell: { held: ['ops'], done: [] },
    approvers: { finance: ['li.wei'] },
    rules: {
      'scale-on-schedule': [
        { name: 'office', targets: ['cn'], groups: { all: true }, schedule: 'office' },
        { name: 'rest', groups: { all: true }, schedule: 'minimal' },
      ],
    },
    ...parts,
  };
}

const modules: readonly AnyRuleModule[] = [
  {
    name: 'scale-on-schedule',
    schema: undefined as never,
    compile: (rule: { name: string }) => ({ name: rule.name, most: { currency: 'CNY', micros: 5n } }),
  },
];

const at = (text: string) => Date.parse(text);

describe('compile', () => {
  const policy = compile(document(), nowMs, 400, modules);

  it('covers the horizon from the given instant and names its source', () => {
    expect([policy.format, policy.fromMs, policy.untilMs]).toEqual([1, nowMs, nowMs + 400 * dayMs]);
    expect(policy.sourceHash).toBe('09bfcc6a14b83e2192b8673677725c84883ee9cd0c70e45c9ec09daa8f2b2847');
    expect(compile(document({ source: 'version: 1 \n' }), nowMs).sourceHash).not.toBe(policy.sourceHash);
  });

  it('resolves each schedule for calendar and zone of the targets whose rules name it, and no other', () => {
    expect(Object.keys(policy.timelines).sort()).toEqual(
      [
        timelineKey('office', 'china', shanghai),
        timelineKey('minimal', 'china', shanghai),
        timelineKey('minimal', undefined, newYork),
      ].sort(),
    );
  });

  it('finds a schedule that a rule names deeper down', () => {
    const deep = compile(
      document({ rules: { 'log-off-sessions': [{ name: 'x', targets: ['us'], after: { schedule: 'office' } }] } }),
      nowMs,
    );
    expect(Object.keys(deep.timelines)).toEqual([timelineKey('office', undefined, newYork)]);
  });

  it('reaches back before the policy and on past its end without inventing steps there', () => {
    const office = policy.timelines[timelineKey('office', 'china', shanghai)];
    const minimal = policy.timelines[timelineKey('minimal', 'china', shanghai)];
    if (office === undefined || minimal === undefined) throw new Error('no timeline');
    expect(nextBoundary(office, at('2026-11-01T12:00:00+08:00'))).toBe(at('2026-11-02T08:00:00+08:00'));
    expect(levelAt(office, policy.untilMs + dayMs * 2)).toBeDefined();
    expect(nextBoundary(minimal, nowMs)).toBeUndefined();
    expect(levelAt(minimal, nowMs)).toEqual({ nodes: 1 });
    expect(levelAt(office, at('2026-12-31T12:00:00+08:00'))).toEqual({ nodes: 0 });
  });

  it('turns local spans into instants of every zone that decisions are made in', () => {
    expect(policy.exceptions[0]?.spans).toEqual({
      [shanghai]: { fromMs: at('2026-12-11T18:00:00+08:00'), untilMs: at('2026-12-13T00:00:00+08:00') },
      [newYork]: { fromMs: at('2026-12-11T18:00:00-05:00'), untilMs: at('2026-12-13T00:00:00-05:00') },
    });
    expect(policy.exceptions[0]).not.toHaveProperty('from');
    // 02:30 does not exist in New York that day: the freeze starts at the end of the gap.
    expect(policy.freezes[0]?.spans[newYork]?.fromMs).toBe(at('2027-03-14T03:00:00-04:00'));
  });

  it('carries the offsets of every zone, the service zone included', () => {
    const other = compile(document({ serviceTimeZone: 'Europe/Berlin' }), nowMs);
    expect(Object.keys(other.zones).sort()).toEqual([newYork, shanghai, 'Europe/Berlin'].sort());
    expect(other.zones[shanghai]?.transitions).toHaveLength(1);
  });

  it('compiles rules through their module, keeps their order, and leaves out functions without one', () => {
    expect(policy.rules).toEqual({
      'scale-on-schedule': [
        { name: 'office', most: { currency: 'CNY', micros: 5n } },
        { name: 'rest', most: { currency: 'CNY', micros: 5n } },
      ],
    });
    expect(compile(document(), nowMs).rules).toEqual({});
  });

  it('warns of an unpublished year from 30 days before to its end', () => {
    expect(policy.warnings).toHaveLength(1);
    expect(policy.warnings[0]).toMatchObject({
      code: 'calendar-year-unpublished',
      fromMs: at('2026-12-02T00:00:00+08:00'),
      untilMs: at('2028-01-01T00:00:00+08:00'),
      text: expect.stringMatching(/"china" does not know 2027 yet.*Monday to Friday count as workdays/),
    });
  });

  it('says that decisions hold where the calendar wants that, and marks the days', () => {
    const held = document();
    const china = { source: 'china-state-council' as const, holidays: [], workdays: [], unpublishedYear: 'hold' as const };
    const policy = compile({ ...held, calendars: { china } }, nowMs);
    expect(policy.warnings[0]?.text).toMatch(/hold/);
    expect(policy.timelines[timelineKey('office', 'china', shanghai)]?.unknown[0]?.startMs).toBe(at('2027-01-01T00:00:00+08:00'));
    expect(policy.timelines[timelineKey('minimal', 'china', shanghai)]?.unknown).toEqual([]);
  });

  it('warns of nothing where every year of the horizon is known or no target uses the calendar', () => {
    expect(compile(document(), nowMs, 30).warnings).toEqual([]);
    const { us } = document().targets;
    expect(compile(document({ targets: { us: us as never }, rules: {} }), nowMs).warnings).toEqual([]);
  });

  it('gives the same policy for the same arguments', () => {
    expect(encodePolicy(compile(document(), nowMs, 400, modules))).toBe(encodePolicy(policy));
  });

  it.each<[string, Partial<PolicyDocument>, new (...args: never[]) => Error, RegExp]>([
    ['calendar', { calendars: {} }, PolicyUnresolvedError, /calendar "china".*streamwarden validate/],
    ['schedule', { schedules: {} }, PolicyUnresolvedError, /schedule "office"/],
    [
      'target',
      { rules: { 'scale-on-schedule': [{ name: 'x', targets: ['nowhere'], schedule: 'office' }] } },
      PolicyUnresolvedError,
      /target "nowhere"/,
    ],
    ['time zone', { timezone: 'Asia/Peking' }, UnknownZoneError, /Asia\/Peking/],
  ])('refuses a %s that it cannot resolve', (_what, parts, type, message) => {
    expect(() => compile(document(parts), nowMs)).toThrow(type);
    expect(() => compile(document(parts), nowMs)).toThrow(message);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a horizon of %d days', (days) => {
    expect(() => compile(document(), nowMs, days)).toThrow(RangeError);
  });
});

describe('the JSON of a compiled policy', () => {
  const policy = compile(document(), nowMs, 400, modules);
  const text = encodePolicy(policy);

  it('gives the policy back exactly, amounts and segments included', () => {
    expect(decodePolicy(text)).toEqual({ ...policy, ownHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(encodePolicy(decodePolicy(text))).toBe(text);
  });

  it('has sorted keys and is small enough to read at each cold start', () => {
    const parsed = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(Object.keys(parsed).sort());
    expect(text.length).toBeLessThan(60_000);
  });

  it('does not depend on the order in which keys were set', () => {
    const turned = Object.fromEntries(Object.entries(policy).reverse()) as unknown as typeof policy;
    expect(encodePolicy(turned)).toBe(text);
  });

  const changed = (change: (value: Record<string, unknown>) => void) => {
    const value = JSON.parse(text) as Record<string, unknown>;
    change(value);
    return JSON.stringify(value);
  };
  it.each([
    ['cut off', text.slice(0, -10), /not complete JSON/],
    ['no object', '[]', /holds no object/],
    [
      'of another format',
      changed((value) => {
        value.format = 2;
      }),
      /format is 2.*reads format 1/,
    ],
    ['without a format', '{}', /format is missing/],
    [
      'without targets',
      changed((value) => {
        delete value.targets;
      }),
      /"targets" is missing/,
    ],
    [
      'with zones of another kind',
      changed((value) => {
        value.zones = [];
      }),
      /"zones" is not of kind object/,
    ],
    [
      'with a damaged timeline',
      changed((value) => {
        (Object.values(value.timelines as object)[0] as { segments: number[] }).segments = [5, -3, 0];
      }),
      /timeline ".*" is damaged/,
    ],
    [
      'with a cut timeline',
      changed((value) => {
        (Object.values(value.timelines as object)[0] as { segments: number[] }).segments = [5];
      }),
      /timeline ".*" is damaged/,
    ],
  ])('is refused when %s, with what to do', (_what, broken, message) => {
    expect(() => decodePolicy(broken)).toThrow(PolicyFormatError);
    expect(() => decodePolicy(broken)).toThrow(message);
    expect(() => decodePolicy(broken)).toThrow(/Compile and push the policy again/);
  });
});
