import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { Totals } from '../../shared/engine/report.ts';
import type { ActDecision, Decision, Reason } from '../../shared/planning/decision.ts';
import { localDate, localText } from '../../shared/planning/local-time.ts';
import type { PastUpdates, SeenEnd } from './history.ts';
import { reason } from './reasons.ts';
import { type ReadyRing, rulesFor } from './rule-match.ts';

/**
 * Holds approvals that the rings, or a failure of the version anywhere, stand against. The next ring opens when every group of those before
 * has finished the version and was seen so for the soak; a ring in which nobody finished it holds, it does not pass.
 */
export function settleRings(pending: readonly ActDecision[], totals: Totals, context: PlanContext): readonly Decision[] {
  const memory = ringMemory(context);
  const failed = failedVersions(memory);
  const gates = new Map<string, Reason | undefined>();
  return pending.map((decision): Decision => {
    const candidate = memory.candidates.get(decision.resource.id);
    const because = candidate ? (standsAgainst(candidate) ?? undefined) : unseen;
    return because === undefined ? decision : { ...decision, verdict: 'hold', because: [because, ...decision.because] };
  });

  function standsAgainst(candidate: Candidate): Reason | undefined {
    if (context.triggerEvents !== undefined || !totals.complete) return unseen;
    const where = failed.get(candidate.version);
    if (where !== undefined) return versionFailed(candidate.version, where);
    const key = JSON.stringify([candidate.position, candidate.index, candidate.version]);
    if (!gates.has(key)) gates.set(key, gateOf(candidate, memory, context));
    return gates.get(key);
  }
}

const unseen = reason(
  'ring-unknown',
  'Not every group of the target was observed, so whether the version failed or is finished elsewhere cannot be told.',
);

function versionFailed(version: string, groups: readonly string[]): Reason {
  const others = groups.length > 1 ? ` and ${groups.length - 1} more` : '';
  const text = `${version} failed on ${groups[0]}${others} and is halted for all. Put that right and let the update finish there, by hand, or take the group out of the rings.`;
  return reason('version-failed', text, { version, groups: groups.slice(0, 10) });
}

/** The groups on which versions failed, by version. */
export function failedVersions({ failures }: Pick<RingMemory, 'failures'>): ReadonlyMap<string, readonly string[]> {
  const failed = new Map<string, string[]>();
  for (const [id, versions] of failures) {
    for (const version of versions) failed.set(version, [...(failed.get(version) ?? []), id]);
  }
  return failed;
}

/** Why a ring is closed for a version; undefined when it is open. Asked once the whole target was seen. */
export function gateOf({ position, index, version }: Candidate, memory: RingMemory, context: PlanContext): Reason | undefined {
  if (index === 0) return undefined;
  const maybe = [...memory.unplaced.values()].find(
    (each) => each.position < position || (each.position === position && each.index < index),
  );
  if (maybe !== undefined) {
    return reason('ring-unknown', `Whether ${maybe.id} belongs to an earlier ring cannot be told.`, { group: maybe.id });
  }
  const rings = rulesFor(context.policy, context.target)[position]?.rings ?? [];
  for (const [at, ring] of rings.slice(0, index).entries()) {
    const members = [...memory.members.values()].filter((each) => each.position === position && each.index === at);
    const closed = closedBy(ring, members, version, context);
    if (closed !== undefined) return closed;
  }
  return undefined;
}

function closedBy(ring: ReadyRing, members: readonly RingMember[], version: string, context: PlanContext): Reason | undefined {
  const data = { ring: ring.name, version };
  const memberStates = members.map((member) => ({ id: member.id, ...memberState(member, version, context.nowMs) }));
  const unknown = memberStates.find(({ is }) => is === 'unknown');
  if (unknown !== undefined) {
    const text = `Whether ${unknown.id} of ring ${ring.name} has finished ${version} cannot be told.`;
    return reason('ring-unknown', text, { ...data, group: unknown.id });
  }
  const open = memberStates.filter(({ is }) => is === 'open');
  if (open.length > 0) {
    const ids = open.map(({ id }) => id);
    const others = ids.length > 1 ? ` and ${ids.length - 1} more` : '';
    const text = `Waits for ring ${ring.name}: ${ids[0]}${others} of ${members.length} groups have not finished ${version}.`;
    return reason('ring-waits', text, { ...waiting, ...data, groups: ids.slice(0, 10) });
  }
  const finished = memberStates.flatMap((each) => (each.is === 'finished' ? [each.sinceMs] : []));
  if (finished.length === 0) {
    const text = `Nobody in ring ${ring.name} has finished ${version}: an empty ring does not pass. Put a group into it, or take the ring out of the rule.`;
    const day = localDate(context.nowMs, context);
    return reason('ring-empty', text, { toldAs: `ring-empty ${day}`, day, ...data });
  }
  const untilMs = Math.max(...finished) + ring.soakMs;
  if (context.nowMs >= untilMs) return undefined;
  const text = `Waits for ring ${ring.name}: ${version} is finished there and soaks until ${localText(untilMs, context)}.`;
  return reason('ring-soaks', text, { ...waiting, ...data, untilMs });
}

type MemberState =
  | { readonly is: 'finished'; readonly sinceMs: EpochMs }
  /** The group runs the version without ever having been updated to it, such as one that was created with it: it proves nothing. */
  | { readonly is: 'apart' }
  | { readonly is: 'open' }
  | { readonly is: 'unknown' };

function memberState({ known, ended, seen, current }: RingMember, version: string, nowMs: EpochMs): MemberState {
  if (!known) return { is: 'unknown' };
  const own = ended?.get(version);
  if (own !== undefined) {
    if (own.end === 'failed') return { is: 'open' };
    return { is: 'finished', sinceMs: firstSight(own.startMs, version, { ended, seen }) ?? nowMs };
  }
  if (ended === undefined && seen?.version === version && seen.end === 'finished') return { is: 'finished', sinceMs: seen.sinceMs };
  const cameWith = current === version && seen?.version === version && seen.end === 'none';
  return { is: cameWith ? 'apart' : 'open' };
}

/** Since when a finished update is known. The journal keeps one for each group; a later one that it knows was preceded by this one. */
function firstSight(startMs: EpochMs, version: string, { ended, seen }: Pick<RingMember, 'ended' | 'seen'>): EpochMs | undefined {
  if (seen === undefined || seen.end !== 'finished') return undefined;
  if (seen.version === version) return seen.sinceMs;
  const known = ended?.get(seen.version);
  return known !== undefined && known.startMs > startMs ? seen.sinceMs : undefined;
}

/** A group of a ring after which others come. */
interface RingMember {
  readonly id: string;
  readonly position: number;
  readonly index: number;
  readonly current: string | undefined;
  /** Its updates by version, where they were read. */
  readonly ended: PastUpdates['ended'] | undefined;
  /** How its last update ended, and since when that is known. */
  readonly seen: (SeenEnd & { readonly sinceMs: EpochMs }) | undefined;
  /** False where what deciding needs could not be read. */
  readonly known: boolean;
}

/** A group that may belong to a ring, or to one after it; a position of -1 is before all rules. */
interface Unplaced {
  readonly id: string;
  readonly position: number;
  readonly index: number;
}

/** An approval that only the rings stand against. */
export interface Candidate {
  readonly position: number;
  readonly index: number;
  readonly version: string;
}

/** What is on offer in a ring. */
export interface RingOffers {
  readonly versions: Set<string>;
  /** The group that says for all of the ring when no version reaches it: the one that did before, as long as something is on offer for it. */
  readonly speaker: string;
}

/** What a run has seen of the rings. By id, since a group may be decided twice in a run. Groups of last rings are in it only where they act or failed. */
export interface RingMemory {
  readonly members: Map<string, RingMember>;
  readonly unplaced: Map<string, Unplaced>;
  /** Versions that failed, by the group on which they did. */
  readonly failures: Map<string, readonly string[]>;
  readonly candidates: Map<string, Candidate>;
  /** By `[position, index]` of the ring, as JSON. */
  readonly offers: Map<string, RingOffers>;
}

const memories = new WeakMap<PlanContext, RingMemory>();

/** What was seen of the rings in the run of a context. */
export function ringMemory(context: PlanContext): RingMemory {
  let memory = memories.get(context);
  if (memory === undefined) {
    memory = { members: new Map(), unplaced: new Map(), failures: new Map(), candidates: new Map(), offers: new Map() };
    memories.set(context, memory);
  }
  return memory;
}
