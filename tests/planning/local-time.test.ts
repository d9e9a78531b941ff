import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localDate, localText, type Place, spanText, weekdayDate, weekdayText, zonedText } from '../../shared/planning/local-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { compiledPolicy, policyText } from '../functions/renew-before-expiry/renewal-fixture.ts';

const fromMs = Date.parse('2026-11-01T00:00:00Z');
const untilMs = Date.parse('2031-01-01T00:00:00Z');

/** What a clock of a zone shows, by the zone database behind Intl. */
function shown(ms: number, timeZone: string): { readonly date: string; readonly time: string; readonly weekday: string } {
  const fields = { weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', ...fields }).formatToParts(ms);
  const { weekday = '', year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}`, weekday: weekday.replace('.', '') };
}

const zones = ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];

test.each(zones)('people in %s read what their clocks show, whenever it is (1,000 instants)', (name) => {
  const table = zoneTable(name, fromMs, untilMs);
  fc.assert(
    fc.property(fc.integer({ min: fromMs, max: untilMs }), (ms) => {
      const { date, time, weekday } = shown(ms, name);
      expect(localText(ms, table)).toBe(`${date} ${time}`);
      expect(localDate(ms, table)).toBe(date);
      expect(weekdayText(ms, table)).toBe(`${weekday} ${date} ${time}`);
      expect(weekdayDate(ms, table)).toBe(`${weekday} ${Number(date.slice(8))}`);
    }),
    { numRuns: 1000 },
  );
});

describe('the name of the zone', () => {
  const policy = { timezone: 'Asia/Shanghai', zones: Object.fromEntries(zones.map((name) => [name, zoneTable(name, fromMs, untilMs)])) };
  const midnight = Date.parse('2026-12-04T00:00:00+08:00');
  const at = (timezone: string): Place => ({ policy, target: { timezone } });

  test.each([
    ['the policy’s clock needs none', { policy }, '2026-12-04 00:00'],
    ['nor does a target of the same zone', at('Asia/Shanghai'), '2026-12-04 00:00'],
    ['a target of its own zone has it named', at('America/New_York'), '2026-12-03 11:00 America/New_York'],
    ['a zone that the policy does not know is read as UTC, and called so', at('Mars/Olympus'), '2026-12-03 16:00 UTC'],
  ])('%s', (_, place, text) => {
    expect(localText(midnight, place)).toBe(text);
  });

  test('stands behind whatever goes to people who may sit elsewhere', () => {
    expect(zonedText(midnight, { policy })).toBe('2026-12-04 00:00 Asia/Shanghai');
    expect(zonedText(midnight, { policy, target: { timezone: 'Europe/Berlin' } })).toBe('2026-12-03 17:00 Europe/Berlin');
    expect(zonedText(midnight, { policy, target: { timezone: 'Mars/Olympus' } })).toBe('2026-12-03 16:00 UTC');
  });

  test('stands once behind a stretch, which names the day of its end only where that is another', () => {
    const hour = 3_600_000;
    expect(spanText(midnight, midnight + hour, { policy })).toBe('2026-12-04 00:00 to 01:00');
    expect(spanText(midnight - hour, midnight + hour, { policy })).toBe('2026-12-03 23:00 to 2026-12-04 01:00');
    expect(spanText(midnight, midnight + hour, at('Europe/Berlin'))).toBe('2026-12-03 17:00 to 18:00 Europe/Berlin');
  });
});

test('a compiled policy knows its zones for as long as a subscription can be renewed, summer time included', () => {
  const now = Date.parse('2026-11-25T12:00:00+01:00');
  const text = policyText('- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}');
  const policy = compiledPolicy(text.replace('timezone: Asia/Shanghai', 'timezone: Europe/Berlin'), now);
  for (const summer of ['2025-07-20T22:30:00Z', '2027-07-20T22:30:00Z', '2029-07-20T22:30:00Z', '2030-07-20T22:30:00Z']) {
    const { date, time } = shown(Date.parse(summer), 'Europe/Berlin');
    expect(localText(Date.parse(summer), { policy })).toBe(`${date} ${time}`);
    expect(date.slice(8)).toBe('21');
  }
});
