import type { PoolSample } from '../billing/usage.ts';
import type { Client } from '../client/client.ts';
import type { EpochMs } from '../client/clock.ts';
import type { AnyOperation } from '../client/operation.ts';
import type { Resource, ResourceRef } from '../fleet/resource.ts';
import type { IntentLog } from '../journal/intents/intent-log.ts';
import type { ExternalChange, ExternalSetting } from '../journal/intents/intent-record.ts';
import type { IntentView } from '../journal/intents/intent-view.ts';
import type { Storing } from '../journal/store/store-effect.ts';
import type { ActDecision, Action, Decision, HoldDecision } from '../planning/decision.ts';
import type { CompiledPolicy, CompiledTarget, Never } from '../policy/compiled.ts';
import type { Money } from '../policy/money.ts';
import type { HaltReader } from './overrides.ts';
import type { RunError, Totals } from './report.ts';

/** One page of the fleet, in the order of the service. */
interface ObservedPage<R extends Resource> {
  readonly resources: readonly R[];
  /**
   * How many resources of the whole observation the service has announced so far, over all regions and lists; undefined where it
   * does not say. The last page's figure is compared with the distinct ids read.
   */
  readonly total: number | undefined;
}

/** A read that deciding about a resource needs beyond the page. Equal keys are read once per run. */
export interface Need {
  readonly kind: 'node-price';
  readonly key: string;
  readonly region: string;
  readonly instanceType: string;
}

/** Extra facts by `Need.key`; a missing key means that the read failed or was not made: unknown. */
export interface Facts {
  /** Price of one pay-as-you-go node for one hour. */
  nodePricePerHour(key: string): Money | undefined;
}

/** Reads the facts that planners need. The run asks for each key once; failures become unknown, never a failed run. */
export interface FactReader {
  /** The price of one node for one hour; undefined when the service gives none. @throws ApiError */
  read(need: Need, signal?: AbortSignal): Promise<Money | undefined>;
}

/** Something that happened to a resource, as an event told it. Nothing in it is believed but the id: the resource is read. */
export interface TriggerEvent {
  readonly resourceId: string;
  /** Name of the operation that was called. */
  readonly operation: string;
  /** When, in epoch milliseconds. */
  readonly atMs: EpochMs;
  /** Who called; undefined where the event does not say. */
  readonly caller?: string | undefined;
  readonly region?: string | undefined;
  /** What the call came through, such as a console or an SDK. */
  readonly source?: string | undefined;
}

/** A version of which no more is to be approved, as somebody said at night. */
interface HaltedVersion {
  readonly sinceMs: EpochMs;
  readonly by: string;
  readonly because: string;
}

/** What a planner may look at. Pure data: no client, no clock. */
export interface PlanContext {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  /** The run's one `now`. */
  readonly nowMs: EpochMs;
  readonly written: IntentView;
  readonly facts: Facts;
  /** Versions that people halted, from the journal. Default: none. */
  readonly halts?: ReadonlyMap<string, HaltedVersion> | undefined;
  /** What happened to resources, where an event began the run: the last trigger event of each id. Default: nothing is known. */
  readonly triggerEvents?: ReadonlyMap<string, TriggerEvent> | undefined;
}

/** The pure part of an automation. */
export interface Planner<R extends Resource> {
  needs(resource: R, context: PlanContext): readonly Need[];
  /** True where deciding needs what only `look` shows. Without it the resource is decided as the page has it. */
  needsDetail?(resource: R, context: PlanContext): boolean;
  decide(resource: R, context: PlanContext): Decision;
  /** Sees what would act, with the totals; may turn acts into holds. Default: as they are. */
  settle?(pending: readonly ActDecision[], totals: Totals, context: PlanContext): readonly Decision[];
  /**
   * What to do while our clock and the service's differ and by one of them, or by both in different ways, the resource would change without harm: the
   * action that leaves it with no less than either clock wants, with dates that are valid by both. Undefined where there is none. The actions and
   * contexts are by our clock and by the service's; an action is undefined where that clock wants none, or one that harms. Default: none.
   */
  byTwoClocks?(
    resource: R,
    actions: readonly [Action | undefined, Action | undefined],
    contexts: readonly [PlanContext, PlanContext],
  ): Action | undefined;
}

/** One automation: how it sees, how it decides, which operations its actions may use. */
export interface Automation<R extends Resource> {
  readonly name: string;
  /** The word of `never` in exceptions that stands for all that it does. Absent: words bind it by the harms of its actions alone. */
  readonly neverWord?: Never;
  /** True where there is something to see to although the policy has no rule of it, such as what it began before. Default: false. */
  readonly withoutRules?: true;
  /** True where deciding about one resource hangs on having seen all of them: two passes over the list must agree then. Default: false. */
  readonly needsWhole?: true;
  /** True where nothing that it decides goes by the time: it acts although our clock and the service's differ. Default: false. */
  readonly timeless?: true;
  readonly operations: Readonly<Record<string, AnyOperation>>;
  /** Checks its rules before the planner sees them. Absent: it goes by none. */
  readonly rules?: RulesCheck;
  readonly planner: Planner<R>;
  /** Pages of the resources in the scope of a target. Throws ApiError when the service does not answer. */
  observe(client: Client, target: CompiledTarget, signal?: AbortSignal): AsyncIterable<ObservedPage<R>>;
  /**
   * A resource with what only further reads show, or what stands in its place: a group and its sessions, say. Called for those on which the
   * planner `asks`. Where it throws ApiError the resource is decided as the page has it, which the planner has to take for unknown.
   */
  fetchDetail?(client: Client, target: CompiledTarget, resource: R, signal?: AbortSignal): Promise<readonly R[]>;
  /** The highest level of a resource in 30 days, in nodes. Absent: the automation adds none. */
  nodesOf?(resource: R, context: PlanContext): number;
  /** How many resources there are in all, by one small read: what a share is of when an event named a few. Absent: unknown. */
  count?(client: Client, target: CompiledTarget, signal?: AbortSignal): Promise<number | undefined>;
  /** The resource as it is right now, with what `look` adds; undefined when it is gone. One API read, and those of `look`. */
  reread(client: Client, target: CompiledTarget, resource: ResourceRef, signal?: AbortSignal): Promise<R | undefined>;
  /** How the versions that are halted are read, for what approves versions. Absent: they are not. */
  readonly halts?: HaltReader;
  /** What the run has seen of the target as a whole, for the journal; `isWhole`: every resource was read. Default: nothing. */
  ofTarget?(
    context: PlanContext,
    log: IntentLog,
    isWhole: boolean,
  ): { readonly seen: readonly ExternalChange[]; readonly gone: readonly ExternalSetting[] };
  /** Holds what the journal of other targets stands against; asked of what the guard let pass. Default: nothing does. */
  elsewhere?(
    decisions: readonly (ActDecision | HoldDecision)[],
    context: PlanContext,
    log: IntentLog,
  ): Storing<readonly (ActDecision | HoldDecision)[]>;
  /**
   * What a resource that was read counts for in the usage record. Asked once for each, with its history in the journal at hand as far as the planner
   * asked for it. Absent: the automation sees nothing of it.
   */
  usageOf?(resource: R, context: PlanContext): readonly PoolSample[];
  /** How the planner's needs are read. Absent: every fact is unknown. */
  facts?(client: Client, target: CompiledTarget): FactReader;
  /**
   * EndUserIds with a session on a resource. Asked only for actions that lower or cut while the policy protects users.
   * Absent, undefined or failed: unknown, and such actions hold.
   */
  sessionUsers?(client: Client, target: CompiledTarget, resource: R, signal?: AbortSignal): Promise<readonly string[] | undefined>;
}

/** An automation whose resource is not known where automations are listed together. */
// biome-ignore lint/suspicious/noExplicitAny: resources are handled by the automation that observed them, so the list need not know their type.
export type AnyAutomation = Automation<any>;

/** Why a function does nothing by its rules, and what is left to it. */
export interface Misread {
  /** Fails the run: people have to know. */
  readonly error: RunError;
  /** The policy without the rules. */
  readonly policy: CompiledPolicy;
  /** The automation that holds each resource. What gives back and needs no rule goes on, such as to let users in again. */
  hold<R extends Resource>(automation: Automation<R>): Automation<R>;
}

/** Says where the rules of a function in a policy are not as this version reads them; undefined where they are. */
export type RulesCheck = (policy: CompiledPolicy) => Misread | undefined;
