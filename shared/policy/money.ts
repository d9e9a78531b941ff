import { isCurrency, minorDecimals } from './values/currency.ts';
import { type Parsed, parsed, refused } from './values/parsed.ts';

/** An exact amount. `micros` are millionths of the currency's main unit. */
export interface Money {
  readonly currency: string;
  readonly micros: bigint;
}

/** An amount that is not an order: hours times a price, marked so wherever it is shown. Positive spends, negative saves. */
export interface CostEstimate {
  readonly kind: 'estimate' | 'quote';
  readonly amount: Money;
  /** What the amount covers: `per 30 days`, or `one-off` and on which days. */
  readonly per: string;
  /** Where use decides: it costs, or saves, at most or at least that much. Default: neither more nor less is expected. */
  readonly bound?: 'at most' | 'at least';
}

/** Amounts of two currencies met in one sum or comparison; there is no conversion. `code` is `CURRENCY_MISMATCH`. */
export class CurrencyMismatchError extends Error {
  readonly code = 'CURRENCY_MISMATCH';
  constructor(a: string, b: string) {
    super(`${a} and ${b} cannot be added or compared; keep amounts of each currency apart, nothing is converted`);
    this.name = 'CurrencyMismatchError';
  }
}

const microsPerUnit = 1_000_000n;
const plain = /^\d+(?:\.(\d+))?$/;
const grouped = /^\d{1,3}(?:,\d{3})+(?:\.(\d+))?$/;
const largestUnits = 1_000_000_000_000n;

/**
 * An unsigned decimal number as it stands in a policy or an API price: `10`, `0.1`, `1,234.50`; in millionths.
 * Zeros after the sixth decimal are dropped; any other digit there is refused, since it could only be kept by rounding.
 * Signs, exponents and a trillion or more are refused too.
 */
function parseMicros(text: string): Parsed<bigint> {
  if (/^[-−]/.test(text)) return refused(`"${text}" is negative; write an amount of zero or more`);
  const match = plain.exec(text) ?? grouped.exec(text);
  if (match === null) return refused(`"${text}" is not an amount; write digits with a point for decimals, such as 6000 or 1,234.50`);
  const fraction = (match[1] ?? '').replace(/0+$/, '');
  if (fraction.length > 6) return refused(`"${text}" has more than six decimals; write it with at most six`);
  const digits = text.split('.')[0]?.replaceAll(',', '') ?? '';
  if (digits.length > 30) return refused(`"${text.slice(0, 12)}…" is absurdly large; write an amount below a trillion`);
  const units = BigInt(digits);
  if (units >= largestUnits) return refused(`"${text}" is absurdly large; write an amount below a trillion`);
  return parsed(units * microsPerUnit + BigInt(fraction.padEnd(6, '0')));
}

/** An amount as the policy writes it, `6000 CNY` or `1,234.50 USD`: number, space, currency code in capitals (ISO 4217). */
export function parseMoney(text: string): Parsed<Money> {
  const match = /^(\S+)\s+([A-Za-z]{3})$/.exec(text.trim());
  if (match === null) return refused(`"${text}" is not an amount of money; write number and currency, such as 6000 CNY`);
  const [, number, code] = match as unknown as [string, string, string];
  const upper = code.toUpperCase();
  if (!isCurrency(upper)) return refused(`"${code}" is not a currency code in use; write a code such as CNY or USD`);
  if (code !== upper) return refused(`"${code}" must be in capitals; write ${number} ${upper}`);
  const micros = parseMicros(number);
  return micros.ok ? parsed({ currency: upper, micros: micros.value }) : micros;
}

/** A price of an API answer: a decimal text without a sign, and the currency beside it (service notes, Money). */
export function parsePrice(amount: string, currency: string): Parsed<Money> {
  if (!isCurrency(currency)) return refused(`"${currency}" is not a currency code in use; the price counts as unknown`);
  const micros = parseMicros(amount.trim());
  return micros.ok ? parsed({ currency, micros: micros.value }) : micros;
}

/** Nothing, in a currency. */
export function zero(currency: string): Money {
  return { currency, micros: 0n };
}

/** The sum of two amounts. @throws CurrencyMismatchError */
export function add(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return { currency: a.currency, micros: a.micros + b.micros };
}

/** The first amount less the second; may be negative. @throws CurrencyMismatchError */
export function subtract(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return { currency: a.currency, micros: a.micros - b.micros };
}

/** Negative, zero or positive as the first amount is below, equal to or above the second. @throws CurrencyMismatchError */
export function compareMoney(a: Money, b: Money): number {
  sameCurrency(a, b);
  return a.micros < b.micros ? -1 : a.micros > b.micros ? 1 : 0;
}

/** An amount taken a whole number of times. @throws RangeError when `times` is not a whole number */
export function times(money: Money, count: number | bigint): Money {
  return { currency: money.currency, micros: money.micros * BigInt(count) };
}

/**
 * An amount times `numerator / denominator`, rounded up to the next millionth, so that a cost is never understated and a saving
 * never overstated. Sum the numerators first and multiply once. @throws RangeError when a part is not whole or the denominator not above zero
 */
export function timesRatio(money: Money, numerator: number | bigint, denominator: number | bigint): Money {
  const below = BigInt(denominator);
  if (below <= 0n) throw new RangeError('The denominator must be above zero; put the sign into the numerator.');
  return { currency: money.currency, micros: divideUp(money.micros * BigInt(numerator), below) };
}

/** What `ms` milliseconds cost at a price per hour, rounded up to the next millionth. `ms` is whole; node-milliseconds serve as well. */
export function timesHours(perHour: Money, ms: number | bigint): Money {
  return timesRatio(perHour, ms, 3_600_000);
}

/** The amount rounded up (towards more) to the currency's minor unit, as an order or a display needs it. */
export function roundUpToMinor(money: Money): Money {
  const unit = 10n ** BigInt(6 - minorDecimals(money.currency));
  return { currency: money.currency, micros: divideUp(money.micros, unit) * unit };
}

/** How `formatMoney` writes an amount. */
export interface MoneyFormat {
  /** All digits down to the millionth that are not zero, for hourly prices. Default: rounded up to the minor unit. */
  readonly exact?: boolean;
  /** Fills up on the left to this many characters. Default 0. */
  readonly width?: number;
}

/** An amount for people, grouped by thousands: `1,234.50 CNY`, `-0.30 USD`, `1,200 JPY`. */
export function formatMoney(money: Money, format: MoneyFormat = {}): string {
  const { micros } = format.exact ? money : roundUpToMinor(money);
  const positive = micros < 0n ? -micros : micros;
  const least = minorDecimals(money.currency);
  const sixth = (positive % microsPerUnit).toString().padStart(6, '0');
  const fraction = sixth.slice(0, least) + sixth.slice(least).replace(/0+$/, '');
  const units = (positive / microsPerUnit).toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
  const text = `${micros < 0n ? '-' : ''}${units}${fraction === '' ? '' : `.${fraction}`} ${money.currency}`;
  return text.padStart(format.width ?? 0);
}

/** An amount as JSON carries it: a bigint has no JSON form, so `micros` is a text. */
export interface MoneyJson {
  readonly currency: string;
  readonly micros: string;
}

/** The JSON form of an amount. */
export function moneyToJson(money: Money): MoneyJson {
  return { currency: money.currency, micros: money.micros.toString() };
}

/** Whether a value is the JSON form of an amount: exactly a currency code and whole millionths as text. */
export function isMoneyJson(value: unknown): value is MoneyJson {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { currency, micros } = value as Partial<MoneyJson>;
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) && typeof micros === 'string' && /^-?\d{1,30}$/.test(micros);
}

/** The amount behind a JSON form. */
export function moneyFromJson(json: MoneyJson): Money {
  return { currency: json.currency, micros: BigInt(json.micros) };
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator > 0n && numerator % denominator !== 0n ? quotient + 1n : quotient;
}

function sameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new CurrencyMismatchError(a.currency, b.currency);
}
