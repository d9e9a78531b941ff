import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { ruleFields, selector, texts } from '../../shared/policy/compiled-rules.ts';
import { exactOptional, type FieldsFor, flag, int, object, text } from '../../shared/schema/schema.ts';
import { where } from '../../shared/schema/shapes.ts';

/** What a rule holds delivery groups to. */
interface DesiredGroup {
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
export interface DesiredTenant {
  readonly expiryReminder: boolean;
}

/** A rule of enforce-policy: for delivery groups, or for the account itself. */
export interface EnforceRule extends DesiredGroup {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly tenant?: DesiredTenant;
  /** Whether what somebody sets back is set again however often. Default: three times, then it is left and told. */
  readonly insist?: boolean;
  readonly tell?: readonly string[];
}

/** The keys of what can be wished of a delivery group. */
export const desiredGroups = ['sessionTimeout', 'nodeCapacity', 'namePattern', 'skipUserAuthCheck', 'userGroups', 'requireTags'] as const;

/** What a compiled rule has to look like: it is for delivery groups, or for the account itself. */
export const compiledEnforceRule = where(
  object({
    ...ruleFields,
    groups: exactOptional(selector),
    tenant: exactOptional(object({ expiryReminder: flag })),
    sessionTimeout: exactOptional(int(-1)),
    nodeCapacity: exactOptional(int(1)),
    namePattern: exactOptional(text),
    skipUserAuthCheck: exactOptional(flag),
    userGroups: texts,
    requireTags: texts,
    insist: exactOptional(flag),
  } satisfies FieldsFor<EnforceRule>),
  ({ groups, tenant }) => (groups === undefined) === (tenant !== undefined),
);
