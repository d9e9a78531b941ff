import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import { neededDetail } from './detail.ts';
import type { PastUpdates } from './history.ts';
import { type SeenEnd, seenEnd } from './history.ts';
import { ringMemory } from './rings.ts';
import type { Place } from './rule-match.ts';

/** What updates have done on a group. */
export interface GroupFacts {
  /** Undefined: the list was not read. */
  readonly past: PastUpdates | undefined;
  /** How its last update ended: as read, else as the journal knows it. */
  readonly end: SeenEnd | undefined;
  /** The version that left the group failed in maintenance, whatever the list says of it. */
  readonly broken: string | undefined;
  /** Versions that are to be halted for all. */
  readonly failed: readonly string[];
}

/** What updates have done on a group, from the list where it was read, else from the journal and the group's own state. */
export function groupFacts(group: OtaGroup, past: PastUpdates | undefined, context: PlanContext): GroupFacts {
  const seen = seenEnd(group, context);
  const isBroken = group.status === 'MAINTAIN_FAILED';
  const version = group.ota?.offered ?? undefined;
  if (past === undefined) {
    // What broke it cannot be told: the version that is about to come, or that came last.
    const broken = isBroken ? (version ?? group.ota?.current) : undefined;
    const failed = [...(broken === undefined ? [] : [broken]), ...(seen?.end === 'failed' ? [seen.version] : [])];
    return { past, end: seen, broken, failed };
  }
  const begun = past.lastBegun;
  const finishedBefore = seen?.end === 'finished' && seen.version === begun;
  const broken = isBroken && !finishedBefore ? begun : undefined;
  const failed = new Set([...past.ended.values()].flatMap((update) => (update.end === 'failed' ? [update.version] : [])));
  if (broken !== undefined) failed.add(broken);
  return { past, end: endOf(group, past, broken), broken, failed: [...failed] };
}

function endOf({ ota }: OtaGroup, { last, ended }: PastUpdates, broken: string | undefined): SeenEnd | undefined {
  if (broken !== undefined) return { end: 'failed', version: broken };
  const current = ota?.current;
  const isOffered = typeof ota?.offered === 'string';
  if (last !== undefined && (last.end === 'failed' || isOffered || last.version === current))
    return { end: last.end, version: last.version };
  const own = current === undefined ? undefined : ended.get(current);
  if (own !== undefined) return { end: own.end, version: own.version };
  return current === undefined ? undefined : { end: 'none', version: current };
}

/** Lets the run remember which versions failed on a group; where that cannot be told, the failure that the journal knows stands. */
export function rememberFailures(group: OtaGroup, facts: GroupFacts | undefined, context: PlanContext): void {
  const { failures } = ringMemory(context);
  const { failed } = facts ?? groupFacts(group, undefined, context);
  if (failed.length > 0) failures.set(group.id, failed);
  else failures.delete(group.id);
}

/** Lets the run remember what a group means for the rings. Without facts its state cannot be told. */
export function rememberMember(group: OtaGroup, place: Place, facts: GroupFacts | undefined, context: PlanContext): void {
  const memory = ringMemory(context);
  rememberFailures(group, facts, context);
  if (place.isLast) return;
  memory.members.set(group.id, {
    id: group.id,
    position: place.position,
    index: place.index,
    current: group.ota?.current,
    ended: facts?.past && endedWith(facts),
    seen: seenSince(group, facts?.end, context),
    // A list that was to be read and could not be may hold anything.
    known: facts !== undefined && (facts.past !== undefined || neededDetail(group, context) === undefined),
  });
}

/** The ends of the list, the version that left the group broken among the failures. */
function endedWith({ past, broken }: GroupFacts): PastUpdates['ended'] | undefined {
  if (past === undefined || broken === undefined) return past?.ended;
  const startMs = past.ended.get(broken)?.startMs ?? 0;
  return new Map([...past.ended, [broken, { version: broken, end: 'failed' as const, status: 'MAINTAIN_FAILED', startMs }]]);
}

function seenSince(group: OtaGroup, end: SeenEnd | undefined, context: PlanContext): (SeenEnd & { readonly sinceMs: EpochMs }) | undefined {
  if (end === undefined) return undefined;
  const before = seenEnd(group, context);
  const same = before?.end === end.end && before.version === end.version;
  return { ...end, sinceMs: same ? before.sinceMs : context.nowMs };
}
