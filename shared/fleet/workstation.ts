import type { EpochMs } from '../client/clock.ts';
import type { Charge } from './delivery-group.ts';
import type { Resource } from './resource.ts';

/** Somebody's session on a workstation. */
export interface WorkstationSession {
  /** Undefined where the answer names nobody: somebody is there whom we cannot tell. */
  readonly user: string | undefined;
  readonly startedAtMs: EpochMs | undefined;
}

/** A workstation as observed. Undefined always means unknown. Workstations carry no tags. */
export interface Workstation extends Resource {
  readonly kind: 'workstation';
  /** In capitals: answers spell it `RUNNING` or `Running`, and no list of states is published (service notes, Workstations). */
  readonly status: string | undefined;
  readonly charge: Charge | undefined;
  /** True for a spot instance, which a subscription is not. */
  readonly spot: boolean;
  readonly createdAtMs: EpochMs | undefined;
  readonly expiresAtMs: EpochMs | undefined;
  /** Name of its type: what the policy prices by. */
  readonly instanceType: string | undefined;
  /** Megabytes. */
  readonly memory: number | undefined;
  readonly officeSiteId: string | undefined;
  readonly imageId: string | undefined;
  /** Whom it is for, which says nothing about who is there. */
  readonly users: readonly string[] | undefined;
  /** Who is there; undefined where the answer does not say for sure that it is just these, or nobody. */
  readonly sessions: readonly WorkstationSession[] | undefined;
  /** The timer of the service that starts and stops it; undefined where the answer shows none. */
  readonly timerGroupId: string | undefined;
  /** Fields of the answer that could not be read, for the reason of a hold. */
  readonly unreadable: readonly string[];
}
