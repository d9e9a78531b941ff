import type { Client } from '../client/client.ts';
import type { EpochMs } from '../client/clock.ts';
import { type Resource, wholeOf } from '../fleet/resource.ts';
import type { WrittenLog } from '../journal/written-log.ts';
import type { ForeignSetting, ForeignValue } from '../journal/written-record.ts';
import type { Automation, PlanContext } from './automation.ts';
import type { Decision } from './decision.ts';
import { asksForUsers, ownerTagOf } from './guard-protection.ts';
import { canCut } from './severity.ts';

/** What the guard needs to know about protection, and the values of owners' tags that were looked at. */
export interface ProtectionFacts {
  readonly sessionUsersOf: (id: string) => readonly string[] | undefined;
  readonly tagFirstSeenMs: (id: string, key: string, value: string) => EpochMs | undefined;
  /** Owners' tags on resources that would be cut: the journal keeps since when each value is known. */
  readonly tags: readonly ForeignValue[];
}

const tagPrefix = 'tag:';

/** What the journal calls the owner's tag of a resource. */
function tagSetting(key: string): string {
  return tagPrefix + key;
}

/** True for a setting that is an owner's tag, which no planner writes. */
export function isTagSetting(setting: string): boolean {
  return setting.startsWith(tagPrefix);
}

/**
 * Reads what protection depends on, for those resources only on which an action could cut or lower: the users with a session where
 * the policy protects users, and the owner's tag. A failed read leaves the users unknown, and what could cut them holds.
 */
export async function gatherProtection<R extends Resource>(input: {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly decisions: readonly Decision[];
  readonly acting: ReadonlyMap<string, R>;
  readonly log: WrittenLog;
  readonly signal?: AbortSignal | undefined;
}): Promise<ProtectionFacts> {
  const { automation, client, context, acting, log, signal } = input;
  const users = new Map<string, readonly string[] | undefined>();
  const tags: ForeignValue[] = [];
  const ownerTag = context.policy.protect.ownerTag;
  for (const decision of input.decisions) {
    const resource = decision.verdict === 'act' ? acting.get(decision.resource.id) : undefined;
    if (decision.verdict !== 'act' || !resource) continue;
    if (asksForUsers(decision.action, context)) {
      users.set(resource.id, await automation.sessionUsers?.(client, context.target, resource, signal).catch(() => undefined));
    }
    const whole = wholeOf(resource);
    const value = ownerTag && canCut(decision.action) ? ownerTagOf(whole, ownerTag.key) : undefined;
    if (ownerTag && typeof value === 'string') tags.push({ resource: whole.id, setting: tagSetting(ownerTag.key), value });
  }
  return {
    tags,
    sessionUsersOf: (id) => users.get(id),
    tagFirstSeenMs: tagFirstSeen(log),
  };
}

/** Since when the journal knows a value of an owner's tag, as of loading. */
export function tagFirstSeen(log: WrittenLog): ProtectionFacts['tagFirstSeenMs'] {
  return (id, key, value) => {
    const standing = log.view.foreign(id, tagSetting(key));
    return standing?.value === value ? standing.sinceMs : undefined;
  };
}

/** Owners' tags that the journal knows on a resource and that are observed to be absent or to have another value now. */
export function tagsGone(log: WrittenLog, resource: Resource): readonly ForeignSetting[] {
  return log.foreignSettings(resource.id).flatMap((setting) => {
    if (!isTagSetting(setting)) return [];
    const value = ownerTagOf(resource, setting.slice(tagPrefix.length));
    // Unknown tags say nothing.
    const stands = value === undefined || value === log.view.foreign(resource.id, setting)?.value;
    return stands ? [] : [{ resource: resource.id, setting }];
  });
}
