import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext, Totals } from '../../shared/engine/automation.ts';
import type { ActDecision, Decision, Reason } from '../../shared/engine/decision.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import { localDate, localText } from '../../shared/planning/local-time.ts';
import { type ReadyRing, rulesFor } from './ready-rules.ts';
import { reason } from './reasons.ts';
import { type Candidate, type RingMember, type RingMemory, ringMemory } from './ring-memory.ts';

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
    if (context.occasions !== undefined || !totals.complete) return unseen;
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
  const standings = members.map((member) => ({ id: member.id, ...standingOf(member, version, context.nowMs) }));
  const unknown = standings.find(({ is }) => is === 'unknown');
  if (unknown !== undefined) {
    const text = `Whether ${unknown.id} of ring ${ring.name} has finished ${version} cannot be told.`;
    return reason('ring-unknown', text, { ...data, group: unknown.id });
  }
  const open = standings.filter(({ is }) => is === 'open');
  if (open.length > 0) {
    const ids = open.map(({ id }) => id);
    const others = ids.length > 1 ? ` and ${ids.length - 1} more` : '';
    const text = `Waits for ring ${ring.name}: ${ids[0]}${others} of ${members.length} groups have not finished ${version}.`;
    return reason('ring-waits', text, { ...waiting, ...data, groups: ids.slice(0, 10) });
  }
  const finished = standings.flatMap((each) => (each.is === 'finished' ? [each.sinceMs] : []));
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

type Standing =
  | { readonly is: 'finished'; readonly sinceMs: EpochMs }
  /** The group runs the version without ever having been updated to it, such as one that was created with it: it proves nothing. */
  | { readonly is: 'apart' }
  | { readonly is: 'open' }
  | { readonly is: 'unknown' };

function standingOf({ known, ended, seen, current }: RingMember, version: string, nowMs: EpochMs): Standing {
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
