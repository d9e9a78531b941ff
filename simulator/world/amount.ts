/** An exact amount of money in ten-thousandths of the currency's main unit: hourly prices have four decimals. */
export type Amount = bigint;

/** Decimal text of an amount. With two places it is rounded half up. */
export function amountText(amount: Amount, places: 2 | 4): string {
  const step = places === 2 ? 100n : 1n;
  const rounded = (amount + step / 2n) / step;
  const digits = rounded.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** An amount rounded half up to hundredths, as orders are charged. */
export function toHundredths(amount: Amount): Amount {
  return ((amount + 50n) / 100n) * 100n;
}
