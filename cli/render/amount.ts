import { type CostEstimate, formatMoney } from '../../shared/policy/money.ts';

/** An amount with its sign: `+237.60 CNY`, `-41.28 CNY`. */
export function signedAmount({ amount }: CostEstimate): string {
  const text = formatMoney(amount);
  return amount.micros > 0n ? `+${text}` : text;
}

/** What an amount covers, and whether it is an estimate or a bound of one: `at most, per 30 days, estimated`. */
export function amountCovers({ per, kind, bound }: CostEstimate): string {
  return `${bound === undefined ? '' : `${bound}, `}${per}${kind === 'estimate' ? ', estimated' : ''}`;
}

/** An amount with its sign, what it covers, and whether it is an estimate: `-1,234.50 CNY per 30 days, estimated`. */
export function costText(cost: CostEstimate): string {
  return `${signedAmount(cost)} ${amountCovers(cost)}`;
}
