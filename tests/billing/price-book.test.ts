import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceBook } from '../../shared/billing/price-book.ts';
import type { PriceQuote } from '../../shared/billing/usage.ts';
import { cny } from '../fixtures/money.ts';

const quote = (atMs: number, units: number, instanceType = 'a', region = 'cn-hangzhou'): PriceQuote => ({
  ...{ atMs, region, instanceType, price: cny(units) },
});

const quotes = fc.array(
  fc
    .record({ atMs: fc.nat({ max: 20 }), units: fc.integer({ min: 1, max: 3 }), type: fc.constantFrom('a', 'b') })
    .map(({ atMs, units, type }) => quote(atMs, units, type)),
  { maxLength: 20 },
);

test('the price at an instant is the last that was quoted by then, of two at one instant the dearer; where none was, the first that came later', () => {
  fc.assert(
    fc.property(quotes, fc.nat({ max: 22 }), (all, atMs) => {
      const mine = all.filter(({ instanceType }) => instanceType === 'a');
      const before = mine.filter((each) => each.atMs <= atMs);
      const pool = before.length > 0 ? before : mine;
      const when = before.length > 0 ? Math.max(...pool.map((each) => each.atMs)) : Math.min(...pool.map((each) => each.atMs));
      const dearest = pool
        .filter((each) => each.atMs === when)
        .map(({ price }) => price.micros)
        .sort((a, b) => Number(b - a))[0];
      const found = priceBook(all).at('cn-hangzhou', 'a', atMs);
      if (mine.length === 0) expect(found).toBeUndefined();
      else expect([found?.price.micros, found?.isLater]).toEqual([dearest, before.length === 0]);
    }),
  );
});

test('quotes may come in any order and twice', () => {
  fc.assert(
    fc.property(quotes, (all) => {
      const mixed = priceBook([...all].reverse().concat(all));
      const plain = priceBook(all);
      expect(mixed.changes).toEqual(plain.changes);
      expect(mixed.turns('cn-hangzhou', 'a')).toEqual(plain.turns('cn-hangzhou', 'a'));
    }),
  );
});

test('between two turns the price is the same, and each change is a record of what was before and after it', () => {
  const book = priceBook([quote(5, 2), quote(1, 1), quote(3, 1), quote(9, 1), quote(4, 7, 'b')]);
  expect(book.turns('cn-hangzhou', 'a')).toEqual([5, 9]);
  expect(book.changes).toEqual([
    { atMs: 5, region: 'cn-hangzhou', instanceType: 'a', before: cny(1), after: cny(2) },
    { atMs: 9, region: 'cn-hangzhou', instanceType: 'a', before: cny(2), after: cny(1) },
  ]);
});

test('another region or type has no price of its neighbor, and a pool whose type is not known has none', () => {
  const book = priceBook([quote(1, 1)]);
  expect(book.at('cn-shanghai', 'a', 1)).toBeUndefined();
  expect(book.at('cn-hangzhou', 'b', 1)).toBeUndefined();
  expect(book.at(undefined, 'a', 1)).toBeUndefined();
  expect(book.at('cn-hangzhou', undefined, 1)).toBeUndefined();
});
