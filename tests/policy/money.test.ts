import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  CurrencyMismatchError,
  compareMoney,
  formatMoney,
  isMoneyJson,
  type Money,
  moneyFromJson,
  moneyToJson,
  parseMoney,
  parsePrice,
  roundUpToMinor,
  subtract,
  times,
  timesHours,
  timesRatio,
  zero,
} from '../../shared/policy/money.ts';

function money(text: string): Money {
  const result = parseMoney(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

const amounts = fc.record({
  currency: fc.constantFrom('CNY', 'USD', 'JPY', 'KWD'),
  micros: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
});
const yuan = amounts.map(({ micros }) => ({ currency: 'CNY', micros }));

describe('parseMoney', () => {
  it.each([
    ['6000 CNY', 'CNY', 6_000_000_000n],
    ['400,000 CNY', 'CNY', 400_000_000_000n],
    ['1,234.50 USD', 'USD', 1_234_500_000n],
    ['0 JPY', 'JPY', 0n],
    ['0.000001 CNY', 'CNY', 1n],
    ['0.1000000000 CNY', 'CNY', 100_000n],
    ['999999999999.999999 CNY', 'CNY', 999_999_999_999_999_999n],
  ])('reads %s exactly', (text, currency, micros) => {
    expect(parseMoney(text)).toEqual({ ok: true, value: { currency, micros } });
  });

  it.each([
    ['6000', /write number and currency, such as 6000 CNY/],
    ['CNY 6000', /write number and currency/],
    ['6000CNY', /write number and currency/],
    ['6000 cny', /write 6000 CNY/],
    ['6000 CNJ', /not a currency code/],
    ['-5 CNY', /negative; write an amount of zero or more/],
    ['−5 CNY', /negative/],
    ['1e6 CNY', /write digits/],
    ['12,34 CNY', /write digits/],
    ['1,2345 CNY', /write digits/],
    ['.5 CNY', /write digits/],
    ['5. CNY', /write digits/],
    ['0x10 CNY', /write digits/],
    ['1.0000001 CNY', /at most six/],
    ['1000000000000 CNY', /absurdly large/],
    [`${'9'.repeat(5000)} CNY`, /absurdly large/],
  ])('refuses %s and says what to write', (text, message) => {
    const result = parseMoney(text);
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : result.message).toMatch(message);
  });
});

describe('parsePrice', () => {
  it.each([
    ['1,234.50', 1_234_500_000n],
    ['10', 10_000_000n],
    ['0.1', 100_000n],
    ['0.10', 100_000n],
    ['3.333333', 3_333_333n],
  ])('reads an API price %s', (text, micros) => {
    expect(parsePrice(text, 'CNY')).toEqual({ ok: true, value: { currency: 'CNY', micros } });
  });

  it.each([
    ['', 'CNY'],
    ['-1', 'CNY'],
    ['NaN', 'CNY'],
    ['12', 'XYZ'],
    ['12', ''],
    ['0.12345678', 'CNY'],
  ])('takes %j %j for an unknown price', (text, currency) => {
    expect(parsePrice(text, currency).ok).toBe(false);
  });
});

describe('arithmetic', () => {
  it('keeps the tenth that binary floating point loses', () => {
    expect(add(money('0.1 CNY'), money('0.2 CNY'))).toEqual(money('0.3 CNY'));
  });

  it('prices hours by the millisecond and rounds a cost up, a saving down', () => {
    const price = money('1 CNY');
    expect(timesHours(price, 5_400_000).micros).toBe(1_500_000n);
    expect(timesHours(price, 1).micros).toBe(1n);
    expect(timesHours(price, -1).micros).toBe(0n);
    expect(timesRatio(price, 2, 3).micros).toBe(666_667n);
  });

  it('never mixes currencies', () => {
    const [a, b] = [money('1 CNY'), money('1 USD')];
    for (const act of [add, subtract, compareMoney]) {
      expect(() => act(a, b)).toThrow(CurrencyMismatchError);
      expect(() => act(a, b)).toThrow(expect.objectContaining({ code: 'CURRENCY_MISMATCH', name: 'CurrencyMismatchError' }));
    }
  });

  it('refuses fractions and a denominator of zero', () => {
    expect(() => times(money('1 CNY'), 0.5)).toThrow(RangeError);
    expect(() => timesRatio(money('1 CNY'), 1, 0)).toThrow(RangeError);
    expect(() => timesRatio(money('1 CNY'), 1, -2)).toThrow(RangeError);
  });

  it('obeys the laws of integers', () => {
    fc.assert(
      fc.property(yuan, yuan, yuan, fc.integer({ min: -1000, max: 1000 }), (a, b, c, n) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(add(a, zero('CNY'))).toEqual(a);
        expect(times(add(a, b), n)).toEqual(add(times(a, n), times(b, n)));
        expect(compareMoney(a, b)).toBe(-compareMoney(b, a) + 0);
        expect(timesRatio(a, n, 1)).toEqual(times(a, n));
      }),
    );
  });

  it('takes the least millionth that is not below the exact product', () => {
    const denominators = fc.integer({ min: 1, max: 10_000_000 });
    fc.assert(
      fc.property(yuan, fc.integer({ min: -10_000_000, max: 10_000_000 }), denominators, (a, n, d) => {
        const exact = a.micros * BigInt(n);
        const scaled = timesRatio(a, n, d).micros * BigInt(d);
        expect(scaled >= exact && scaled - exact < BigInt(d)).toBe(true);
      }),
    );
  });
});

describe('roundUpToMinor', () => {
  it.each([
    ['1.230001 CNY', '1.24 CNY'],
    ['1.23 CNY', '1.23 CNY'],
    ['1.000001 JPY', '2 JPY'],
    ['1.0001 KWD', '1.001 KWD'],
  ])('rounds %s up to %s', (from, to) => {
    expect(roundUpToMinor(money(from))).toEqual(money(to));
  });

  it('is the least amount in minor units that is not below, and changes nothing twice', () => {
    const unit = { CNY: 10_000n, USD: 10_000n, JPY: 1_000_000n, KWD: 1_000n };
    fc.assert(
      fc.property(amounts, (amount) => {
        const rounded = roundUpToMinor(amount);
        const step = unit[amount.currency as keyof typeof unit];
        expect(rounded.micros % step).toBe(0n);
        expect(rounded.micros >= amount.micros && rounded.micros - amount.micros < step).toBe(true);
        expect(roundUpToMinor(rounded)).toEqual(rounded);
      }),
    );
  });
});

describe('formatMoney', () => {
  it.each<[Money, string]>([
    [money('1234.5 CNY'), '1,234.50 CNY'],
    [money('0 CNY'), '0.00 CNY'],
    [money('999 CNY'), '999.00 CNY'],
    [money('1000000 CNY'), '1,000,000.00 CNY'],
    [money('1200 JPY'), '1,200 JPY'],
    [money('0.5 KWD'), '0.500 KWD'],
    [money('0.0001 CNY'), '0.01 CNY'],
    [{ currency: 'USD', micros: -300_000n }, '-0.30 USD'],
    [{ currency: 'USD', micros: -1n }, '0.00 USD'],
  ])('writes %o as %s', (amount, text) => {
    expect(formatMoney(amount)).toBe(text);
  });

  it('shows an hourly price exactly where asked and fills up on the left', () => {
    expect(formatMoney(money('0.1234 CNY'), { exact: true })).toBe('0.1234 CNY');
    expect(formatMoney(money('0.12 CNY'), { exact: true })).toBe('0.12 CNY');
    expect(formatMoney(money('0.000001 JPY'), { exact: true })).toBe('0.000001 JPY');
    expect(formatMoney(money('9.5 CNY'), { width: 14 })).toBe('      9.50 CNY');
  });

  it('is read back as the same amount when exact', () => {
    const positive = amounts.filter(({ micros }) => micros >= 0n && micros < 10n ** 18n);
    fc.assert(
      fc.property(positive, (amount) => {
        expect(parseMoney(formatMoney(amount, { exact: true }))).toEqual({ ok: true, value: amount });
      }),
    );
  });
});

describe('JSON form', () => {
  it('survives JSON for every amount', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const json: unknown = JSON.parse(JSON.stringify(moneyToJson(amount)));
        expect(isMoneyJson(json) && moneyFromJson(json)).toEqual(amount);
      }),
    );
  });

  it.each([
    [null],
    ['CNY'],
    [{ currency: 'CNY' }],
    [{ currency: 'CNY', micros: 5 }],
    [{ currency: 'cny', micros: '5' }],
    [{ currency: 'CNY', micros: '5', x: 1 }],
  ])('does not take %j for an amount', (value) => {
    expect(isMoneyJson(value)).toBe(false);
  });
});
