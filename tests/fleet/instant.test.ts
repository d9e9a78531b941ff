import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocalDate, parseInstant } from '../../shared/fleet/instant.ts';

describe('an instant of an answer', () => {
  it.each([
    ['2022-04-27T16:00:00.000+00:00', Date.UTC(2022, 3, 27, 16)],
    ['2022-04-28T00:00:00.000+08:00', Date.UTC(2022, 3, 27, 16)],
    ['2026-01-01T08:00:00Z', Date.UTC(2026, 0, 1, 8)],
    ['2026-01-01T08:00:00.5-03:30', Date.UTC(2026, 0, 1, 11, 30, 0, 500)],
    ['2024-02-29T00:00:00+0800', Date.UTC(2024, 1, 28, 16)],
  ])('%s is read with its offset', (text, ms) => {
    expect(parseInstant(text)).toBe(ms);
  });

  it.each([
    '2025-04-25 15:13:57',
    '2025-04-25T15:13:57',
    '2025-02-29T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-04-25T24:00:00Z',
    '2025-04-25T15:60:00Z',
    '2025-04-25T15:00:00+25:00',
    ' 2025-04-25T15:13:57Z',
    '1650000000000',
    '',
  ])('%j is not read: no zone is guessed and no date corrected', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('agrees with the platform on every instant and offset', () => {
    const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
        expect(parseInstant(`${local}${zone}`)).toBe(date.getTime());
      }),
    );
  });
});

it('a date is one that exists', () => {
  expect(['2026-11-25', '2024-02-29', '2026-02-29', '2026-1-1', '2026-00-10', 'soon'].map(isLocalDate)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
