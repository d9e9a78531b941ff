import type { Reason } from '../../shared/engine/decision.ts';

/** A verdict other than to act, with why; the planner adds rule and resource. */
export interface Quiet {
  readonly verdict: 'keep' | 'hold';
  readonly because: readonly Reason[];
}

/** It is as wanted, or nothing is wanted. */
export function keep(...because: readonly Reason[]): Quiet {
  return { verdict: 'keep', because };
}

/** Something is wanted, or may be, and must not be done. */
export function hold(...because: readonly Reason[]): Quiet {
  return { verdict: 'hold', because };
}
