import type { EpochMs } from '../../shared/client/clock.ts';
import type { DeliveryGroupEntity } from './delivery-group.ts';
import type { ScheduledEvent } from './event-queue.ts';
import type { Instance } from './node.ts';

/** Why a session ended: the user left, the session timeout ran out, or the service or an administrator ended it. */
export type SessionEnd = 'left' | 'timeout' | 'cut';

/** Somebody who wants to know that a session is over, such as the user who sat in it. */
type SessionListener = (end: SessionEnd, nowMs: EpochMs) => void;

/** A user's session in an app instance; while it lasts the user is bound to that instance. */
export interface SessionEntity {
  readonly user: string;
  readonly group: DeliveryGroupEntity;
  readonly instance: Instance;
  readonly startedMs: EpochMs;
  /** Id of the persistent session that it belongs to. */
  readonly persistentId: string | undefined;
  /** `starting` until the app runs, then connected or not. */
  state: 'starting' | 'connected' | 'disconnected';
  /** The end by session timeout that waits while disconnected. */
  timeout: ScheduledEvent | undefined;
  listener: SessionListener | undefined;
}
