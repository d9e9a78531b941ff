import type { CompiledPolicy } from '../policy/compiled.ts';

/** One invocation that is to be begun: a function on a target, or on one of its regions. */
export interface DispatchTask {
  readonly functionName: string;
  readonly target: string;
  readonly region?: string;
  /** The same for each delivery of one timer event, so that the platform takes it once. */
  readonly id: string;
  /** The event that the function is begun with: that of a timer, which fired in the slot. */
  readonly payload: string;
}

/** A function that is not begun, and why. */
export interface DispatchRefusal {
  readonly functionName: string;
  readonly code: 'not-spread' | 'unknown-function';
  readonly text: string;
}

/** What is to be begun. */
export interface DispatchPlan {
  readonly tasks: readonly DispatchTask[];
  readonly refused: readonly DispatchRefusal[];
  /** Functions named for which the policy has no rules: there is nothing for them to do. */
  readonly idle: readonly string[];
}

/** What is dispatched. */
export interface DispatchWish {
  readonly policy: CompiledPolicy;
  /** Functions by name. Default: all that can be begun for each target and for which the policy has rules. */
  readonly functions?: readonly string[] | undefined;
  /** The only target. Default: all of the policy. */
  readonly target?: string | undefined;
  /** When the timer fired, as its event has it. */
  readonly triggerTime: string;
  /** Name of that moment, of letters and digits. */
  readonly slot: string;
}
