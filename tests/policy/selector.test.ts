import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { compileGlob } from '../../shared/policy/glob.ts';
import { firstSeenMs, type Match, matcher, type Selectable } from '../../shared/policy/selector.ts';
import { hourMs } from '../fixtures/times.ts';

const nowMs = Date.parse('2026-11-24T08:00:00Z');

const group: Selectable = {
  id: 'aig-1',
  name: 'fin-Reports',
  region: 'cn-shanghai',
  status: 'PUBLISHED',
  charge: 'pay-as-you-go',
  tags: { department: 'finance', owner: '', constructor_: 'x' },
  createdAtMs: nowMs - 100 * hourMs,
  officeSiteId: 'cn-hangzhou+dir-1',
  imageId: 'img-1',
  users: ['Li.Wei', 'tan.mei'],
};

const unknown = (what: string): Match => ({ unknown: what });

describe('matcher', () => {
  it.each<[string, CompiledSelector, Match]>([
    ['all matches everything', { all: true }, 'yes'],
    ['no key at all matches nothing', {}, 'no'],
    ['id among several', { ids: ['aig-0', 'aig-1'] }, 'yes'],
    ['id of another', { ids: ['aig-11'] }, 'no'],
    ['an empty list matches nothing', { ids: [] }, 'no'],
    ['name by glob', { names: ['fin-*'] }, 'yes'],
    ['name is case-sensitive', { names: ['FIN-*', 'fin-reports'] }, 'no'],
    ['any of the names', { names: ['hr-*', '*Rep?rts'] }, 'yes'],
    ['tag value', { tags: { department: ['finance'] } }, 'yes'],
    ['any of the tag values', { tags: { department: ['hr', 'finance'] } }, 'yes'],
    ['tag values are case-sensitive and no globs', { tags: { department: ['Finance', 'fin*'] } }, 'no'],
    ['all tags must match', { tags: { department: ['finance'], owner: ['li'] } }, 'no'],
    ['an empty tag value is a value', { tags: { owner: [''] } }, 'yes'],
    ['absent tag', { tags: { tier: ['trading'] } }, 'no'],
    ['names of object methods are no tags', { tags: { toString: ['x'] } }, 'no'],
    ['missing tag', { missingTags: ['tier', 'toString'] }, 'yes'],
    ['an empty value is present', { missingTags: ['owner'] }, 'no'],
    ['charge', { charge: ['pay-as-you-go'] }, 'yes'],
    ['other charge', { charge: ['subscription'] }, 'no'],
    ['region', { regions: ['cn-hangzhou', 'cn-shanghai'] }, 'yes'],
    ['status compares without case', { statuses: ['published'] }, 'yes'],
    ['office network', { officeNetworks: ['cn-hangzhou+dir-1'] }, 'yes'],
    ['image', { images: ['img-2'] }, 'no'],
    ['user without case', { users: ['li.*'] }, 'yes'],
    ['no such user', { users: ['wang.*'] }, 'no'],
    ['seen at least so long ago', { firstSeen: { over: 100 * hourMs } }, 'yes'],
    ['seen later than that', { firstSeen: { over: 100 * hourMs + 1 } }, 'no'],
    ['younger than', { firstSeen: { under: 100 * hourMs + 1 } }, 'yes'],
    ['not younger than its own age', { firstSeen: { under: 100 * hourMs } }, 'no'],
    ['keys are ANDed', { names: ['fin-*'], regions: ['cn-beijing'] }, 'no'],
  ])('%s', (_what, selector, wanted) => {
    expect(matcher(selector)(group, nowMs)).toEqual(wanted);
  });

  it.each<[string, CompiledSelector, Match]>([
    ['name', { names: ['*'] }, unknown('name')],
    ['tags', { tags: { department: ['finance'] } }, unknown('tags')],
    ['missing tags', { missingTags: ['department'] }, unknown('tags')],
    ['charge', { charge: ['subscription', 'pay-as-you-go'] }, unknown('charge')],
    ['region', { regions: ['cn-shanghai'] }, unknown('region')],
    ['status', { statuses: ['PUBLISHED'] }, unknown('status')],
    ['office network', { officeNetworks: ['x'] }, unknown('office network')],
    ['image', { images: ['x'] }, unknown('image')],
    ['users', { users: ['*'] }, unknown('users')],
    ['first seen', { firstSeen: { over: 1 } }, unknown('first seen')],
  ])('says that %s is unknown instead of falling through', (_what, selector, wanted) => {
    expect(matcher(selector)({ id: 'aig-1' }, nowMs)).toEqual(wanted);
    expect(matcher({ ...selector, ids: ['aig-1'] })({ id: 'aig-1' }, nowMs)).toEqual(wanted);
  });

  it('lets a definite no of one key win over the unknown value of another, whichever comes first', () => {
    const nameless: Selectable = { id: 'aig-1', region: 'cn-shanghai' };
    expect(matcher({ charge: ['subscription'], regions: ['cn-beijing'] })(nameless, nowMs)).toBe('no');
    expect(matcher({ ids: ['aig-2'], names: ['*'] })(nameless, nowMs)).toBe('no');
    expect(matcher({ tags: { a: ['b'] }, charge: ['subscription'], firstSeen: { over: 1 } })(nameless, nowMs)).toEqual(unknown('charge'));
  });

  it('compares charge without case, as the service spells it both ways', () => {
    expect(matcher({ charge: ['subscription'] })({ id: 'x', charge: 'Subscription' }, nowMs)).toBe('yes');
  });
});

describe('first seen', () => {
  const created = nowMs - 20 * hourMs;
  const shanghai = { transitions: [{ atMs: 0, offsetMs: 8 * hourMs }] };
  const at = (ms: number) => ({ fromMs: ms, untilMs: ms });
  const day = (date: string) => ({ fromMs: Date.parse(`${date}T00:00:00+08:00`), untilMs: Date.parse(`${date}T24:00:00+08:00`) });
  it.each<[string, Partial<Selectable>, ReturnType<typeof firstSeenMs>]>([
    ['creation alone', { createdAtMs: created, tags: {} }, at(created)],
    ['creation where tags cannot be read', { createdAtMs: created }, at(created)],
    ['tag alone, a local date: some time of it', { tags: { 'first-seen': '2026-11-20' } }, day('2026-11-20')],
    ['tag alone, an instant', { tags: { 'first-seen': '2026-11-20T10:00:00+08:00' } }, at(Date.parse('2026-11-20T02:00:00Z'))],
    ['the later of both: the tag', { createdAtMs: created - 100 * hourMs, tags: { 'first-seen': '2026-11-24' } }, day('2026-11-24')],
    ['the later of both: creation', { createdAtMs: created, tags: { 'first-seen': '2026-01-01' } }, at(created)],
    ['creation where the tag is unreadable', { createdAtMs: created, tags: { 'first-seen': 'last week' } }, at(created)],
    ['nothing readable', { tags: { 'first-seen': 'last week' } }, undefined],
    ['nothing known', {}, undefined],
  ])('%s', (_what, parts, wanted) => {
    expect(firstSeenMs({ id: 'x', ...parts }, shanghai)).toEqual(wanted);
  });

  it('within a day of which only the date is known is neither surely over nor surely under a length of time', () => {
    const tagged = { id: 'x', tags: { 'first-seen': '2026-11-20' } };
    const matches = (bound: { over?: number; under?: number }, time: string) =>
      matcher({ firstSeen: bound }, shanghai)(tagged, Date.parse(`${time}:00+08:00`));
    expect(['2026-11-23T00:00', '2026-11-23T23:59', '2026-11-24T00:00'].map((time) => matches({ over: 72 * hourMs }, time))).toEqual([
      'no',
      'no',
      'yes',
    ]);
    expect(['2026-11-22T23:59', '2026-11-23T00:00'].map((time) => matches({ under: 72 * hourMs }, time))).toEqual(['yes', 'no']);
  });
});

describe('a tag whose key is spelled in another way', () => {
  const selector = { tags: { owner: ['li.wei'] } };
  const missing = { missingTags: ['cost-center'] };
  const meant = (key: string, wanted: string) => ({ unknown: `whether the tag ${key} was meant to be ${wanted}` });

  it.each([
    [selector, { Owner: 'li.wei' }, meant('Owner', 'owner')],
    [selector, { 'OWNER ': 'zhao.min' }, meant('OWNER ', 'owner')],
    [selector, { Owner: 'li.wei', owner: 'li.wei' }, 'yes'],
    [selector, { Owner: 'li.wei', owner: 'zhao.min' }, 'no'],
    [selector, { owners: 'li.wei' }, 'no'],
    [missing, { CostCenter: '4100' }, meant('CostCenter', 'cost-center')],
    [missing, { cost_center: '4100' }, meant('cost_center', 'cost-center')],
    [missing, { 'cost-center': '', CostCenter: '4100' }, 'no'],
    [missing, { center: '4100' }, 'yes'],
  ])('%j on %j is unknown where only that one is there', (wanted, tags, expected) => {
    expect(matcher(wanted)({ id: 'x', tags }, nowMs)).toEqual(expected);
  });

  it('does not count where only the exact key is to count', () => {
    expect(matcher(selector, undefined, 'exact')({ id: 'x', tags: { Owner: 'li.wei' } }, nowMs)).toBe('no');
    expect(matcher(missing, undefined, 'exact')({ id: 'x', tags: { CostCenter: '1' } }, nowMs)).toBe('yes');
  });

  it('is told apart for each resource, whatever was looked at before', () => {
    const asked = matcher(selector);
    const [near, far] = [
      { id: 'x', tags: { Owner: 'x' } },
      { id: 'y', tags: {} },
    ];
    expect([near, far, near].map((each) => asked(each, nowMs))).toEqual([meant('Owner', 'owner'), 'no', meant('Owner', 'owner')]);
  });
});

describe('globs', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*b', 'ab', true],
    ['a*a', 'a', false],
    ['ab*bc', 'abc', false],
    ['*-dev-*', 'x-dev-y', true],
    ['*-dev-*', 'x-dev', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['?', '界', true],
    ['?', '🎬', true],
    ['render.*', 'renderx', false],
    ['[ab]', 'a', false],
    ['**', 'anything', true],
  ])('%s on %s: %s', (pattern, text, wanted) => {
    expect(compileGlob(pattern)(text)).toBe(wanted);
  });

  it('agree with the same pattern as a regular expression', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'B', '-', '*', '?'), { maxLength: 8 }).map((parts) => parts.join(''));
    const texts = fc.array(fc.constantFrom('a', 'b', 'B', '-'), { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(letters, texts, fc.boolean(), (pattern, text, ignoreCase) => {
        const oracle = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, ignoreCase ? 'i' : '');
        expect(compileGlob(pattern, ignoreCase)(text)).toBe(oracle.test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('stay quick on a pattern that would make a regular expression backtrack for ages', () => {
    const pattern = `${'*a'.repeat(40)}b`;
    expect(compileGlob(pattern)('a'.repeat(2_000))).toBe(false);
  });
});
