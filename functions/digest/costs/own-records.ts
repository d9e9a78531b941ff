import { byTheHour, longestGapMs } from '../../../shared/billing/meter.ts';
import { billZone, type OwnDay, type OwnOrder, type OwnRecords } from '../../../shared/billing/reconcile.ts';
import { localDayOf, type Span } from '../../../shared/billing/set-strategy.ts';
import type { PriceQuote, Usage } from '../../../shared/billing/usage.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { type Money, timesHours } from '../../../shared/policy/money.ts';
import { accountCosts, type CostInput } from './account-costs.ts';

/** Name of the zone of bills among those of a policy. */
const zoneName = 'bill';

/** What is compared with the bill of a month: the costs of the days of bills. `orders` are those of the journal. */
export function ownRecords(inputs: readonly CostInput[], span: Span, orders: readonly OwnOrder[]): OwnRecords {
  const days: OwnDay[] = [];
  const gaps: OwnRecords['gaps'][number][] = [];
  const seen = new Set<string>();
  for (const input of inputs) {
    const policy = { ...input.policy, timezone: zoneName, zones: { ...input.policy.zones, [zoneName]: billZone } };
    const { lines, unknown, pools } = accountCosts({ ...input, policy, span });
    // An account may be seen through two targets: a resource counts as the first of them sees it.
    const isFresh = ({ resource }: { readonly resource: string }): boolean => !seen.has(resource);
    const quotes = byType(input.usage.quotes.filter(({ atMs }) => atMs < span.untilMs));
    const ranges = new Map<string, { lowest: bigint; highest: bigint }>();
    for (const { meter } of pools) {
      for (const { date, region, instanceType, measured, payAsYouGoMs, fromMs } of meter.slices) {
        const prices = quotes.get(JSON.stringify([region, instanceType])) ?? [];
        if (!measured || prices.length === 0) continue;
        const costs = heldOrChanged(prices, span, fromMs).map((price) => timesHours(price, payAsYouGoMs).micros);
        const key = JSON.stringify([meter.group, date]);
        const range = ranges.get(key) ?? { lowest: 0n, highest: 0n };
        ranges.set(key, { lowest: range.lowest + least(costs), highest: range.highest - least(costs.map((cost) => -cost)) });
      }
    }
    const sampled = samplingOf(input.usage, span, quotes);
    const sums = new Map<string, { resource: string; date: string; currency: string; cost: bigint }>();
    for (const { resource, date, currency, measured } of lines.filter(isFresh)) {
      if (measured === 0n) continue;
      const key = JSON.stringify([resource, date]);
      const at = `${key} ${currency}`;
      const sum = sums.get(at) ?? { resource, date, currency, cost: 0n };
      sums.set(at, { ...sum, cost: sum.cost + measured });
    }
    for (const sum of sums.values()) {
      const key = JSON.stringify([sum.resource, sum.date]);
      const { lowest, highest } = ranges.get(key) ?? { lowest: sum.cost, highest: sum.cost };
      days.push({ ...sum, lowest, highest, sampling: sampled.get(key) ?? 0n });
    }
    for (const { resource, date, because } of unknown.filter(isFresh)) {
      if (because !== 'no-baseline' && because !== 'no-monthly-price') gaps.push({ resource, date, because });
    }
    for (const { resource } of [...lines, ...unknown]) seen.add(resource);
  }
  return { days, gaps, orders };
}

const least = (amounts: readonly bigint[]): bigint => [...amounts].sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;

type Quotes = ReadonlyMap<string, readonly PriceQuote[]>;

function byType(quotes: readonly PriceQuote[]): Quotes {
  const found = new Map<string, PriceQuote[]>();
  for (const quote of [...quotes].sort((a, b) => a.atMs - b.atMs)) {
    const key = JSON.stringify([quote.region, quote.instanceType]);
    found.set(key, [...(found.get(key) ?? []), quote]);
  }
  return found;
}

/** The price that held when the span began, and those that were quoted in it, in the currency of the first. */
function heldOrChanged(quotes: readonly PriceQuote[], { fromMs }: Span, atMs: number): readonly Money[] {
  const before = quotes.findLast((quote) => quote.atMs <= fromMs);
  const within = quotes.filter((quote) => quote.atMs > fromMs);
  const prices = [...(before ? [before] : []), ...within].map(({ price }) => price);
  const currency = (quotes.findLast((quote) => quote.atMs <= atMs) ?? quotes[0])?.price.currency;
  return prices.filter((price) => price.currency === currency);
}

/** What sampling may be off by, by resource and day: a change lies somewhere between the look that shows it and the one before. */
function samplingOf({ pools, seenMs }: Usage, span: Span, quotes: Quotes): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { group, changes } of pools) {
    let before = 0;
    for (const { atMs, state } of changes) {
      const nodes = state === undefined ? 0 : byTheHour(state);
      const delta = Math.abs(nodes - before);
      before = nodes;
      const last = delta === 0 ? undefined : lastBefore(seenMs, atMs);
      if (last === undefined || atMs - last > longestGapMs || atMs < span.fromMs || last >= span.untilMs) continue;
      const prices = (quotes.get(JSON.stringify([state?.region, state?.instanceType])) ?? [...quotes.values()].flat()).map(
        ({ price }) => timesHours(price, delta * (atMs - last)).micros,
      );
      const key = JSON.stringify([group, localDayOf(billZone, last + Math.floor((atMs - last) / 2)).date]);
      found.set(key, (found.get(key) ?? 0n) + -least([0n, ...prices.map((price) => -price)]));
    }
  }
  return found;
}

/** The last of ascending instants that is before another; undefined where none is. */
function lastBefore(instants: readonly EpochMs[], ms: EpochMs): EpochMs | undefined {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] as EpochMs) < ms) low = middle + 1;
    else high = middle;
  }
  return instants[low - 1];
}
