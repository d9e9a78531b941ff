import type { Configuration } from './configuration.ts';
import { explore } from './explore.ts';
import { families } from './stories/families.ts';
import { sample, search } from './stories/search.ts';
import type { Grain } from './stories/world.ts';

/** What a process of `npm run model` is told to do. */
export type Task =
  /** Visit every state of the purchase round. */
  | { readonly kind: 'round'; readonly name: string; readonly configuration: Configuration; readonly maxStates: number }
  /** Tell every story of a family in which at most so much goes wrong. */
  | { readonly kind: 'stories'; readonly name: string; readonly family: string; readonly atMost: number; readonly grain: Grain }
  /** Tell stories by chance. */
  | { readonly kind: 'sample'; readonly name: string; readonly seed: number; readonly count: number };

/** What came of it. */
export interface Result {
  readonly task: Task;
  /** Distinct states of a round, worlds of stories between two runs, or stories. */
  readonly states: number;
  /** Steps of the shipped code. */
  readonly steps: number;
  /** Processor time, in milliseconds. */
  readonly cpuMs: number;
  /** False where there was more than was allowed. */
  readonly complete: boolean;
  readonly violations: readonly { readonly rule: string; readonly text: string; readonly trace: readonly string[] }[];
}

/** Does it. */
export function perform(task: Task): Result {
  const before = process.cpuUsage();
  const found = outcomeOf(task);
  const { user, system } = process.cpuUsage(before);
  return { ...found, cpuMs: (user + system) / 1000 };
}

function outcomeOf(task: Task): Omit<Result, 'cpuMs'> {
  switch (task.kind) {
    case 'round': {
      const { states, transitions, complete, violation } = explore(task.configuration, task.maxStates);
      const violations = violation ? [{ rule: violation.invariant, text: violation.text, trace: violation.trace }] : [];
      return { task, states, steps: transitions, complete, violations };
    }
    case 'stories': {
      const family = families.find(({ name }) => name === task.family);
      if (!family) throw new Error(`There is no family '${task.family}'.`);
      const { worlds, steps, complete, violations } = search(family, task);
      return { task, states: worlds, steps, complete, violations };
    }
    case 'sample': {
      const { worlds, steps, complete, violations } = sample(task.seed, task.count);
      return { task, states: worlds, steps, complete, violations };
    }
  }
}
