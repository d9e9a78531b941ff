import type { AssumptionValue } from '../assumptions.ts';

/** Text of an instant with an explicit offset, e.g. `2026-11-25T08:40:00+08:00`. */
type InstantText = string;

/** What a world is made from. JSON can carry it, except that `groups` may also be a generator for a large fleet. */
export interface WorldSeed {
  /** Names the world. Default: a new name at each start. */
  readonly id?: string;
  /** Seed of all random streams. Default 1. */
  readonly seed?: number;
  /** The world's first instant. */
  readonly start: InstantText;
  /** Switches of `simulator/assumptions.ts` that differ from their defaults. */
  readonly assumptions?: Readonly<Record<string, AssumptionValue>>;
  readonly accounts: readonly AccountSeed[];
  /** Weekdays on which users stay away, `yyyy-MM-dd` in UTC+8: public holidays. */
  readonly restdays?: readonly string[];
  /** Weekend days on which users work, `yyyy-MM-dd` in UTC+8: make-up workdays. */
  readonly workdays?: readonly string[];
}

/** An account and what it owns. */
export interface AccountSeed {
  /** The account's number, sixteen digits. */
  readonly id: string;
  readonly groups?: Iterable<GroupSeed>;
  readonly images?: readonly ImageSeed[];
  readonly workstations?: readonly WorkstationSeed[];
  /** Public holidays of its users. Default: the world's. */
  readonly restdays?: readonly string[];
  /** Make-up workdays of its users. Default: the world's. */
  readonly workdays?: readonly string[];
  /** Cloud browser groups besides the one that each account has. */
  readonly browserGroups?: readonly BrowserGroupSeed[];
}

/** How a resource is paid, as the API spells it. */
export type ChargeSeed = 'PrePaid' | 'PostPaid';

/** A delivery group with one node pool. */
export interface GroupSeed {
  /** Default: made from account and name. */
  readonly id?: string;
  readonly name: string;
  readonly region: string;
  /** Default `PostPaid`. */
  readonly charge?: ChargeSeed;
  /** Default `PUBLISHED`. */
  readonly status?: GroupStatus;
  /** Default: ninety days before the world begins. */
  readonly createdAt?: InstantText;
  /** For subscriptions; default: sixty days after the world begins, at a day boundary of UTC+8. */
  readonly expiresAt?: InstantText;
  /** Keys beginning with `System/` are system tags. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly officeSite?: string;
  readonly policy?: string;
  /** Minutes after which a disconnected session ends; -1 never. Default 15. */
  readonly sessionTimeout?: number;
  readonly debug?: boolean;
  readonly pool?: PoolSeed;
  /** Further pools; more than one is rare. */
  readonly morePools?: readonly PoolSeed[];
  /** User groups with access. A user group is one and the same in all delivery groups of the account, its members those of all mentions. */
  readonly userGroups?: readonly { readonly id: string; readonly name: string; readonly members?: readonly UsersSeed[] }[];
  /** Whether an app instance is wiped when its user is unbound. Default false. */
  readonly resetAfterUnbind?: boolean;
  /** Users who may connect and, with a profile, do. */
  readonly users?: readonly UsersSeed[];
  /** Sessions that are under way when the world begins. */
  readonly sessions?: readonly SessionSeed[];
  /** Persistent sessions. */
  readonly persistent?: readonly { readonly id?: string; readonly name: string; readonly users?: readonly string[] }[];
  /** An agent update on offer. */
  readonly ota?: {
    readonly current: string;
    readonly offered?: string;
    readonly note?: string;
    /** How updates of this group end. Default: as the switch `otaOutcome` says. */
    readonly outcome?: 'FINISHED' | 'FAILED' | 'PART_FINISHED';
  };
}

/** A delivery group's status (API definition). */
export type GroupStatus =
  | 'PUBLISHED'
  | 'DEPLOYING'
  | 'FAILED'
  | 'MAINTAINING'
  | 'MAINTAIN_FAILED'
  | 'CEASED'
  | 'EXPIRED'
  | 'EXPIRED_RECYCLING';

/** A node pool. */
export interface PoolSeed {
  readonly id?: string;
  /** Default `appstreaming.general.4c8g`. */
  readonly instanceType?: string;
  /** Sessions per node. Default 2. */
  readonly capacity?: number;
  /** Default: fixed at one node. */
  readonly strategy?: StrategySeed;
}

/** The strategy of a pool in short form; defaults as the service's. */
export type StrategySeed =
  | { readonly fixed: number }
  | {
      readonly usage: { readonly nodes: number; readonly maxScaling: number; readonly step?: number; readonly threshold?: string };
      readonly downAfterIdleMinutes?: number;
      readonly maxIdle?: number;
    }
  | {
      /** Weekdays as text like `1-5` or `6,7`, then periods `HH:mm-HH:mm` with a count of nodes. */
      readonly schedule: Readonly<Record<string, Readonly<Record<string, number>>>>;
      readonly warmUp?: boolean;
      /** `yyyy-MM-dd` in the service's zone; a date already past is fine in a seed. */
      readonly enable: string;
      readonly disable: string;
    };

/** How the users of a group behave through the week. */
export type ProfileName = 'office' | 'studio' | 'service' | 'idle';

/** Some users of a group: named ones, or as many as wanted with a common prefix. */
export interface UsersSeed {
  readonly ids?: readonly string[];
  readonly prefix?: string;
  readonly count?: number;
  /** Default `idle`: authorized, but never connects by itself. */
  readonly profile?: ProfileName;
}

/** A session that is under way at the start. */
export interface SessionSeed {
  readonly user: string;
  /** Default true. */
  readonly connected?: boolean;
  /** Minutes since it began. Default 30. */
  readonly sinceMinutes?: number;
}

/** An image of an account. */
export interface ImageSeed {
  readonly id: string;
  readonly name: string;
  readonly createdAt?: InstantText;
  readonly type?: 'User' | 'Shared' | 'System' | 'Community';
  readonly productType?: 'CloudApp' | 'CloudDesktop' | 'WuyingServer';
  readonly status?: string;
  readonly regions?: readonly string[];
  readonly parent?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A workstation of an account. */
export interface WorkstationSeed {
  readonly id?: string;
  readonly name: string;
  readonly region: string;
  readonly charge?: ChargeSeed;
  readonly status?: string;
  readonly instanceType?: string;
  readonly officeSite?: string;
  readonly image?: string;
  readonly createdAt?: InstantText;
  readonly expiresAt?: InstantText;
  readonly users?: readonly string[];
  /** Users with a live session. */
  readonly sessions?: readonly string[];
  /** How a pay-as-you-go one is bought beyond that; `spot` can be taken back. Default: not shown. */
  readonly subPayType?: string;
  /** A timer of the service that powers it every day, times `HH:mm` in UTC+8. */
  readonly timer?: { readonly id: string; readonly start: string; readonly stop: string };
  /** Data disks by size in GB. Default: none. */
  readonly dataDisks?: readonly number[];
}

/** A cloud browser group: its persistent sessions, and who is in one now. */
export interface BrowserGroupSeed {
  /** Default: made from account and name. */
  readonly id?: string;
  readonly name: string;
  readonly region: string;
  readonly persistent?: readonly { readonly id?: string; readonly name: string; readonly users?: readonly string[] }[];
  /** Users who are bound to a browser when the world begins. */
  readonly bound?: readonly string[];
}
