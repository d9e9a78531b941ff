import { measureInChild } from '../child.ts';
import { atMost, type BenchRow } from '../row.ts';

interface Planned {
  readonly halfMs: number;
  readonly fullMs: number;
}

/** Planning a hundred thousand groups by a hundred rules, and whether the time grows with the fleet and not faster. */
export async function planningRows(): Promise<BenchRow[]> {
  const { halfMs, fullMs } = await measureInChild<Planned>('bench/children/plan-fleet.ts');
  return [
    atMost('plan 100 000 groups by 100 rules, of 2 s', 'ms', fullMs, 2000, 1),
    // Twice the work with a heap that is larger to collect; what grows with the square would be at four.
    atMost('plan 100 000 groups against 50 000: linear', 'ms', fullMs, halfMs, 3),
  ];
}
