import type { RunReport } from '../../shared/engine/report.ts';
import type { ActDecision, Decision } from '../../shared/planning/decision.ts';
import { add, type CostEstimate, type Money, subtract, zero } from '../../shared/policy/money.ts';
import type { Comparison } from './policies/compare.ts';

/** A sum of estimates in one currency. */
export interface TotalAmount {
  readonly amount: Money;
  /** Where use decides how many nodes there are: whether it can be less, more, or either. Default: it is neither. */
  readonly bound?: 'at most' | 'at least' | 'about';
}

/** What all changes of one plan come to in one currency, over the same 30 days. The two amounts are never one. */
interface CurrencyTotal {
  readonly currency: string;
  /** What lasts, per 30 days. Undefined: nothing does. */
  readonly lasting?: TotalAmount;
  /** What single days of the next 30 make. Undefined: nothing. */
  readonly oneOff?: TotalAmount;
}

/** What all changes of one plan come to. */
export interface GrandTotal {
  /** Ascending by currency; empty where no change has a price. */
  readonly currencies: readonly CurrencyTotal[];
  /** Changes that are in the sums. */
  readonly priced: number;
  /** Changes whose price could not be read: in no sum. */
  readonly unpriced: readonly { readonly target: string; readonly id: string; readonly name?: string | undefined }[];
}

/** What is done about a resource, and what would be done instead without that; absent: nothing. */
interface Entry {
  readonly target: string;
  readonly done?: ActDecision | undefined;
  readonly instead?: ActDecision | undefined;
}

/** What the changes of the runs of one plan come to. */
export function totalOfRuns(reports: readonly RunReport[]): GrandTotal {
  return totalOf(
    reports.flatMap(({ target, decisions }) => decisions.flatMap((done) => (done.verdict === 'act' ? [{ target, done }] : []))),
  );
}

/**
 * What a policy makes of the bill, as far as it is decided otherwise now: what is done under it, less what the one before would do. What differs later in
 * the week only is in no sum, since the pool is not yet as it will be by then.
 */
export function totalOfComparison({ changes, nowMs }: Comparison): GrandTotal {
  const acting = (decision: Decision | undefined) => (decision?.verdict === 'act' ? decision : undefined);
  return totalOf(
    changes.flatMap(({ target, atMs, from, to }) =>
      atMs === nowMs ? [{ target, done: acting(to.decision), instead: acting(from.decision) }] : [],
    ),
  );
}

/** Sums what may be summed: estimates of one currency, what lasts and what is one-off apart. Quotes of orders are no estimates and left out. */
function totalOf(entries: readonly Entry[]): GrandTotal {
  const sums = new Map<string, { lasting: Sum; oneOff: Sum }>();
  let priced = 0;
  const unpriced: GrandTotal['unpriced'][number][] = [];
  for (const { target, done, instead } of entries) {
    const lacking = [done, instead].find((each) => each?.because.some(({ code }) => code === 'price-unknown'));
    if (lacking) {
      unpriced.push({ target, id: lacking.resource.id, name: lacking.resource.name });
      continue;
    }
    const parts = [...partsOf(done, 1n), ...partsOf(instead, -1n)];
    if (parts.length > 0) priced += 1;
    for (const { of, estimate, sign } of parts) {
      const { currency } = estimate.amount;
      const sum = sums.get(currency) ?? { lasting: new Sum(currency), oneOff: new Sum(currency) };
      sums.set(currency, sum);
      sum[of].take(estimate, sign);
    }
  }
  const currencies = [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { lasting, oneOff }]) => ({
      currency,
      ...(lasting.total && { lasting: lasting.total }),
      ...(oneOff.total && { oneOff: oneOff.total }),
    }));
  return { currencies, priced, unpriced };
}

function partsOf(decision: ActDecision | undefined, sign: 1n | -1n) {
  return [
    { of: 'lasting' as const, estimate: decision?.action.cost, sign },
    { of: 'oneOff' as const, estimate: decision?.action.once, sign },
  ].flatMap(({ estimate, ...rest }) => (estimate?.kind === 'estimate' ? [{ ...rest, estimate }] : []));
}

/** Adds up estimates of one currency, and in which direction the truth can lie. */
class Sum {
  #amount: Money;
  #taken = false;
  #canBeLess = false;
  #canBeMore = false;

  constructor(currency: string) {
    this.#amount = zero(currency);
  }

  take({ amount, bound }: CostEstimate, sign: 1n | -1n): void {
    this.#taken = true;
    this.#amount = sign > 0n ? add(this.#amount, amount) : subtract(this.#amount, amount);
    if (bound === undefined) return;
    // At most 5 more can be less than that, at most 5 saved can be more.
    const canBeLess = (bound === 'at most') === amount.micros * sign > 0n;
    if (canBeLess) this.#canBeLess = true;
    else this.#canBeMore = true;
  }

  /** Undefined where nothing was taken. */
  get total(): TotalAmount | undefined {
    if (!this.#taken) return undefined;
    const amount = this.#amount;
    if (this.#canBeLess && this.#canBeMore) return { amount, bound: 'about' };
    if (!this.#canBeLess && !this.#canBeMore) return { amount };
    return { amount, bound: this.#canBeLess === amount.micros >= 0n ? 'at most' : 'at least' };
  }
}
