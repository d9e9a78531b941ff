import type { EpochMs } from '../client/clock.ts';
import type { Money } from '../policy/money.ts';
import type { PriceQuote } from './usage.ts';

/** What a pay-as-you-go node costs for an hour at an instant. */
interface BookPrice {
  readonly price: Money;
  /** When that was quoted. */
  readonly quotedMs: EpochMs;
  /** True where it was quoted only after the instant: nothing older is known. */
  readonly isLater: boolean;
}

/** A price that was quoted otherwise than before. */
interface PriceChange {
  readonly atMs: EpochMs;
  readonly region: string;
  readonly instanceType: string;
  readonly before: Money;
  readonly after: Money;
}

/** Prices as they were quoted, each with its time. */
export interface PriceBook {
  /** The last price that was quoted at an instant or before it, else the first one after it; undefined where none ever was. */
  at(region: string | undefined, instanceType: string | undefined, ms: EpochMs): BookPrice | undefined;
  /** The instants from which another price holds, ascending. */
  turns(region: string | undefined, instanceType: string | undefined): readonly EpochMs[];
  /** All changes of price, in the order of time. */
  readonly changes: readonly PriceChange[];
}

/** What is known of one type in one region: prices from when they were first quoted, each other than the one before. */
type Quoted = [PriceQuote, ...PriceQuote[]];

const keyOf = (region: string | undefined, instanceType: string | undefined): string => JSON.stringify([region, instanceType]);

const samePrice = (a: Money, b: Money): boolean => a.currency === b.currency && a.micros === b.micros;

/** By time. Of two that were quoted at the same instant the dearer one is last and holds, in whatever order they come. */
function byTime(a: PriceQuote, b: PriceQuote): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.price.currency !== b.price.currency) return a.price.currency < b.price.currency ? -1 : 1;
  return a.price.micros < b.price.micros ? -1 : a.price.micros > b.price.micros ? 1 : 0;
}

/** A price book of quotes in any order; a quote that comes twice says nothing new. Nothing is converted between currencies. */
export function priceBook(quotes: readonly PriceQuote[]): PriceBook {
  const byKey = new Map<string, Quoted>();
  for (const quote of [...quotes].sort(byTime)) {
    const key = keyOf(quote.region, quote.instanceType);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [quote]);
    else {
      if (known.at(-1)?.atMs === quote.atMs) known.pop();
      const last = known.at(-1);
      if (last === undefined || !samePrice(last.price, quote.price)) known.push(quote);
    }
  }
  const changes = [...byKey.values()].flatMap((known) =>
    known.slice(1).map(({ atMs, region, instanceType, price }, i) => {
      return { atMs, region, instanceType, before: (known[i] as PriceQuote).price, after: price };
    }),
  );
  return {
    at(region, instanceType, ms) {
      const known = byKey.get(keyOf(region, instanceType));
      if (known === undefined) return undefined;
      const held = known.findLast(({ atMs }) => atMs <= ms) ?? known[0];
      return { price: held.price, quotedMs: held.atMs, isLater: held.atMs > ms };
    },
    turns: (region, instanceType) => (byKey.get(keyOf(region, instanceType)) ?? []).slice(1).map(({ atMs }) => atMs),
    changes: changes.sort((a, b) => a.atMs - b.atMs || (keyOf(a.region, a.instanceType) < keyOf(b.region, b.instanceType) ? -1 : 1)),
  };
}
