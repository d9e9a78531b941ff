import { formatMoney } from '../../shared/policy/money.ts';
import type { GrandTotal, TotalAmount } from '../run/grand-total.ts';
import type { Style } from './style.ts';

/** Changes without a price that are named; all are in the JSON. */
const mostNamed = 10;

/** What all changes of a plan come to, a line for each currency, and the changes that are in no sum. Empty where none has a price or lacks one. */
export function grandTotalLines({ currencies, priced, unpriced }: GrandTotal, style: Style): string[] {
  const changes = (count: number) => `${count} ${count === 1 ? 'change' : 'changes'}`;
  const totals = currencies.map(({ lasting, oneOff }) => {
    const parts = [
      ...(lasting ? [`${amountText(lasting)} per 30 days`] : []),
      ...(oneOff ? [`${amountText(oneOff)} one-off in the next 30 days`] : []),
    ];
    return style.strong(`Total, estimated: ${parts.join(' and ')}, ${changes(priced)}`);
  });
  if (unpriced.length === 0) return totals;
  const names = unpriced.slice(0, mostNamed).map(({ id, name }) => (name === undefined || name === id ? id : `${name} (${id})`));
  const more = unpriced.length > mostNamed ? ` and ${unpriced.length - mostNamed} more` : '';
  return [...totals, style.warn(`${changes(unpriced.length)} without a price, in no total: ${names.join(', ')}${more}`)];
}

function amountText({ amount, bound }: TotalAmount): string {
  const text = `${amount.micros > 0n ? '+' : ''}${formatMoney(amount)}`;
  return bound === undefined ? text : `${bound} ${text}`;
}
