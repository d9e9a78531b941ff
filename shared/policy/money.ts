/** An exact amount. `micros` are millionths of the currency's main unit. */
export interface Money {
  readonly currency: string;
  readonly micros: bigint;
}

/** An amount that is not an order: hours times a price, marked so wherever it is shown. Positive spends, negative saves. */
export interface CostEstimate {
  readonly kind: 'estimate' | 'quote';
  readonly amount: Money;
  /** What the amount covers, e.g. 'per month' or 'until 21:00'. */
  readonly per: string;
}
