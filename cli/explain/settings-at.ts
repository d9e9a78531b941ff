import type { EpochMs } from '../../shared/client/clock.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import type { AuditEvent } from './audit-trail.ts';
import { lastGoodRun } from './run-records.ts';

/** A setting of a resource at an instant, and whose doing that was. */
export interface SettingAt {
  readonly function: string;
  readonly resource: string;
  readonly setting: string;
  /**
   * `streamwarden`: it wrote the value last. `outside`: somebody or something else changed it. `unclear`: it may have been written by us, the
   * outcome is not known. `none`: nothing had been written or seen by then.
   */
  readonly by: 'streamwarden' | 'outside' | 'unclear' | 'none';
  /** Undefined where the journal does not tell it. */
  readonly value: string | undefined;
  /** Of `outside`: it was changed at or after the first instant and before the second. The first is undefined where nothing tells it. */
  readonly between?: readonly [EpochMs | undefined, EpochMs];
  /** What the journal has on it. */
  readonly event?: AuditEvent;
  /** Of `streamwarden`: the rule and its reasons, where the run left a record. */
  readonly rule?: string | null;
  readonly because?: readonly { readonly code: string; readonly text: string }[];
}

/** Outcomes after which nothing of ours stands: the call was not made, or did nothing. */
const withoutEffect: ReadonlySet<string | undefined> = new Set(['held', 'not-sent', 'failed']);

/**
 * Each setting of a trail as it stood at an instant. A value that is not ours was changed between the last run that saw the target without
 * it, or our own last write, and the run that saw it first. @throws StoreError @throws JournalError
 */
export async function settingsAt(store: Store, target: string, trail: readonly AuditEvent[], atMs: EpochMs): Promise<readonly SettingAt[]> {
  const bySetting = new Map<string, AuditEvent[]>();
  for (const event of trail) {
    const name = JSON.stringify([event.function, event.resource, event.setting]);
    bySetting.set(name, [...(bySetting.get(name) ?? []), event]);
  }
  const settings: SettingAt[] = [];
  for (const events of bySetting.values()) settings.push(await settingAt(store, target, events, atMs));
  return settings;
}

async function settingAt(store: Store, target: string, events: readonly AuditEvent[], atMs: EpochMs): Promise<SettingAt> {
  const effective = events.filter(({ kind, outcome }) => kind !== 'wrote' || !withoutEffect.has(outcome));
  const before = effective.filter((event) => event.atMs <= atMs);
  const [last, next] = [before.at(-1), effective[before.length]];
  // What was first seen after the instant may have been there already.
  if (next && next.kind !== 'wrote') {
    const between = await intervalOf(store, target, before, next);
    if ((between[0] ?? next.atMs) <= atMs) return { ...namesOf(next), by: 'outside', value: next.value, between, event: next };
  }
  if (!last) return { ...namesOf(events[0]), by: 'none', value: undefined };
  const common = { ...namesOf(last), value: last.value, event: last };
  if (last.kind !== 'wrote') return { ...common, by: 'outside', between: await intervalOf(store, target, before.slice(0, -1), last) };
  return { ...common, by: isCertain(last) ? 'streamwarden' : 'unclear' };
}

function namesOf(event: AuditEvent | undefined): Pick<SettingAt, 'function' | 'resource' | 'setting'> {
  return { function: event?.function ?? '', resource: event?.resource ?? '', setting: event?.setting ?? '' };
}

function isCertain({ outcome }: AuditEvent): boolean {
  return outcome === 'done' || outcome === 'already';
}

/** Between which looks a value came that is not ours: after the last run that saw the target without it, and after our own last write. */
async function intervalOf(
  store: Store,
  target: string,
  before: readonly AuditEvent[],
  seen: AuditEvent,
): Promise<readonly [EpochMs | undefined, EpochMs]> {
  const lookedMs = await lastGoodRun(store, seen.function, target, seen.atMs, seen.owner);
  const oursMs = before.filter((event) => event.kind === 'wrote' && isCertain(event)).at(-1)?.atMs;
  const known = [lookedMs, oursMs].filter((ms) => ms !== undefined);
  return [known.length === 0 ? undefined : Math.max(...known), seen.atMs];
}
