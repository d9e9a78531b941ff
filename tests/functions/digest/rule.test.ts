import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CompiledDigestRule, shownParts } from '../../../functions/digest/compiled-rule.ts';
import { type DigestDays, dayWords, digestSlots, ruleModule } from '../../../functions/digest/rule.ts';
import { calendarOf, plainWeek } from '../../../shared/policy/calendar.ts';
import { decodePolicy, encodePolicy } from '../../../shared/policy/codec.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { zoneTable } from '../../../shared/policy/zone-source.ts';
import { unmarked } from '../../policy/policy-text.ts';

const head = `version: 1
timezone: Asia/Shanghai
targets:
  cn: {account: "1000000000000001", endpoint: cn-shanghai, calendar: china}
  sg: {account: "1000000000000002", endpoint: ap-southeast-1, calendar: singapore, timezone: Asia/Singapore}
  ny: {account: "1000000000000003", endpoint: ap-southeast-1, timezone: America/New_York}
calendars:
  china: {source: china-state-council}
  singapore: {years: [2026], holidays: [2026-11-09]}
channels: {ops: {kind: console}, finance: {kind: console}}
limits: {actionsPerRun: 1, actionsPer24h: 1, shareOfRulePerRun: 1%, shareOfRulePer24h: 1%, sessionsCutPerRun: 1, spendPerMonth: 1 CNY, changedByPush: 1%}
rules:
  digest:
    - `;

const load = (rule: string) => loadPolicy(head + rule, 'policy.yaml', [ruleModule]);
const fine = 'name: d, targets: [cn], to: ops, days: workday, at: "09:00", show: [done]';

describe('wrong rules are refused where the mistake stands, with what to do', () => {
  test.each([
    [
      'an unknown part',
      '{name: d, to: ops, days: everyday, at: "09:00", show: [▶dome]}',
      '"dome" cannot be shown; write done, held, orders',
    ],
    ['a tag without key', '{name: d, to: ops, days: everyday, at: "09:00", show: [▶"spend-by-tag:"]}', 'cannot be shown'],
    ['a part twice', '{name: d, to: ops, days: everyday, at: "09:00", show: [done, ▶done]}', '"done" stands here twice; remove one'],
    ['nothing to show', '{name: d, to: ops, days: everyday, at: "09:00", show: ▶[]}', ''],
    ['an unknown channel', '{name: d, to: ▶opps, days: everyday, at: "09:00", show: [done]}', '"opps" is not under channels'],
    ['nobody to tell', '{name: d, to: ▶none, days: everyday, at: "09:00", show: [done]}', 'none would tell nobody'],
    ['an unknown day', '{name: d, to: ops, days: ▶mondays, at: "09:00", show: [done]}', ''],
    [
      'the end of the day',
      '{name: d, to: ops, days: everyday, at: ▶"24:00", show: [done]}',
      'is the end of the day; write 00:00 for midnight',
    ],
    ['a time without zero', '{name: d, to: ops, days: everyday, at: ▶"9:00", show: [done]}', 'is not a time of day'],
    [
      'an unknown calendar',
      '{name: d, to: ops, days: workday, calendar: ▶chine, at: "09:00", show: [done]}',
      '"chine" is not under calendars',
    ],
    ['no interval', `{${fine}, runsEvery: {renew-before-expiry: ▶0m}}`, 'is no interval'],
    ['an unknown function', `{${fine}, runsEvery: {▶renewal: 1h}}`, ''],
    ['an unknown key', `{${fine}, ▶tell: ops}`, ''],
    ['an unknown target', '{name: d, targets: [▶cm], to: ops, days: everyday, at: "09:00", show: [done]}', '"cm" is not under targets'],
  ])('%s', (_title, marked, says) => {
    const { text, places } = unmarked(head + marked);
    const errors = loadPolicy(text, 'policy.yaml', [ruleModule]).problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ line, column }) => `${line}:${column}`)).toEqual(places);
    expect(errors[0]?.text).toContain(says);
  });

  test.each([
    [
      'targets that follow different calendars',
      '{name: d, to: ops, days: workday, at: "09:00", show: [done]}',
      'different calendars (china, singapore, Monday to Friday)',
    ],
    [
      'a calendar that nothing needs',
      '{name: d, to: ops, days: monday, calendar: china, at: "09:00", show: [done]}',
      'means nothing with days: monday',
    ],
  ])('%s are a warning', (_title, rule, says) => {
    const { document, problems } = load(rule);
    expect(document).toBeDefined();
    expect(problems.filter(({ path }) => path.startsWith('rules.')).map(({ severity }) => severity)).toEqual(['warning']);
    expect(problems.map(({ text }) => text).join()).toContain(says);
  });
});

function compiledRule(rule: string, from: string, daysAhead = 30): CompiledDigestRule {
  const { document } = load(rule);
  if (!document) throw new Error('the policy is broken');
  const policy = decodePolicy(encodePolicy(compile(document, Date.parse(from), daysAhead, [ruleModule])));
  return (policy.rules['digest'] as readonly CompiledDigestRule[])[0] as CompiledDigestRule;
}

/** Slots in a stretch, as local texts of their zone. */
function slotsBetween(rule: CompiledDigestRule, from: string, until: string): string[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: rule.timezone, dateStyle: 'short', timeStyle: 'short' });
  return rule.slotsMs.filter((ms) => ms >= Date.parse(from) && ms < Date.parse(until)).map((ms) => format.format(ms));
}

describe('a rule goes out', () => {
  test('on make-up workdays too, and on no holiday', () => {
    // The National Day holiday of 2026 runs from October 1 to 7, with work on September 20 and October 10, a Sunday and a Saturday.
    const rule = compiledRule(`{${fine}}`, '2026-09-15T00:00:00+08:00', 40);
    expect(slotsBetween(rule, '2026-09-19T00:00:00+08:00', '2026-10-12T00:00:00+08:00').map((text) => text.slice(5, 10))).toEqual([
      ...['09-20', '09-21', '09-22', '09-23', '09-24', '09-28', '09-29', '09-30', '10-08', '10-09', '10-10'],
    ]);
  });

  test('on the first workday of a month, which may be late in it', () => {
    const rule = compiledRule(
      `{name: m, targets: [cn], to: finance, days: first-workday-of-month, at: "09:30", show: [orders]}`,
      '2026-09-15T00:00:00+08:00',
      60,
    );
    expect(slotsBetween(rule, '2026-09-15T00:00:00+08:00', '2026-11-14T00:00:00+08:00')).toEqual(['2026-10-08 09:30', '2026-11-02 09:30']);
  });

  test('by the clock of its targets where they share one, else by that of the policy', () => {
    expect(
      compiledRule('{name: d, targets: [ny], to: ops, days: everyday, at: "09:00", show: [done]}', '2026-10-20T00:00:00Z').timezone,
    ).toBe('America/New_York');
    expect(compiledRule('{name: d, to: ops, days: everyday, at: "09:00", show: [done]}', '2026-10-20T00:00:00Z').timezone).toBe(
      'Asia/Shanghai',
    );
  });

  test('where targets differ, on what is a workday for any of them, or on those of the calendar that it names', () => {
    const day = (rule: string) =>
      slotsBetween(compiledRule(rule, '2026-11-05T00:00:00Z'), '2026-11-09T00:00:00+08:00', '2026-11-10T00:00:00+08:00');
    expect(day('{name: d, to: ops, days: workday, at: "09:00", show: [done]}')).toEqual(['2026-11-09 09:00']);
    expect(day('{name: d, to: ops, days: workday, calendar: singapore, at: "09:00", show: [done]}')).toEqual([]);
  });

  test('at the same time by the clock through a shift of it, and after the gap where the clock skips the time', () => {
    const zone = zoneTable('America/New_York', Date.parse('2026-01-01T00:00:00Z'), Date.parse('2027-01-01T00:00:00Z'));
    const stretch = { fromMs: Date.parse('2026-03-07T05:00:00Z'), untilMs: Date.parse('2026-03-10T04:00:00Z') };
    const slots = (minute: number) =>
      digestSlots({ days: 'everyday', minute, calendars: [plainWeek] }, zone, stretch).map((ms) => new Date(ms).toISOString().slice(5, 16));
    expect(slots(9 * 60)).toEqual(['03-07T14:00', '03-08T13:00', '03-09T13:00']);
    expect(slots(2 * 60 + 30)).toEqual(['03-07T07:30', '03-08T07:00', '03-09T06:30']);
  });
});

test('every day is a workday or a restday and goes out once, whatever the calendar', () => {
  const utc = { transitions: [] };
  const date = fc.integer({ min: 0, max: 364 }).map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10));
  fc.assert(
    fc.property(fc.array(date), fc.array(date), fc.integer({ min: 0, max: 1439 }), (holidays, workdays, minute) => {
      const calendar = calendarOf({ holidays, workdays, years: [2026], unpublishedYear: 'hold' }, undefined);
      const stretch = { fromMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2027, 0, 1) };
      const slots = (days: DigestDays) => digestSlots({ days, minute, calendars: [calendar] }, utc, stretch);
      const every = slots('everyday');
      expect(every).toHaveLength(365);
      expect([...slots('workday'), ...slots('restday')].sort((a, b) => a - b)).toEqual(every);
      const firsts = new Map<string, number>();
      for (const ms of slots('workday').reverse()) firsts.set(new Date(ms).toISOString().slice(0, 7), ms);
      expect(slots('first-workday-of-month')).toEqual([...firsts.values()].reverse());
    }),
    { numRuns: 15 },
  );
});

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/digest.md', root), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

test('the rules that the page shows are right and give no warning', () => {
  const text = `version: 1
timezone: Asia/Shanghai
targets: {cn: {account: "1000000000000001", endpoint: cn-shanghai, calendar: china}}
calendars: {china: {source: china-state-council}}
channels: {ops: {kind: console}, finance: {kind: console}}
limits: {actionsPerRun: 1, actionsPer24h: 1, shareOfRulePerRun: 1%, shareOfRulePer24h: 1%, sessionsCutPerRun: 1, spendPerMonth: 1 CNY, changedByPush: 1%}
rules:
${blocks('yaml').join('').replace(/^/gm, '  ')}`;
  expect(loadPolicy(text, 'policy.yaml', [ruleModule]).problems).toEqual([]);
});

test('the page has a row for each part that can be shown, and names each word of days', () => {
  const rows = [...page.matchAll(/^\| `([a-zA-Z0-9:-]+)` \|/gm)].map((match) => match[1]);
  for (const part of [...shownParts, 'spend-by-tag:KEY']) expect(rows).toContain(part);
  for (const word of dayWords.slice(0, 5)) expect(page).toContain(`\`${word}\``);
});
