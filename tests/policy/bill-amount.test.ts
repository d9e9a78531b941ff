import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBilled } from '../../shared/policy/bill-amount.ts';

const micros = (text: unknown): bigint | undefined => {
  const amount = parseBilled(text, 'CNY');
  return amount.ok ? amount.value.micros : undefined;
};

describe('an amount of a bill', () => {
  it.each([
    ['0', 0n],
    ['-0.00', 0n],
    ['0E-8', 0n],
    ['-0', 0n],
    ['10', 10_000_000n],
    ['0.1', 100_000n],
    ['0.000001', 1n],
    ['1e-6', 1n],
    ['-1e-6', -1n],
    ['1.5E+3', 1_500_000_000n],
    ['12e-1', 1_200_000n],
    ['0.10000000', 100_000n],
    ['-3.50', -3_500_000n],
    ['1,234.50', 1_234_500_000n],
    ['-1,234.50', -1_234_500_000n],
    ['99999999999.123456', 99_999_999_999_123_456n],
  ])('is exact: %s', (text, expected) => {
    expect(micros(text)).toBe(expected);
  });

  it.each([
    '1e-7',
    '0.30000000000000004',
    '12345678901234.5678',
    '1e30',
    '',
    '-',
    'NaN',
    'Infinity',
    '0x10',
    '1.2.3',
    '--1',
    '1e',
    'e5',
    '1e9999',
  ])('is unknown rather than rounded or guessed: %j', (text) => {
    expect(micros(text)).toBeUndefined();
  });

  it('is unknown where it came as a number, whose digits are gone', () => {
    expect(micros(0.1 + 0.2)).toBeUndefined();
    expect(micros(10)).toBeUndefined();
  });

  it('is unknown without a currency that is in use', () => {
    for (const currency of [undefined, '', 'XXQ', 'cny', 156]) expect(parseBilled('1', currency).ok).toBe(false);
  });

  it('survives any way of writing it', () => {
    const amount = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n });
    fc.assert(
      fc.property(amount, fc.integer({ min: -6, max: 9 }), (wanted, exponent) => {
        const sign = wanted < 0n ? '-' : '';
        const digits = (wanted < 0n ? -wanted : wanted).toString().padStart(40, '0');
        const point = digits.length - 6 - exponent;
        expect(micros(`${sign}${digits.slice(0, point)}.${digits.slice(point)}e${exponent}`)).toBe(wanted);
      }),
    );
  });
});
