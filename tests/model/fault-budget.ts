import { allFaults, type Configuration, type Fault } from './configuration.ts';

const unlimited = 99;

/** Counts down what may still go wrong. */
export class FaultBudget {
  readonly #index = new Map<Fault, number>();
  /** How often each fault of the configuration may happen, and last how many in all. */
  readonly initial: readonly number[];

  constructor({ faults, atMost }: Configuration) {
    const counts: number[] = [];
    for (const fault of allFaults) {
      const times = faults[fault] ?? 0;
      if (times > 0) this.#index.set(fault, counts.push(times) - 1);
    }
    this.initial = [...counts, atMost ?? unlimited];
  }

  /** Whether a fault may still happen. */
  may(left: readonly number[], fault: Fault): boolean {
    const index = this.#index.get(fault);
    return index !== undefined && (left[index] as number) > 0 && (left.at(-1) as number) > 0;
  }

  /** How often a fault has happened. */
  happened(left: readonly number[], fault: Fault): number {
    const index = this.#index.get(fault);
    return index === undefined ? 0 : (this.initial[index] as number) - (left[index] as number);
  }

  /** What is left after a fault has happened. */
  spend(left: readonly number[], fault: Fault): readonly number[] {
    const index = this.#index.get(fault) as number;
    const all = left.at(-1) as number;
    return left.map((each, at) => (at === index ? each - 1 : at === left.length - 1 && all !== unlimited ? all - 1 : each));
  }
}
