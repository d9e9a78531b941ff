import type { Effect } from '../client/operation.ts';
import type { ResourceRef } from '../fleet/resource.ts';
import type { CostEstimate } from '../policy/money.ts';

/** A value that JSON can carry; what reasons and actions are made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Why a decision came out as it did. `code` is stable and documented; `text` is for people and may change. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly data?: Readonly<Record<string, Json | undefined>>;
}

/** The change of one setting, as people read it in a plan. */
export interface Change {
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
}

/** One call for one resource. */
export interface Action {
  /** The intent: what is to become true, never the request. The same intent has the same key in every run. */
  readonly key: string;
  /** Name of the API operation. */
  readonly operation: string;
  readonly input: Readonly<Record<string, Json | undefined>>;
  /** The effect of this very action; limits and `protect` go by it, not by the operation's default. */
  readonly effect: Effect;
  readonly change: readonly Change[];
  /** The setting that is written and the value it will have: what the journal keeps to tell our writes from a person's. */
  readonly writes: { readonly setting: string; readonly value: string };
  /** Connected sessions that this action can end; counts against the limits on sessions cut. Default 0. */
  readonly sessionsAtRisk?: number;
  /** True where capacity falls, even if no session is cut: protected users and `never: scale-down` hold it. Default false. */
  readonly lowers?: boolean;
  /** True where leaving this undone would let a running native schedule lapse: a freeze does not hold it then. Default false. */
  readonly evenFrozen?: boolean;
  /**
   * True where this only takes back a restriction that we set ourselves, and leaving it undone would do the harm: neither a freeze nor a limit
   * nor the end of the compiled policy holds it. Default false.
   */
  readonly takesBack?: boolean;
  /**
   * Names an act that must happen once only, whoever runs: right before the call a claim of this name is created for the resource, and where
   * there is one already nothing is sent. Default: the act may be repeated, since repeating it changes nothing.
   */
  readonly claim?: string;
  /** So many resources at most in one call, where the operation takes several. Default: as many as it takes. */
  readonly atOnce?: number;
  readonly cost?: CostEstimate;
}

interface DecisionBase {
  /** Name of the policy rule that decided; null when no rule covers the resource. */
  readonly rule: string | null;
  readonly resource: ResourceRef;
  readonly because: readonly Reason[];
}

export interface ActDecision extends DecisionBase {
  readonly verdict: 'act';
  readonly rule: string;
  readonly action: Action;
}

interface KeepDecision extends DecisionBase {
  readonly verdict: 'keep';
}

export interface HoldDecision extends DecisionBase {
  readonly verdict: 'hold';
  /** What would have been done, where that much is known. */
  readonly action?: Action;
}

/**
 * The outcome of planning for one resource. `keep`: as wanted already. `hold`: would act, but something forbids it. `act`: `action` says what.
 * `keep` with `rule: null` means 'not covered'.
 */
export type Decision = ActDecision | KeepDecision | HoldDecision;
