/** One line of the benchmark: our figure beside another's, measured in the same run on the same machine. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** The other's figure, or the fixed budget where there is no other. */
  readonly theirs: number;
  /** Of pairs that were measured in turn the median of their ratios, else that of the two figures. */
  readonly ratio: number;
  /** The lower and the upper quartile of the ratios of the pairs. Absent: it was measured once. */
  readonly spread?: readonly [low: number, high: number];
  /** The ratio that must hold; `atLeast` tells on which side. */
  readonly limit: number;
  /** The ratio that is aimed at, where that is another. */
  readonly goal?: number | undefined;
  readonly atLeast: boolean;
  readonly holds: boolean;
}

/** A row whose ratio must not exceed the limit. */
export function atMost(name: string, unit: string, ours: number, theirs: number, limit: number): BenchRow {
  const ratio = ours / theirs;
  return { name, unit, ours, theirs, ratio, limit, atLeast: false, holds: ratio <= limit };
}

/** What was measured of both, in turn: each of ours with the one of theirs that stood beside it. */
export interface Pairs {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** What the ratio of pairs has to be, at most or at least, and what it is aimed at. */
export interface Bound {
  readonly limit: number;
  readonly goal?: number;
  readonly side: 'at most' | 'at least';
}

/**
 * A row that is judged by the median of the ratios of pairs: a slow moment of the machine falls on both of a pair, so it moves no ratio, while it
 * would move a median of one side alone.
 */
export function byPairs(name: string, unit: string, { ours, theirs }: Pairs, { limit, goal, side }: Bound): BenchRow {
  const ratios = ours.map((own, index) => own / (theirs[index] ?? Number.NaN)).sort((a, b) => a - b);
  const [ratio, atLeast] = [median(ratios), side === 'at least'];
  const half = Math.ceil(ratios.length / 2);
  return {
    ...{ name, unit, ours: median(ours), theirs: median(theirs), ratio, limit, goal, atLeast },
    spread: [median(ratios.slice(0, half)), median(ratios.slice(-half))],
    holds: atLeast ? ratio >= limit : ratio <= limit,
  };
}

/** The middle value; the mean of the two in the middle where the count is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}
