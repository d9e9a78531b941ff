import type { DeliveryGroup } from './delivery-group.ts';
import type { Resource } from './resource.ts';

/** What is known of one session, or of one that seems to be there. Undefined always means unknown. */
export interface SessionFacts {
  /** EndUserId; undefined where an app instance is in use and the answer names nobody. */
  readonly user: string | undefined;
  /** The app instance that it runs in. */
  readonly instanceId: string;
  /** Status of the app instance in capitals, since the service notes spell it both ways. */
  readonly status: string | undefined;
  /** Whether the user is connected right now; the service says so only while the app instance is RUNNING (service notes). */
  readonly link: 'connected' | 'disconnected' | undefined;
  /** How long it has been in use, in milliseconds. */
  readonly usedMs: number | undefined;
  /** Id of the persistent session that it belongs to; undefined: it belongs to none. */
  readonly persistentId: string | undefined;
}

/** A delivery group, with its sessions where somebody has looked at them. */
export interface SessionGroup extends DeliveryGroup {
  /** All its sessions; `unknown`: they could not be read, or not all of them; absent: nobody has looked. */
  readonly sessions?: readonly SessionFacts[] | 'unknown';
}

/** A session as a part of its group: `<group>/<user>`, and `<group>/<user>/<app instance>` for further ones of the same user. */
export interface Session extends Resource, SessionFacts {
  readonly kind: 'session';
  /** The group. It has no `sessions` where the session was read by itself. */
  readonly partOf: SessionGroup;
}

/** The tags by which a group is drained, as a part of the group: they change beside its sessions. */
export interface GroupDrain extends Resource {
  readonly kind: 'drain';
  readonly partOf: SessionGroup;
}

/** What logging off looks at: a group, and its parts. */
export type SessionResource = SessionGroup | Session | GroupDrain;

/** The system tag that keeps new users out of a delivery group (service notes, Tags). */
export const drainTag = 'System/Scheduler/STOP_NEW_USER_CONNECTION';

/** The tag that says that Streamwarden has drained a group, and until when, RFC 3339. */
export const drainMarker = 'streamwarden:drain-until';

/** Last part of the id of a group's drain; the parentheses keep it apart from users. */
export const drainPart = '(drain)';
