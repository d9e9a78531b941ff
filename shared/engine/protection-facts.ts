import type { Client } from '../client/client.ts';
import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import type { IntentLog } from '../journal/intents/intent-log.ts';
import type { ExternalChange, ExternalSetting } from '../journal/intents/intent-record.ts';
import { tagKeyOf, tagSetting } from '../journal/intents/intent-view.ts';
import type { ActDecision } from '../planning/decision.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import type { Automation, PlanContext } from './automation.ts';
import { asksForUsers, ownerTagOf } from './guard.ts';

/** What protection needs to know of what may act: users with a session, and since when owners' tags are known. */
export class Protection<R extends Resource> {
  readonly tagFirstSeenMs: (id: string, key: string, value: string) => EpochMs | undefined;
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
   * where the policy protects users. A failed read leaves the users unknown.
   */
  async gather(acts: readonly ActDecision[]): Promise<void> {
    const { automation, client, context, acting, signal } = this.#input;
    for (const { resource: ref, action } of acts) {
      const resource = acting.get(ref.id);
      if (!resource || this.#gathered.has(ref.id)) continue;
      this.#gathered.add(ref.id);
      if (asksForUsers(action, context)) {
        this.#users.set(resource.id, await automation.sessionUsers?.(client, context.target, resource, signal).catch(() => undefined));
      }
    }
  }
}

interface ProtectionInput<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly context: PlanContext;
  readonly acting: ReadonlyMap<string, R>;
  readonly log: IntentLog;
  readonly signal?: AbortSignal | undefined;
}

/** Since when the journal knows a value of an owner's tag, as of loading. */
export function tagFirstSeen(log: IntentLog): (id: string, key: string, value: string) => EpochMs | undefined {
  return (id, key, value) => {
    const standing = log.view.external(id, tagSetting(key));
    return standing?.value === value ? standing.sinceMs : undefined;
  };
}

/** The owner's tag of a resource as the journal is to know it: a protection begins when its tag is first seen, whatever is wanted of the resource then. */
export function tagSeen({ protect }: Pick<CompiledPolicy, 'protect'>, resource: Resource): readonly ExternalChange[] {
  const key = protect.ownerTag?.key;
  const value = key === undefined ? undefined : ownerTagOf(resource, key);
  return key !== undefined && typeof value === 'string' ? [{ resource: resource.id, setting: tagSetting(key), value }] : [];
}

/** Owners' tags that the journal knows on a resource and that are observed to be absent or to have another value now. */
export function tagsGone(log: IntentLog, resource: Resource): readonly ExternalSetting[] {
  return log.externalSettings(resource.id).flatMap((setting) => {
    const key = tagKeyOf(setting);
    if (key === undefined) return [];
    const value = ownerTagOf(resource, key);
    // Unknown tags say nothing.
    const stands = value === undefined || value === log.view.external(resource.id, setting)?.value;
    return stands ? [] : [{ resource: resource.id, setting }];
  });
}
