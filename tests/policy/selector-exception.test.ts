import { describe, expect, it } from 'vitest';
import type { CompiledException, CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { exceptionsInForce, frozen } from '../../shared/policy/exception.ts';
import { groupProtected, ownerProtected, userProtected } from '../../shared/policy/protect.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';

const zone = 'Asia/Shanghai';
const zoneTable = { transitions: [{ atMs: 0, offsetMs: 8 * hourMs }] };
const target: CompiledTarget = { name: 'cn-office', account: '1', endpoint: 'cn-shanghai', timezone: zone, shardByRegion: false };
const from = Date.parse('2026-12-11T18:00:00+08:00');
const until = Date.parse('2026-12-12T09:00:00+08:00');
const spans = { [zone]: { fromMs: from, untilMs: until } };

function policy(parts: Partial<CompiledPolicy>): CompiledPolicy {
  return {
    format: 1,
    sourceHash: '',
    fromMs: 0,
    untilMs: until + 400 * dayMs,
    timezone: zone,
    serviceTimeZone: zone,
    mode: { default: 'observe', act: [] },
    targets: { 'cn-office': target },
    zones: { [zone]: zoneTable },
    timelines: {},
    exceptions: [],
    protect: { users: [] },
    limits: {},
    freezes: [],
    channels: {},
    tell: {},
    approvers: {},
    rules: {},
    warnings: [],
    ...parts,
  };
}

const group = { kind: 'delivery-group', id: 'aig-1', tags: { app: 'aurora' } };

function inForce(exceptions: readonly Partial<CompiledException>[], subject: Parameters<typeof exceptionsInForce>[2] = group, now = from) {
  const full = exceptions.map((exception) => ({ because: 'x', spans, never: [], ...exception }));
  return exceptionsInForce(policy({ exceptions: full }), target, subject, now);
}

describe('exceptions', () => {
  const all = { all: true } as const;

  it('apply together: the highest share, the union of what must not happen', () => {
    const result = inForce([
      { groups: all, keepAtLeastPercent: 40, never: ['renew'] },
      { groups: { tags: { app: ['aurora'] } }, keepAtLeastPercent: 100, never: ['cut-sessions'] },
      { groups: all, never: ['cut-sessions', 'tag'] },
      { groups: { tags: { app: ['other'] } }, keepAtLeastPercent: 100, never: ['enforce'] },
    ]);
    expect(result.exceptions).toHaveLength(3);
    expect(result.keepAtLeastPercent).toBe(100);
    expect([...result.never].sort()).toEqual(['cut-sessions', 'renew', 'tag']);
  });

  it.each([
    [from - 1, 0],
    [from, 1],
    [until - 1, 1],
    [until, 0],
  ])('are half-open: at %i there are %i', (now, count) => {
    expect(inForce([{ groups: all }], group, now).exceptions).toHaveLength(count);
  });

  it('hold for the targets they name, or all', () => {
    expect(inForce([{ groups: all, targets: ['singapore'] }]).exceptions).toHaveLength(0);
    expect(inForce([{ groups: all, targets: ['singapore', 'cn-office'] }]).exceptions).toHaveLength(1);
  });

  it('for groups leave workstations alone, and the other way round', () => {
    const workstation = { kind: 'workstation', id: 'ws-1' };
    expect(inForce([{ groups: all }], workstation).exceptions).toHaveLength(0);
    expect(inForce([{ workstations: all }], workstation).exceptions).toHaveLength(1);
    expect(inForce([{ workstations: all }]).exceptions).toHaveLength(0);
  });

  it('that may apply are named with what is unknown, and promise nothing', () => {
    const result = inForce([{ groups: { tags: { app: ['aurora'] } }, keepAtLeastPercent: 100, never: ['renew'] }], {
      kind: 'delivery-group',
      id: 'aig-1',
    });
    expect(result.uncertain).toMatchObject([{ unknown: 'tags', exception: { keepAtLeastPercent: 100 } }]);
    expect(result).toMatchObject({ exceptions: [], never: new Set() });
    expect(result).not.toHaveProperty('keepAtLeastPercent');
  });
});

describe('freezes', () => {
  const frozenPolicy = policy({ freezes: [{ because: 'Spring Festival', except: ['renew-before-expiry'], spans }] });
  it.each([
    ['scale-on-schedule', from, true],
    ['scale-on-schedule', from - 1, false],
    ['scale-on-schedule', until, false],
    ['renew-before-expiry', from, false],
  ])('%s at %i is frozen: %s', (name, now, wanted) => {
    expect(frozen(frozenPolicy, name, zone, now)?.because).toBe(wanted ? 'Spring Festival' : undefined);
  });
});

describe('protection', () => {
  it('of users goes by glob without case', () => {
    const protect = { users: ['board-*', 'exam-room-?'] };
    expect(['Board-7', 'exam-room-1', 'exam-room-12', 'a-board-1'].map((user) => userProtected(protect, user))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('of groups goes by selector, and says where it cannot know', () => {
    const guarded = policy({ protect: { users: [], groups: { tags: { tier: ['trading'] } } } });
    expect(groupProtected(guarded, target, { id: 'a', tags: { tier: 'trading' } }, 0)).toBe('yes');
    expect(groupProtected(guarded, target, { id: 'a', tags: {} }, 0)).toBe('no');
    expect(groupProtected(guarded, target, { id: 'a' }, 0)).toEqual({ unknown: 'tags' });
    expect(groupProtected(policy({}), target, { id: 'a' }, 0)).toBe('no');
  });

  const observed = Date.parse('2026-12-03T12:00:00+08:00');
  it.each([
    ['a date, to the end of that local day', '2026-12-05', '2026-12-06T00:00:00+08:00', true],
    ['an instant', '2026-12-05T18:00:00+08:00', '2026-12-05T18:00:00+08:00', true],
    ['a date beyond the longest time', '2027-12-31', '2026-12-10T12:00:00+08:00', true],
    ['a past date', '2026-12-01', '2026-12-02T00:00:00+08:00', true],
    ['something unreadable', 'until further notice', '2026-12-10T12:00:00+08:00', false],
  ])('by an owner: %s', (_what, value, end, readable) => {
    const untilMs = Date.parse(end);
    const judge = (now: number) => ownerProtected(value, observed, now, zoneTable, 7 * dayMs);
    expect(judge(untilMs - 1)).toEqual({ protected: true, untilMs, readable });
    expect(judge(untilMs)).toEqual({ protected: false, untilMs, readable });
  });

  it('by an owner whose tag a clock that was ahead saw first: from now on, and no longer', () => {
    const ahead = observed + 3650 * dayMs;
    const { untilMs } = ownerProtected('2040-01-01', ahead, observed, zoneTable, 7 * dayMs);
    expect(untilMs).toBe(observed + 7 * dayMs);
  });
});
