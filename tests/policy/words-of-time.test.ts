import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { levelAt } from '../../shared/policy/schedule.ts';
import { nodesOf } from '../../shared/policy/values/level.ts';
import { policyText } from './policy-text.ts';

const nowMs = Date.UTC(2026, 10, 24, 4);

function loaded(replaced: Readonly<Record<string, string>>) {
  return loadPolicy(policyText(replaced), 'policy.yaml', ruleModules, { nowMs });
}

/** What is said of a policy, errors first by a word. */
const said = (replaced: Readonly<Record<string, string>>) =>
  loaded(replaced).problems.map(({ severity, path, text }) => `${severity} ${path}: ${text}`);

/** Nodes of the schedule `office` for a peak of 10 at a time in Shanghai. */
function nodesAt(schedule: string, time: string): number {
  const { document, problems } = loaded({ schedules: `schedules:\n  office: ${schedule}` });
  if (document === undefined) throw new Error(problems.map(({ text }) => text).join('\n'));
  const [timeline] = Object.values(compile(document, Date.UTC(2026, 8, 1), 200).timelines);
  if (timeline === undefined) throw new Error('no rule follows the schedule');
  return nodesOf(levelAt(timeline, Date.parse(`${time.replace(' ', 'T')}:00+08:00`)), 10);
}

describe('a time zone', () => {
  test.each([
    ['CST', 'Asia/Shanghai, or America/Chicago, or America/Havana'],
    ['IST', 'Asia/Kolkata, or Europe/Dublin, or Asia/Jerusalem'],
    ['PST', 'America/Los_Angeles or Asia/Manila'],
    ['est', 'America/New_York or America/Panama'],
    ['EST5EDT', 'such as Asia/Shanghai'],
    ['SGT', 'Asia/Singapore'],
  ])('is not an abbreviation: %s says which zones may be meant', (zone, meant) => {
    const replaced = { timezone: `timezone: ${zone}` };
    expect(said(replaced)).toEqual([
      expect.stringContaining(`error timezone: "${zone}" is an abbreviation and no one zone; write ${meant}`),
    ]);
  });

  test.each(['UTC', 'GMT', 'Asia/Kolkata', 'Asia/Calcutta', 'Japan', 'Cuba'])('may be %s', (zone) => {
    expect(said({ timezone: `timezone: ${zone}` })).toEqual([]);
  });

  test.each([
    ['Etc/GMT+8', 'UTC-8'],
    ['Etc/GMT-8', 'UTC+8'],
  ])('%s is a warning that says that it is %s', (zone, actual) => {
    expect(said({ timezone: `timezone: ${zone}` })).toEqual([expect.stringContaining(`warning timezone: ${zone} is ${actual}`)]);
    expect(said({ timezone: `timezone: Asia/Tokyo\nserviceTimeZone: ${zone}` })).toEqual([
      expect.stringContaining('warning serviceTimeZone'),
    ]);
  });
});

describe('one minute that is left open', () => {
  test.each([
    ['before midnight', '{everyday: {00:00-23:59: 2 nodes}}', '2026-11-25 23:59', 'everyday.00:00-23:59', 'write 00:00-24:00'],
    [
      'of a night in two parts',
      '{everyday: {22:00-23:59: 2 nodes, 00:00-06:00: 2 nodes}}',
      '2026-11-25 23:59',
      'everyday.22:00-23:59',
      'write 22:00-24:00',
    ],
    [
      'between two periods',
      '{workday: {08:00-11:59: 2 nodes, 12:00-18:00: 2 nodes}}',
      '2026-11-25 11:59',
      'workday.08:00-11:59',
      'let it end where the next begins',
    ],
  ])('%s is meant too, and validate says so', (_, schedule, time, path, advice) => {
    expect(nodesAt(schedule, time)).toBe(2);
    const [only, ...others] = said({
      schedules: `schedules:\n  office: ${schedule}`,
      rules: 'rules:\n  scale-on-schedule: [{name: r, groups: all, schedule: office}]',
    });
    expect(only).toContain(`warning schedules.office.${path}: leaves one minute without nodes`);
    expect(only).toContain(advice);
    expect(others).toEqual([]);
  });

  test('two minutes are a gap', () => {
    expect(nodesAt('{everyday: {00:00-23:58: 2 nodes}}', '2026-11-25 23:58')).toBe(0);
    expect(nodesAt('{workday: {08:00-11:58: 2 nodes, 12:00-18:00: 2 nodes}}', '2026-11-25 11:58')).toBe(0);
  });
});

describe('a weekday and a holiday', () => {
  const short = '{workday: {08:00-18:00: 100%}, friday: {08:00-15:00: 100%}}';
  const exact = '{workday: {08:00-18:00: 100%}, friday workday: {08:00-15:00: 100%}}';

  test('a weekday alone counts on a holiday, and validate warns of it', () => {
    expect(nodesAt(short, '2026-10-02 10:00')).toBe(10);
    expect(said({ schedules: `schedules:\n  office: ${short}` })).toEqual([
      expect.stringMatching(
        /^warning schedules.office.friday: friday counts on holidays .*, such as 2026-01-02, a holiday; write "friday workday"/,
      ),
    ]);
  });

  test('a weekday that is a workday counts on no holiday', () => {
    expect(said({ schedules: `schedules:\n  office: ${exact}` })).toEqual([]);
    expect([nodesAt(exact, '2026-10-02 10:00'), nodesAt(exact, '2026-11-27 10:00'), nodesAt(exact, '2026-11-27 16:00')]).toEqual([
      0, 10, 0,
    ]);
    expect(nodesAt(exact, '2026-11-26 16:00')).toBe(10);
  });

  test('it beats the weekday alone, and a date beats it', () => {
    const days = '{friday: {00:00-24:00: 1 node}, friday workday: {00:00-24:00: 2 nodes}, 2026-11-27: {00:00-24:00: 3 nodes}}';
    expect(['2026-10-02 10:00', '2026-11-20 10:00', '2026-11-27 10:00'].map((time) => nodesAt(days, time))).toEqual([1, 2, 3]);
  });

  test('a make-up Saturday can be told from a Saturday', () => {
    const days = '{workday: {08:00-18:00: 100%}, saturday workday: {08:00-12:00: 100%}}';
    expect([nodesAt(days, '2026-10-10 10:00'), nodesAt(days, '2026-10-10 14:00'), nodesAt(days, '2026-10-17 10:00')]).toEqual([10, 0, 0]);
  });

  test('where it makes no difference, nothing is said', () => {
    expect(said({ schedules: 'schedules:\n  office: {everyday: {08:00-18:00: 100%}, friday: {08:00-15:00: 100%}}' })).toEqual([
      expect.stringContaining('friday counts on holidays'),
    ]);
    expect(said({ schedules: 'schedules:\n  office: {workday: {08:00-18:00: 100%}, friday: {}}' })).toEqual([]);
    const plain = {
      targets: 'targets:\n  cn: {account: "1234567890123456", endpoint: cn-shanghai, calendar: plain}',
      calendars: 'calendars:\n  plain: {}',
    };
    expect(said({ ...plain, schedules: `schedules:\n  office: ${short}` })).toEqual([]);
  });

  test('a calendar is asked for', () => {
    const targets = 'targets:\n  cn: {account: "1234567890123456", endpoint: cn-shanghai}';
    expect(said({ targets, calendars: '', schedules: 'schedules:\n  office: {friday workday: {08:00-15:00: 100%}}' })).toEqual([
      expect.stringContaining('error targets.cn: has no calendar'),
    ]);
  });
});

describe('a tag key that a policy spells in two ways', () => {
  const rules = (more: string) => ({
    rules: `rules:\n  scale-on-schedule:\n    - {name: o, groups: {tags: {owner: x}}, schedule: office, peak: {tag: peak-nodes, otherwise: 2}}\n${more}`,
  });

  test.each([
    [
      'in a selector',
      '    - {name: p, groups: {tags: {Owner: y}}, schedule: office, peak: {tag: peak-nodes, otherwise: 2}}',
      'rules.scale-on-schedule[1].groups.tags.Owner: the tag Owner is not the tag owner',
    ],
    [
      'of a peak',
      '    - {name: p, groups: all, schedule: office, peak: {tag: peak_nodes, otherwise: 2}}',
      'rules.scale-on-schedule[1].peak.tag: the tag peak_nodes is not the tag peak-nodes',
    ],
    [
      'that is missing',
      '    - {name: p, groups: {missingTag: OWNER}, schedule: office, peak: {tag: peak-nodes, otherwise: 2}}',
      'rules.scale-on-schedule[1].groups.missingTag: the tag OWNER is not the tag owner',
    ],
  ])('%s is a warning', (_, more, expected) => {
    expect(said(rules(more))).toEqual([expect.stringContaining(`warning ${expected}`)]);
  });

  test('once for each spelling', () => {
    const rule = (name: string) =>
      `    - {name: ${name}, groups: {tags: {Owner: ${name}}}, schedule: office, peak: {tag: peak-nodes, otherwise: 2}}\n`;
    expect(said(rules(`${rule('a')}${rule('b')}`))).toHaveLength(1);
    expect(said(rules(''))).toEqual([]);
  });
});
