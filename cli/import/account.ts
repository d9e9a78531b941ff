import type { EpochMs } from '../../shared/client/clock.ts';
import type { GovernedGroup } from '../../shared/fleet/governed-group.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import type { Reason } from '../../shared/planning/decision.ts';

/** An account as `import` read it: all that the imported policy is made from. */
export interface ObservedAccount {
  readonly groups: readonly GovernedGroup[];
  /** Undefined: they could not be read, so nothing is written about them. */
  readonly workstations: readonly Workstation[] | undefined;
  /** Whether the service reminds people of groups that expire; undefined where that is unknown. */
  readonly expiryReminder: boolean | undefined;
  /** What could not be read in full, for the reader of the policy. */
  readonly gaps: readonly string[];
}

/** How the policy is to be written, apart from what was observed. */
export interface ImportSettings {
  /** Name of the target in the policy. */
  readonly target: string;
  readonly account: string;
  readonly endpoint: string;
  /** Name of the RAM role that the policy's runs assume. Default: their own identity. */
  readonly role?: string | undefined;
  /** IANA zone in which the service's weekly schedules count; the policy's own zone is the same, so that its times are theirs. */
  readonly zone: string;
  /** Key of the tag that carries a group's peak. */
  readonly peakTag: string;
  /** The import's one `now`. */
  readonly nowMs: EpochMs;
}

/** A resource that no rule of the imported policy is about. */
export interface LeftAlone {
  readonly id: string;
  readonly name?: string | undefined;
  /** Why. Codes are stable and documented; texts may change. */
  readonly because: Reason;
}
