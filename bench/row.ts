/** One line of the benchmark: our figure beside another's, measured in the same run on the same machine. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** The other's figure, or the fixed budget where there is no other. */
  readonly theirs: number;
  readonly ratio: number;
  /** The ratio that must hold; `atLeast` tells on which side. */
  readonly limit: number;
  readonly atLeast: boolean;
  readonly holds: boolean;
}

/** A row whose ratio must not exceed the limit. */
export function atMost(name: string, unit: string, ours: number, theirs: number, limit: number): BenchRow {
  const ratio = ours / theirs;
  return { name, unit, ours, theirs, ratio, limit, atLeast: false, holds: ratio <= limit };
}

/** A row whose ratio must reach the limit. */
export function atLeast(name: string, unit: string, ours: number, theirs: number, limit: number): BenchRow {
  const ratio = ours / theirs;
  return { name, unit, ours, theirs, ratio, limit, atLeast: true, holds: ratio >= limit };
}

/** The middle value; the mean of the two in the middle where the count is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}
