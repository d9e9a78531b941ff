import { printable } from '../client/printable.ts';
import { countOf, isGiven, listOf, objectOf, textOf } from './answer-fields.ts';
import type { GroupDrain, Session, SessionFacts, SessionGroup } from './session.ts';
import { drainMarker, drainPart, drainTag } from './session.ts';

/** States of an app instance in which nobody is on it when the answer names nobody (service notes, Sessions and bindings). */
const unoccupied: ReadonlySet<string> = new Set(['INIT', 'STARTING', 'CLOSING', 'CLOSED', 'IDLE', 'UNAVAILABLE']);

/**
 * The session in a row of ListAppInstances; undefined where nobody is on the app instance, `unreadable` where somebody is but the row
 * lacks the id that any act has to name. An app instance that is in use, or in a state that is not known, counts as a session without a user.
 */
export function mapSession(answer: unknown, persistentOf: ReadonlyMap<string, string>): SessionFacts | 'unreadable' | undefined {
  const row = objectOf(answer);
  const user = textOf(objectOf(row?.BindInfo)?.EndUserId);
  const status = textOf(row?.Status)?.toUpperCase();
  if (user === undefined && status !== undefined && unoccupied.has(status) && !isGiven(row?.SessionStatus)) return undefined;
  const instanceId = textOf(row?.AppInstanceId);
  if (row === undefined || instanceId === undefined) return 'unreadable';
  const seconds = countOf(objectOf(row.BindInfo)?.UsageDuration);
  return {
    ...{ user, instanceId, status },
    link: status === 'RUNNING' ? linkOf(row.SessionStatus) : undefined,
    usedMs: seconds === undefined ? undefined : seconds * 1000,
    persistentId: persistentOf.get(instanceId),
  };
}

function linkOf(value: unknown): SessionFacts['link'] {
  const text = textOf(value)?.toLowerCase();
  if (text === 'connect') return 'connected';
  return text === 'disconnect' ? 'disconnected' : undefined;
}

/** Persistent sessions by the app instance that they run in, from rows of ListPersistentAppInstances. Those that do not run have none. */
export function persistentByInstance(rows: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of listOf(rows) ?? []) {
    const row = objectOf(entry);
    const instanceId = textOf(row?.AppInstanceId);
    if (instanceId !== undefined) found.set(instanceId, textOf(row?.AppInstancePersistentId) ?? '');
  }
  return found;
}

/** A group's sessions as parts of it, and its drain where a tag of a drain is set. `listed`: the sessions to name; default: those of the group. */
export function partsOf(group: SessionGroup, listed = group.sessions): readonly (Session | GroupDrain)[] {
  const region = group.region === undefined ? {} : { region: group.region };
  const drain: readonly GroupDrain[] = hasDrainTag(group)
    ? [{ kind: 'drain', id: `${group.id}/${drainPart}`, name: `${group.name ?? group.id} new users`, ...region, partOf: group }]
    : [];
  if (listed === undefined || listed === 'unknown') return drain;
  const sorted = [...listed].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  const seen = new Set<string>();
  const sessions = sorted.map((facts): Session => {
    // What the call names is the user as they are; what people read, and type, is what can be printed.
    const user = printable(facts.user ?? facts.instanceId);
    const first = `${group.id}/${user}`;
    const id = seen.has(first) ? `${first}/${facts.instanceId}` : first;
    seen.add(first);
    return { kind: 'session', id, name: `${group.name ?? group.id} ${user}`, ...region, ...facts, partOf: group };
  });
  return [...drain, ...sessions];
}

function hasDrainTag({ tags }: SessionGroup): boolean {
  return tags !== undefined && (Object.hasOwn(tags, drainTag) || Object.hasOwn(tags, drainMarker));
}
