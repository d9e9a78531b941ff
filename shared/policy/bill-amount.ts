import { type Money, parsePrice } from './money.ts';
import { type Parsed, parsed, refused } from './values/parsed.ts';

const written = /^([-+]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d{1,3}))?$/;

/**
 * An amount of a bill or an order, exactly, with the currency that stands beside it. Unlike a price it may be negative, as a refund is, and may come
 * with an exponent, as JSON writes small numbers. What has a digit below a millionth is refused: to keep it would mean to round it.
 * @param amount the digits as they came (`readAmount`); a number that JSON has parsed already has lost its own and is refused
 */
export function parseBilled(amount: unknown, currency: unknown): Parsed<Money> {
  if (typeof amount !== 'string') return refused('the amount is no text, so its digits may have been rounded; it counts as unknown');
  if (typeof currency !== 'string') return refused('no currency stands beside the amount; it counts as unknown');
  const text = amount.trim();
  const [, sign = '', digits, exponent] = written.exec(text) ?? [];
  // Grouped digits, as in a balance of 1,234.50, are for `parsePrice` to judge.
  const plain = digits === undefined ? text.replace(/^-/, '') : shifted(digits, Number(exponent ?? 0));
  const price = parsePrice(plain, currency);
  const isNegative = sign === '-' || (digits === undefined && text.startsWith('-'));
  return price.ok && isNegative ? parsed({ currency, micros: -price.value.micros }) : price;
}

/** The digits with the point moved, and no zeros in front. */
function shifted(digits: string, exponent: number): string {
  const [whole = '', fraction = ''] = digits.split('.');
  const all = `${whole}${fraction}`;
  const point = whole.length + exponent;
  const before = point > 0 ? all.slice(0, point).padEnd(point, '0') : '';
  const after = point > 0 ? all.slice(point) : `${'0'.repeat(-point)}${all}`;
  return `${before.replace(/^0+(?=\d)/, '') || '0'}.${after}`.replace(/\.$/, '');
}
