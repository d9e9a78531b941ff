import { ProcessTree } from '../process-tree.ts';
import type { Effect } from './effect.ts';
import { Records } from './records.ts';

/** What all copies of a world have in common: how much was done, and what is known of the shipped code by then. */
export class Memory {
  /** Steps of the shipped code. */
  steps = 0;
  readonly records = new Records();
  /** Where runs of the shipped code were: one that hears what one has heard before goes the same way. */
  readonly runs: ProcessTree<Effect>;

  /** `positions` is how many positions of runs are remembered at most. Default: 200,000. */
  constructor(positions = 200_000) {
    this.runs = new ProcessTree(positions);
  }
}
