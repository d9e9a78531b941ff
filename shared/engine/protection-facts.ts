import type { Client } from '../client/client.ts';
import type { EpochMs } from '../client/clock.ts';
import { type Resource, wholeOf } from '../fleet/resource.ts';
import type { WrittenLog } from '../journal/written-log.ts';
import type { ForeignSetting, ForeignValue } from '../journal/written-record.ts';
import type { Automation, PlanContext } from './automation.ts';
import type { ActDecision } from './decision.ts';
import { asksForUsers, ownerTagOf } from './guard-protection.ts';
import { canCut } from './severity.ts';

const tagPrefix = 'tag:';

/** What the journal calls the owner's tag of a resource. */
function tagSetting(key: string): string {
  return tagPrefix + key;
}

/** True for a setting that is an owner's tag, which no planner writes. */
export function isTagSetting(setting: string): boolean {
  return setting.startsWith(tagPrefix);
}

/** What protection needs to know of what may act: users with a session, and owners' tags. */
export class Protection<R extends Resource> {
  readonly tagFirstSeenMs: (id: string, key: string, value: string) => EpochMs | undefined;
  /** Owners' tags on resources that would be cut: the journal keeps since when each value is known. */
  readonly tags: ForeignValue[] = [];
  readonly #input: ProtectionInput<R>;
  readonly #users = new Map<string, readonly string[] | undefined>();
  readonly #gathered = new Set<string>();

  constructor(input: ProtectionInput<R>) {
    this.#input = input;
    this.tagFirstSeenMs = tagFirstSeen(input.log);
  }

  /** EndUserIds with a session on a resource; undefined: unknown, and what could cut them holds. */
  readonly sessionUsersOf = (id: string): readonly string[] | undefined => this.#users.get(id);

  /**
   * Reads what protection depends on, once for each of those resources only on which an action could cut or lower: the users with a session
   * where the policy protects users, and the owner's tag. A failed read leaves the users unknown.
   */
  async gather(acts: readonly ActDecision[]): Promise<void> {
    const { automation, client, context, acting, signal } = this.#input;
    const ownerTag = context.policy.protect.ownerTag;
    for (const { resource: ref, action } of acts) {
      const resource = acting.get(ref.id);
      if (!resource || this.#gathered.has(ref.id)) continue;
      this.#gathered.add(ref.id);
      if (asksForUsers(action, context)) {
        this.#users.set(resource.id, await automation.sessionUsers?.(client, context.target, resource, signal).catch(() => undefined));
      }
      const whole = wholeOf(resource);
      const value = ownerTag && canCut(action) ? ownerTagOf(whole, ownerTag.key) : undefined;
      if (ownerTag && typeof value === 'string') this.tags.push({ resource: whole.id, setting: tagSetting(ownerTag.key), value });
    }
  }
}

interface ProtectionInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly acting: ReadonlyMap<string, R>;
  readonly log: WrittenLog;
  readonly signal?: AbortSignal | undefined;
}

/** Since when the journal knows a value of an owner's tag, as of loading. */
export function tagFirstSeen(log: WrittenLog): (id: string, key: string, value: string) => EpochMs | undefined {
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
