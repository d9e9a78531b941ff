import { add, formatMoney, type Money } from '../../shared/policy/money.ts';

/** Sums of amounts, one for each currency, in the order in which they first appear. */
export function sums(amounts: readonly Money[]): readonly Money[] {
  const byCurrency = new Map<string, Money>();
  for (const amount of amounts) {
    const known = byCurrency.get(amount.currency);
    byCurrency.set(amount.currency, known ? add(known, amount) : amount);
  }
  return [...byCurrency.values()];
}

/** Amounts side by side, `1,200.00 CNY + 30.00 USD`; nothing is converted. `nothing` where there are none. */
export function amountsText(amounts: readonly Money[], nothing = 'nothing'): string {
  return amounts.length === 0 ? nothing : amounts.map((amount) => formatMoney(amount)).join(' + ');
}
