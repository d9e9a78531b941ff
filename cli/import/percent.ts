/** Counts of nodes over the periods of a week, and the peak of which they are to be parts. */
export interface Amounts {
  readonly peak: number;
  readonly amounts: readonly number[];
}

/** Weeks of equal times that one list of percentages serves. */
export interface Cluster<T> {
  readonly percents: readonly number[];
  readonly members: readonly T[];
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** Shares that people write rather than others, roundest first. */
const roundSteps = [100, 50, 25, 20, 10, 5, 1] as const;

/**
 * The whole percentages whose part of a peak, rounded up, is exactly an amount. Never empty for a peak of 1 to 100 and an amount of 1
 * to the peak: one percent of such a peak is one node at most, so no amount is stepped over.
 */
function rangeOf(amount: number, peak: number): Range {
  return { least: Math.floor((100 * (amount - 1)) / peak) + 1, most: Math.floor((100 * amount) / peak) };
}

/** The roundest percentage of a range; of several, the highest. */
function roundest({ least, most }: Range): number {
  for (const step of roundSteps) {
    const highest = Math.floor(most / step) * step;
    if (highest >= least) return highest;
  }
  return most;
}

/**
 * Sorts weeks of equal times into clusters, each with percentages that give every member its own counts. Those with the highest peaks
 * come first: they leave the least room, and smaller ones fit in. `items` in a fixed order give clusters in a fixed order.
 */
function clusterByShare<T extends Amounts>(items: readonly T[]): Cluster<T>[] {
  const clusters: { ranges: readonly Range[]; members: T[] }[] = [];
  for (const item of items.toSorted((a, b) => b.peak - a.peak)) {
    const own = item.amounts.map((amount) => rangeOf(amount, item.peak));
    const fitting = clusters
      .map((cluster) => ({ cluster, ranges: cluster.ranges.map((range, i) => common(range, own[i] as Range)) }))
      .find(({ ranges }) => ranges.every(({ least, most }) => least <= most));
    if (fitting === undefined) clusters.push({ ranges: own, members: [item] });
    else {
      fitting.cluster.ranges = fitting.ranges;
      fitting.cluster.members.push(item);
    }
  }
  return clusters.map(({ ranges, members }) => ({ percents: ranges.map(roundest), members }));
}

/** Percentages that people would write themselves. */
const readableStep = 5;

function areReadable(percents: readonly number[]): boolean {
  return percents.every((percent) => percent % readableStep === 0);
}

/**
 * Clusters of weeks with percentages that read well, each member by its own where those that all share do not; and the weeks that have none, for
 * which counts say more.
 */
export function roundShares<T extends Amounts>(
  items: readonly T[],
): { readonly clusters: readonly Cluster<T>[]; readonly odd: readonly T[] } {
  const clusters: Cluster<T>[] = [];
  const odd: T[] = [];
  const own = new Map<string, { readonly percents: readonly number[]; readonly members: T[] }>();
  for (const { percents, members } of clusterByShare(items)) {
    if (areReadable(percents)) {
      clusters.push({ percents, members });
      continue;
    }
    for (const member of members) {
      const alone = member.amounts.map((amount) => roundest(rangeOf(amount, member.peak)));
      const key = alone.join();
      const alike = own.get(key) ?? { percents: alone, members: [] };
      if (areReadable(alone)) own.set(key, alike);
      (areReadable(alone) ? alike.members : odd).push(member);
    }
  }
  return { clusters: [...clusters, ...own.values()], odd };
}

function common(a: Range, b: Range): Range {
  return { least: Math.max(a.least, b.least), most: Math.min(a.most, b.most) };
}
