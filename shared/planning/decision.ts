import type { Effect } from '../client/operation.ts';
import { printable } from '../client/printable.ts';
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

/** Builds reasons whose codes are of one list; `data` holds what a program may want to read from them. */
export type ReasonBuilder<Code extends string> = (code: Code, text: string, data?: Reason['data']) => Reason;

/** Builds a reason. Its text may quote what the service says, tags and users included: it is one line, whatever that holds. */
export const reasonOf: ReasonBuilder<string> = (code, text, data) => ({ code, text: printable(text), ...(data && { data }) });

/** The change of one setting, as people read it in a plan. */
export interface Change {
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
}

/** A kind of harm: sessions ended, capacity lowered, a machine stopped, money spent, something deleted, something forbidden. */
export type Harm = 'cut' | 'lower' | 'stop' | 'spend' | 'delete' | 'restrict';

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
  readonly writes: {
    readonly setting: string;
    readonly value: string;
    /** True where whoever observes the resource sees the setting, so that the journal keeps whether it was seen since. Default: false. */
    readonly shown?: true;
  };
  /** What this action can do to people or to what is theirs: what limits, freezes, exceptions and `protect` go by. Default: nothing. */
  readonly harms?: readonly Harm[];
  /** Harm that comes by itself some time after the action, as at the next fall of a weekly schedule: for limits and freezes. Default: none. */
  readonly harmsLater?: readonly Harm[];
  /**
   * What it gives back or keeps up: `capacity`, where it raises to what a schedule or an exception wants, or keeps a schedule from ending;
   * `access`, where it lifts a restriction of ours. No freeze holds it, and where it harms nobody nothing but `protect` and exceptions does.
   */
  readonly restores?: 'capacity' | 'access';
  /** True for a step that a schedule in force takes, so that no limit on actions or shares holds it; those on sessions cut do. Default: false. */
  readonly planned?: true;
  /** What is left of this action where its harm may not be done, and why that is worth doing. Default: nothing. */
  readonly withoutHarm?: { readonly action: Action; readonly because: Reason };
  /** Connected sessions that this action may end, whichever nodes go: what `protect` and exceptions go by. Default: 0. */
  readonly sessionsAtRisk?: number;
  /** Connected sessions that it does end: what limits count. Default: those at risk. */
  readonly sessionsCut?: number;
  /** Nodes beyond the highest level that the group had in 30 days, for `limits.nodesAddedPer24h`. Default: 0. */
  readonly nodesAdded?: number;
  /** The action that stays within that highest level, for where the limit allows no more. Default: then nothing is done. */
  readonly withoutAdding?: Action;
  /**
   * Names an act that must happen once only, whoever runs: right before the call a claim of this name is created for the resource, and where
   * there is one already nothing is sent. Default: the act may be repeated, since repeating it changes nothing.
   */
  readonly claim?: string;
  /** So many resources at most in one call, where the operation takes several. Default: as many as it takes. */
  readonly atOnce?: number;
  readonly cost?: CostEstimate;
  /** What it costs on single days that are otherwise than the rest; never summed with `cost`. Default: nothing. */
  readonly once?: CostEstimate;
}

/** A state of a resource that the journal is to keep, with since when it is known. */
export interface Sighted {
  readonly setting: string;
  readonly value: string;
}

interface DecisionBase {
  /** Name of the policy rule that decided; null when no rule covers the resource. */
  readonly rule: string | null;
  readonly resource: ResourceRef;
  readonly because: readonly Reason[];
  /** States that are to be kept and are not for people to read. Default: none. */
  readonly sighted?: readonly Sighted[];
  /** Settings on which the value that was written last was seen. Default: none. */
  readonly readBack?: readonly string[];
}

/** What is to be done. */
export interface ActDecision extends DecisionBase {
  readonly verdict: 'act';
  readonly rule: string;
  readonly action: Action;
}

interface KeepDecision extends DecisionBase {
  readonly verdict: 'keep';
}

/** What is not done, and why. */
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

const order: readonly Effect[] = ['none', 'write', 'disruptive', 'purchase', 'destructive'];

/** True where `a` can do more harm than `b`. */
export function isHarsher(a: Effect, b: Effect): boolean {
  return order.indexOf(a) > order.indexOf(b);
}

/** True where an action may end sessions: what `never: cut-sessions`, protection and the limits on sessions cut go by. */
export function canCut(action: Pick<Action, 'effect' | 'sessionsAtRisk'>): boolean {
  return action.effect === 'disruptive' || action.effect === 'destructive' || (action.sessionsAtRisk ?? 0) > 0;
}

/** True where an action takes capacity away, be nobody cut by it: what protected users, `never: scale-down` and `never: power-off` hold. */
export function takesCapacity({ harms = [] }: Pick<Action, 'harms'>): boolean {
  return harms.includes('lower') || harms.includes('stop');
}

/** All harm of an action, at once or later. */
export function allHarms({ harms = [], harmsLater = [] }: Pick<Action, 'harms' | 'harmsLater'>): readonly Harm[] {
  return harmsLater.length === 0 ? harms : [...new Set([...harms, ...harmsLater])];
}

/** True where what an action did can be undone. */
export function isReversible(harm: Harm): boolean {
  return harm === 'lower' || harm === 'stop' || harm === 'restrict';
}
