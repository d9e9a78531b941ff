import type { EpochMs } from '../../shared/client/clock.ts';
import { keptPrefix } from '../../shared/journal/intents/intent-view.ts';
import { intentRecords } from '../../shared/journal/intents/past-writes.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { functionNames } from '../../shared/policy/known-functions.ts';

/** Whoever writes a `written` stream: the functions, and `offboard`. */
export const writers: readonly string[] = [...functionNames, 'offboard'];

/** Something that the journal knows of a setting of a resource. Of a part, such as a session, `resource` names the part. */
export interface AuditEvent {
  readonly function: string;
  readonly resource: string;
  readonly setting: string;
  /** `wrote`: a run meant to write a value. `seen`: a value that is not ours was first seen. `gone`: it was first seen not to stand any more. */
  readonly kind: 'wrote' | 'seen' | 'gone';
  readonly atMs: EpochMs;
  /** Undefined for `gone`. */
  readonly value: string | undefined;
  /** Of `wrote`: what became of it; undefined where no outcome is recorded. */
  readonly outcome: string | undefined;
  /** Code of the reason where it is not plainly done. */
  readonly code: string | undefined;
  /** Random token of the run. */
  readonly owner: string;
  /** Key of the record. */
  readonly record: string;
}

/**
 * All that the `written` streams of an account say about the settings of a resource and its parts, oldest first. What a function keeps there for
 * itself is none: it would be told as somebody's change from outside. Reads whole streams, so it is for people who
 * ask, not for runs. @throws StoreError @throws JournalError where a record cannot be read
 */
export async function readAuditTrail(store: Store, account: string, resourceId: string): Promise<readonly AuditEvent[]> {
  const trail: AuditEvent[] = [];
  for (const name of writers) trail.push(...(await auditTrailOf(store, name, account, resourceId)));
  return trail.sort((a, b) => a.atMs - b.atMs);
}

async function auditTrailOf(store: Store, name: string, account: string, id: string): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  const intents = new Map<string, number>();
  const seen = new Set<string>();
  const isMine = ({ resource, setting }: { readonly resource: string; readonly setting: string }): boolean =>
    (resource === id || resource.startsWith(`${id}/`)) && !setting.startsWith(keptPrefix);
  for await (const { key, stream, sequence, atMs, owner, written } of intentRecords(store, name, account)) {
    const event = (kind: AuditEvent['kind'], resource: string, setting: string, value?: string): number =>
      events.push({
        ...{ function: name, resource, setting, kind, atMs, value, outcome: undefined, code: undefined },
        ...{ owner, record: key },
      });
    if (written?.kind === 'intents') {
      for (const { resource, setting, value } of written.body.intents.filter(isMine)) {
        intents.set(JSON.stringify([stream, sequence, resource, setting]), event('wrote', resource, setting, value) - 1);
      }
    } else if (written?.kind === 'outcomes') {
      for (const { resource, setting, outcome, code } of written.body.outcomes.filter(isMine)) {
        const place = intents.get(JSON.stringify([stream, written.body.of, resource, setting]));
        const meant = place === undefined ? undefined : events[place];
        if (place !== undefined && meant) events[place] = { ...meant, outcome, code };
      }
    } else if (written?.kind === 'foreign') {
      // What a function notes for itself is not somebody's doing.
      const changes = written.body.seen.filter((each) => isMine(each) && each.sighted === undefined);
      for (const { resource, setting, value } of changes) {
        seen.add(JSON.stringify([resource, setting]));
        event('seen', resource, setting, value);
      }
      const over = written.body.gone.filter((each) => isMine(each) && seen.delete(JSON.stringify([each.resource, each.setting])));
      for (const { resource, setting } of over) event('gone', resource, setting);
    }
  }
  return events;
}
