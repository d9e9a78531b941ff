import type { PlanContext } from '../../shared/engine/automation.ts';
import type { OtaGroup } from '../../shared/fleet/ota-group.ts';
import type { ExternalChange } from '../../shared/journal/intents/intent-record.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { localDate, localText } from '../../shared/planning/local-time.ts';
import { endOfPass, hasPassed, offeredSince, placeOf, unreadSince } from './history.ts';
import { type ReasonCode, reason } from './reasons.ts';
import { gateOf, type RingOffers, ringMemory } from './rings.ts';
import type { Place, RuleMatch } from './rule-match.ts';
import { rulesFor } from './rule-match.ts';
import type { VersionVerdict } from './version-verdict.ts';

/** What people decided themselves, or what is on its way: nothing to remind of. */
const settled: ReadonlySet<string> = new Set<ReasonCode>(['never-version', 'halted', 'approved', 'finished', 'put-back']);

type At = Pick<Place, 'ready' | 'index'>;

/** Since when a ring may get a version: those before it have finished and soaked. */
const openSetting = (at: At, version: string) => `ring-open ${JSON.stringify([...ringKey(at), version])}`;
/** Since when something is on offer in a ring that has had no chance to get it; the value is the first such version. */
const behindSetting = (at: At) => `ring-behind ${JSON.stringify(ringKey(at))}`;
/** The group of a ring that says so for all of it. */
const speakerSetting = (at: At) => `ring-speaker ${JSON.stringify(ringKey(at))}`;

function ringKey({ ready, index }: At): readonly (string | undefined)[] {
  return [ready.rule.name, ready.rings[index]?.name];
}

/**
 * Reminds each day of what keeps the rings from going on, since a hold that is told once would be forgotten: a group that has not got a version
 * although its ring was open for it in a window, so that all rings after wait; and a ring whose versions are always replaced before it is its turn.
 */
export function ringReminder(
  group: OtaGroup,
  version: string,
  { verdict, because }: VersionVerdict,
  place: Place,
  context: PlanContext,
): Reason | undefined {
  if (verdict === 'act' || settled.has(because.code)) return undefined;
  return (place.isLast ? undefined : stuckReason(group, version, because, place, context)) ?? starvedReason(group, version, place, context);
}

function stuckReason(group: OtaGroup, version: string, because: Reason, place: Place, context: PlanContext): Reason | undefined {
  const openMs = place.index === 0 ? 0 : known(openSetting(place, version), context)?.sinceMs;
  if (openMs === undefined) return undefined;
  const offeredMs = offeredSince(group, version, context);
  const sinceMs = Math.max(openMs, offeredMs);
  if (!hasPassed(place.ring.windows, place.ready.rule.approveAheadMs, sinceMs, context.nowMs)) return undefined;
  const text = `${version} is on offer since ${localText(offeredMs, context)} and not finished, so all rings after ${place.ring.name} wait. ${because.text}`;
  return daily('ring-stuck', text, { version, sinceMs, ring: place.ring.name }, context);
}

/** Once a whole way through the rings would have fitted in, and another version is on offer than at its beginning. */
function starvedReason(group: OtaGroup, version: string, place: Place, context: PlanContext): Reason | undefined {
  const behind = known(behindSetting(place), context);
  if (behind === undefined || behind.value === version || known(speakerSetting(place), context)?.value !== group.id) return undefined;
  const passMs = endOfPass(place.ready.rings.slice(0, place.index + 1), place.ready.rule.approveAheadMs, behind.sinceMs);
  if (passMs === undefined || context.nowMs < passMs) return undefined;
  const { name } = place.ring;
  const text = `No version has reached ring ${name} since ${localText(behind.sinceMs, context)}: ${behind.value} was replaced before its turn came, and ${version} begins at the first ring again. Shorten the soaks, or give the rings windows on more days.`;
  return daily('ring-starved', text, { ring: name, version, first: behind.value, sinceMs: behind.sinceMs }, context);
}

/**
 * Reminds each day of a group of which cannot be told whether it has finished, or in which ring it is, while rings that it may keep closed wait.
 * Undefined: they do not, or not for long.
 */
export function unreadReminder(
  group: OtaGroup,
  at: Extract<RuleMatch, { is: 'unknown' }> | Place,
  context: PlanContext,
): Reason | undefined {
  const place = 'is' in at ? at.maybe : at;
  const rules = place === undefined ? rulesFor(context.policy, context.target) : [place.ready];
  const waits = rules.flatMap((ready) =>
    ready.rings.flatMap((_ring, index) =>
      index > (place?.index ?? 0) ? (known(behindSetting({ ready, index }), context)?.sinceMs ?? []) : [],
    ),
  );
  const sinceMs = unreadSince(group, context);
  if (waits.length === 0) return undefined;
  const bothMs = Math.max(sinceMs, Math.min(...waits));
  const isLong =
    place === undefined
      ? context.nowMs - bothMs >= dayMs
      : hasPassed(place.ring.windows, place.ready.rule.approveAheadMs, bothMs, context.nowMs);
  if (!isLong) return undefined;
  const rings = place === undefined ? 'rings' : `rings after ${place.ring.name}`;
  const text = `The progress of the update here has been unknown since ${localText(sinceMs, context)}, so ${rings} wait.`;
  return daily('ring-stuck', text, { sinceMs, ring: place?.ring.name }, context);
}

const dayMs = 24 * 60 * 60_000;

function daily(code: ReasonCode, text: string, data: Reason['data'], context: PlanContext): Reason {
  const day = localDate(context.nowMs, context);
  return reason(code, text, { toldAs: `${code} ${day}`, day, ...data });
}

function known(setting: string, { written, target }: PlanContext): ReturnType<PlanContext['written']['external']> {
  return written.external(placeOf(target), setting);
}

/** Lets the run remember that a version is on offer for a group of a ring. */
export function rememberOffer({ id }: OtaGroup, version: string, place: Place, context: PlanContext): void {
  const { offers } = ringMemory(context);
  const key = JSON.stringify([place.position, place.index]);
  const before = offers.get(key);
  const isSpeaker = before === undefined || known(speakerSetting(place), context)?.value === id;
  offers.set(key, { versions: (before?.versions ?? new Set()).add(version), speaker: isSpeaker ? id : before.speaker });
}

/** What the journal is to know of the rings of a target, where all of it was seen: since when they are open, and since when they have had no turn. */
export function ringTimes(context: PlanContext): readonly ExternalChange[] {
  return rulesFor(context.policy, context.target).flatMap((ready, position) => {
    const offers = ready.rings.map((_ring, index) => ringMemory(context).offers.get(JSON.stringify([position, index])));
    const versions = [...new Set(offers.flatMap((each) => [...(each?.versions ?? [])]))];
    if (versions.length === 0) return [];
    return ready.rings.flatMap((_ring, index) =>
      index === 0 ? [] : timesOf({ ready, index }, position, versions, offers[index], context),
    );
  });
}

function timesOf(
  at: At,
  position: number,
  versions: readonly string[],
  offers: RingOffers | undefined,
  context: PlanContext,
): readonly ExternalChange[] {
  const resource = placeOf(context.target);
  const sighted = (setting: string, value: string): ExternalChange => ({ resource, setting, value, sighted: true });
  const open = versions.filter((version) => {
    const gate = gateOf({ position, index: at.index, version }, ringMemory(context), context);
    // What cannot be told for once changes nothing of what is known.
    return gate === undefined || (gate.code === 'ring-unknown' && known(openSetting(at, version), context) !== undefined);
  });
  const seen = open.map((version) => sighted(openSetting(at, version), version));
  if (offers === undefined || hadItsTurn(at, open, context)) return seen;
  const before = known(behindSetting(at), context)?.value;
  const [first] = [...offers.versions].filter((version) => !open.includes(version));
  const value = before ?? first;
  if (value === undefined) return seen;
  return [...seen, sighted(behindSetting(at), value), sighted(speakerSetting(at), offers.speaker)];
}

/** Whether a window has passed in which a version could have come to the ring. */
function hadItsTurn({ ready, index }: At, open: readonly string[], context: PlanContext): boolean {
  const ring = ready.rings[index];
  return open.some((version) => {
    const sinceMs = known(openSetting({ ready, index }, version), context)?.sinceMs;
    return sinceMs !== undefined && ring !== undefined && hasPassed(ring.windows, ready.rule.approveAheadMs, sinceMs, context.nowMs);
  });
}
