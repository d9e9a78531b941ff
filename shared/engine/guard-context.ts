import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import type { RollingCounts } from '../journal/intents/intent-state.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import type { Totals } from './automation.ts';

/** What the guard may look at for one resource. Pure data and lookups in it. */
export interface ResourceGuardContext {
  readonly functionName: string;
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  /** The run's one `now`; right before a call that of a fresh clock. */
  readonly nowMs: EpochMs;
  /** The resource of a decision as observed. */
  readonly resourceOf: (id: string) => Resource | undefined;
  /** EndUserIds with a session on a resource; undefined: unknown. */
  readonly sessionUsersOf: (id: string) => readonly string[] | undefined;
  /** When this value of the owner's tag was first seen on a resource; undefined: now. */
  readonly tagFirstSeenMs: (id: string, key: string, value: string) => EpochMs | undefined;
}

/** What the guard may look at for a run as a whole. */
export interface GuardContext extends ResourceGuardContext {
  readonly totals: Totals;
  /** Distinct resources that each rule covers, of those that were read. A rule that is not in it covers those that act. */
  readonly byRule: ReadonlyMap<string, number>;
  /** The highest levels of all that was read, in nodes. */
  readonly nodes: number;
  /** What was done in the 24 hours before, from the journal. */
  readonly counts: RollingCounts;
  /** Nodes that were added in the 24 hours before on the other targets of the policy. */
  readonly nodesAddedElsewhere: number;
}
