import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import type { OtaRule, Window, Windows } from '../../../functions/approve-ota-windows/compiled-rule.ts';
import { timingAt } from '../../../functions/approve-ota-windows/history.ts';
import { compileOtaRule } from '../../../functions/approve-ota-windows/rule.ts';
import { calendarOf } from '../../../shared/policy/calendar.ts';
import type { RuleCompileContext } from '../../../shared/policy/rule-module.ts';
import { parseDaySelector } from '../../../shared/policy/values/day-selector.ts';
import { parseTimeRange } from '../../../shared/policy/values/time-of-day.ts';
import { zoneTable } from '../../../shared/policy/zone-source.ts';

const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe'] as const;
const fromMs = Date.UTC(2026, 2, 20);
const untilMs = Date.UTC(2026, 3, 20);
const holidays = ['2026-03-27', '2026-04-06'];
const workdays = ['2026-03-28', '2026-04-05'];
const unpublished = '2026-04-10';

/** A calendar with own days, of which one date is not published. */
const published = calendarOf({ holidays, workdays, unpublishedYear: 'hold' }, undefined);
const calendar = { ...published, dayKind: (date: string) => (date === unpublished ? ('unpublished' as const) : published.dayKind(date)) };

function windowsOf(days: readonly string[], at: string, zone: string): Windows {
  const selectors = days.map((day) => parseDaySelector(day)).map((day) => (day.ok ? day.value : undefined));
  const range = parseTimeRange(at);
  if (!range.ok || selectors.includes(undefined)) throw new Error('a window of the test is wrong');
  const rule = {
    name: 'r',
    rings: [{ name: 'a', groups: { all: true }, window: { days: selectors, at: range.value } }],
  } as unknown as OtaRule;
  const context = {
    document: { targets: { t: { timezone: zone, calendar: 'own' } } },
    ...{ fromMs, untilMs, calendar: () => calendar, zone: () => zoneTable(zone, fromMs - 3 * 86_400_000, untilMs + 3 * 86_400_000) },
  } as unknown as RuleCompileContext;
  return compileOtaRule(rule, context).rings[0]?.windows[`own|${zone}`] ?? { sure: [], doubtful: [] };
}

/** When the local clock first shows a time of a date, or a later one where it skips that. */
function instantOf(date: Temporal.PlainDate, time: string, zone: string): number {
  const wanted = time === '24:00' ? date.add({ days: 1 }).toPlainDateTime() : date.toPlainDateTime(Temporal.PlainTime.from(time));
  const shown = wanted.toZonedDateTime(zone, { disambiguation: 'compatible' });
  if (shown.toPlainDateTime().equals(wanted)) return shown.epochMilliseconds;
  // The first minute that is skipped is shown as the transition itself, and only earlier ones are before that.
  return shown.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NaN;
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Whether a date is meant, by asking about the date alone. */
function isMeant(date: Temporal.PlainDate, days: readonly string[]): boolean {
  const text = date.toString();
  const rest = !workdays.includes(text) && (holidays.includes(text) || date.dayOfWeek > 5);
  const names = ['everyday', weekdays[date.dayOfWeek - 1], text, ...(text === unpublished ? [] : [rest ? 'restday' : 'workday'])];
  if (text === unpublished && days.includes('workday') && days.includes('restday')) return true;
  return days.some((day) => names.includes(day));
}

const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59));
const text = ([hour, minute]: readonly [number, number]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
const someDays = fc.uniqueArray(fc.constantFrom('workday', 'restday', 'everyday', 'saturday', 'wednesday', '2026-04-01', unpublished), {
  minLength: 1,
  maxLength: 3,
});

test('an approval may be given exactly from `ahead` before the next window that is meant until it begins', () => {
  fc.assert(
    fc.property(
      someDays,
      clock,
      clock,
      fc.constantFrom(...zones),
      fc.integer({ min: 10, max: 1440 }),
      fc.integer({ min: Date.UTC(2026, 2, 25), max: Date.UTC(2026, 3, 12) }),
      (days, start, end, zone, aheadMinutes, nowMs) => {
        fc.pre(text(start) !== text(end));
        const timing = timingAt(windowsOf(days, `${text(start)}-${text(end)}`, zone), aheadMinutes * 60_000, nowMs);
        const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone).toPlainDate();
        const starts: number[] = [];
        for (let day = -2; day <= 9; day++) {
          const date = today.add({ days: day });
          const ends = text(end) > text(start) ? date : date.add({ days: 1 });
          const from = instantOf(date, text(start), zone);
          if (isMeant(date, days) && from < instantOf(ends, text(end), zone)) starts.push(from);
        }
        const next = starts.filter((startMs) => startMs > nowMs).sort((a, b) => a - b)[0];
        const near = next !== undefined && next - aheadMinutes * 60_000 <= nowMs;
        if (timing.is === 'doubtful') {
          const doubtful = Temporal.Instant.fromEpochMilliseconds(timing.window[0]).toZonedDateTimeISO(zone).toPlainDate().toString();
          expect(doubtful).toBe(unpublished);
          expect(days.some((day) => day === 'workday' || day === 'restday')).toBe(true);
          return;
        }
        expect(timing.is).toBe(near ? 'open' : 'closed');
        if (timing.is === 'open') expect(timing.window[0]).toBe(next);
        else if (next !== undefined) expect(timing.next?.[0]).toBe(next);
      },
    ),
    { numRuns: 150, examples: [[['workday'], [3, 0], [2, 0], 'Europe/Berlin', 10, 1774490400000]] },
  );
});

test('a window that begins in the hour that daylight saving skips begins when that hour is over', () => {
  const [window] = windowsOf(['2026-03-29'], '02:30-05:00', 'Europe/Berlin').sure as [Window];
  expect(window.map((ms) => new Date(ms).toISOString())).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-29T03:00:00.000Z']);
});

test('a window that lies wholly in the skipped hour is none', () => {
  expect(windowsOf(['2026-03-29'], '02:10-02:50', 'Europe/Berlin').sure).toEqual([]);
});

test('a window across midnight belongs to the day on which it begins', () => {
  const [window] = windowsOf(['2026-04-01'], '22:00-02:00', 'Asia/Shanghai').sure as [Window];
  expect(window.map((ms) => new Date(ms).toISOString())).toEqual(['2026-04-01T14:00:00.000Z', '2026-04-01T18:00:00.000Z']);
});
