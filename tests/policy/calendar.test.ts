import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { calendarOf, knowsYear, plainKind, plainWeek } from '../../shared/policy/calendar.ts';
import { chinaStateCouncil } from '../../shared/policy/calendar-source/china.ts';
import type { DocumentCalendar } from '../../shared/policy/document.ts';
import { addDays } from '../../shared/policy/values/local-date-time.ts';

function calendar(parts: Partial<DocumentCalendar> = {}) {
  const document = { holidays: [], workdays: [], unpublishedYear: 'warn' as const, ...parts };
  return calendarOf(document, document.source === undefined ? undefined : chinaStateCouncil);
}

/** Notice of the State Council for 2026: the days off, and the weekend days that are worked instead. */
const daysOff2026: readonly [name: string, from: string, to: string][] = [
  ['New Year', '2026-01-01', '2026-01-03'],
  ['Spring Festival', '2026-02-15', '2026-02-23'],
  ['Tomb-sweeping Day', '2026-04-04', '2026-04-06'],
  ['Labor Day', '2026-05-01', '2026-05-05'],
  ['Dragon Boat Festival', '2026-06-19', '2026-06-21'],
  ['Mid-Autumn Festival', '2026-09-25', '2026-09-27'],
  ['National Day', '2026-10-01', '2026-10-07'],
];
const makeUp2026 = ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'];

describe('the calendar of the State Council', () => {
  const china = calendar({ source: 'china-state-council' });

  it.each(daysOff2026)('%s 2026 rests from %s to %s and on no day before or after', (_name, from, to) => {
    for (let date = from; date <= to; date = addDays(date, 1)) expect(china.dayKind(date)).toBe('restday');
    for (const date of [addDays(from, -1), addDays(to, 1)]) {
      expect(china.dayKind(date)).toBe(makeUp2026.includes(date) ? 'workday' : plainKind(date));
    }
  });

  it.each(makeUp2026)('%s is a weekend day that is worked', (date) => {
    expect(plainKind(date)).toBe('restday');
    expect(china.dayKind(date)).toBe('workday');
  });

  it('differs from the plain week in 2026 on exactly the published days', () => {
    const different: string[] = [];
    for (let date = '2026-01-01'; date <= '2026-12-31'; date = addDays(date, 1)) {
      if (china.dayKind(date) !== plainKind(date)) different.push(date);
    }
    const published = [...makeUp2026];
    for (const [, from, to] of daysOff2026) for (let date = from; date <= to; date = addDays(date, 1)) published.push(date);
    expect(different).toEqual(published.filter((date) => makeUp2026.includes(date) || plainKind(date) === 'workday').sort());
  });

  it.each([
    [2003, false],
    [2004, true],
    [2025, true],
    [2026, true],
    [2027, false],
    [2199, false],
  ])('knows of %i whether it is published: %s', (year, known) => {
    expect(chinaStateCouncil.publishes(year)).toBe(known);
    expect(knowsYear(china, year)).toBe(known);
  });

  it('never takes a day of an unpublished year for a plain one', () => {
    for (const date of ['2027-01-01', '2027-02-08', '2027-03-06', '2027-10-01', '2027-12-31']) {
      expect(china.dayKind(date)).toBe('unpublished');
    }
  });

  it.each(['America/Los_Angeles', 'Pacific/Kiritimati', 'America/Havana', 'UTC'])('is the same for a process that began in %s', (zone) => {
    const days = ['2026-09-30', '2026-10-01', '2026-10-07', '2026-10-08', '2026-10-10', '2026-02-14', '2026-12-31'];
    const code = `import { chinaStateCouncil as china } from './shared/policy/calendar-source/china.ts';
      console.log(JSON.stringify([${JSON.stringify(days)}.map((day) => china.dayKind(day)), china.publishes(2026), china.publishes(2027)]));`;
    const answer = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    const kinds = ['workday', 'restday', 'restday', 'workday', 'workday', 'workday', 'workday'];
    expect(JSON.parse(answer)).toEqual([kinds, true, false]);
  });
});

describe("a calendar of one's own", () => {
  it('lets own dates beat the source, in unpublished years too', () => {
    const own = calendar({ source: 'china-state-council', holidays: ['2026-12-31', '2027-02-08'], workdays: ['2026-10-01', '2027-02-06'] });
    expect(own.dayKind('2026-12-31')).toBe('restday');
    expect(own.dayKind('2026-10-01')).toBe('workday');
    expect(own.dayKind('2027-02-08')).toBe('restday');
    expect(own.dayKind('2027-02-06')).toBe('workday');
    expect(own.dayKind('2027-02-09')).toBe('unpublished');
    expect(knowsYear(own, 2027)).toBe(false);
  });

  it('counts declared years as complete and any other as unpublished', () => {
    const own = calendar({ years: [2026], holidays: ['2026-08-10'] });
    expect(own.dayKind('2026-08-10')).toBe('restday');
    expect(own.dayKind('2026-08-11')).toBe('workday');
    expect(own.dayKind('2027-08-11')).toBe('unpublished');
    expect(own.dayKind('2025-08-11')).toBe('unpublished');
  });

  it('adds declared years to those of the source', () => {
    const own = calendar({ source: 'china-state-council', years: [2027], holidays: ['2027-02-08'] });
    expect(own.dayKind('2027-02-08')).toBe('restday');
    expect(own.dayKind('2027-02-09')).toBe('workday');
    expect(own.dayKind('2026-02-17')).toBe('restday');
    expect(own.dayKind('2028-02-17')).toBe('unpublished');
  });

  it('is Monday to Friday in every year without source and years', () => {
    const own = calendar({ holidays: ['2026-12-24'] });
    expect([own.dayKind('2026-12-24'), own.dayKind('2030-06-14'), own.dayKind('2030-06-15')]).toEqual(['restday', 'workday', 'restday']);
    expect([plainWeek.dayKind('2026-10-01'), plainWeek.dayKind('2026-10-10')]).toEqual(['workday', 'restday']);
  });
});
