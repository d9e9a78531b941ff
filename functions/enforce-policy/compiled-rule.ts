import type { CompiledSelector } from '../../shared/policy/compiled.ts';

/** What a rule holds delivery groups to. */
interface GroupWish {
  /** Minutes, or -1 for never. */
  readonly sessionTimeout?: number;
  /** Sessions per node. */
  readonly nodeCapacity?: number;
  /** Case-sensitive glob. Reported only. */
  readonly namePattern?: string;
  /** Reported only. */
  readonly skipUserAuthCheck?: boolean;
  /** Ids of user groups that have access. Missing ones are added, others reported. */
  readonly userGroups?: readonly string[];
  /** Keys of tags. Reported only. */
  readonly requireTags?: readonly string[];
}

/** What a rule holds the account itself to. */
export interface TenantWish {
  readonly expiryReminder: boolean;
}

/** A rule of enforce-policy: for delivery groups, or for the account itself. */
export interface EnforceRule extends GroupWish {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly tenant?: TenantWish;
  /** Whether what somebody sets back is set again however often. Default: three times, then it is left and told. */
  readonly insist?: boolean;
  readonly tell?: readonly string[];
}

/** The keys of what can be wished of a delivery group. */
export const groupWishes = ['sessionTimeout', 'nodeCapacity', 'namePattern', 'skipUserAuthCheck', 'userGroups', 'requireTags'] as const;
