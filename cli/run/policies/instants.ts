import type { EpochMs } from '../../../shared/client/clock.ts';
import { canonicalJson } from '../../../shared/journal/log/record.ts';
import type { CompiledPolicy, Timeline } from '../../../shared/policy/compiled.ts';
import { addDays, localMsOf } from '../../../shared/policy/values/local-date-time.ts';
import { instantOf, localTimeAt } from '../../../shared/policy/zones.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** How far ahead two policies are compared, in milliseconds: a week has each kind of day. */
const aheadMs = 7 * dayMs;

/** Numbers from here on are instants and no lengths of time: nothing is scheduled for a year before 2000. */
const firstInstantMs = Date.UTC(2000, 0, 1);

/**
 * The instants of the coming week at which a function may decide otherwise than before by one of the policies, ascending: steps of the
 * schedules that its rules name, its windows, exceptions and freezes, each of them earlier and later by the times that its rules name, and the
 * midnights of all zones. Compiled policies name instants; that they are instants shows by their size. None lies past the end of a policy, from
 * where on it holds everything.
 */
export function instantsAhead(name: string, policies: readonly CompiledPolicy[], nowMs: EpochMs): readonly EpochMs[] {
  const untilMs = Math.min(nowMs + aheadMs, ...policies.map((policy) => policy.untilMs));
  const found = new Set<EpochMs>();
  for (const policy of policies) {
    const rules = policy.rules[name] ?? [];
    const named = schedulesIn(rules);
    const timelines = Object.values(policy.timelines).filter(({ schedule }) => named.has(schedule));
    const near = (ms: number): boolean => ms > nowMs - dayMs && ms < untilMs + dayMs;
    const instants = numbersIn([rules, timelines.map(({ segments }) => segments), policy.exceptions, policy.freezes], near);
    const lengths = numbersIn(rules, (ms) => ms >= minuteMs && ms < dayMs && ms % minuteMs === 0);
    for (const ms of instants) for (const length of [0, ...lengths]) found.add(ms - length).add(ms + length);
    for (const zone of Object.values(policy.zones)) {
      const { date } = localTimeAt(zone, nowMs);
      for (let days = 1; days <= aheadMs / dayMs; days++) found.add(instantOf(zone, localMsOf(addDays(date, days), 0)));
    }
  }
  return [...found].filter((ms) => ms > nowMs && ms < untilMs).sort((a, b) => a - b);
}

/** Whether two policies say the same of the coming week, whenever they were compiled: all that decides, not who is told of it or may push. */
export function decideAlike(before: CompiledPolicy, after: CompiledPolicy, nowMs: EpochMs): boolean {
  return canonicalJson(whatDecides(before, nowMs)) === canonicalJson(whatDecides(after, nowMs));
}

function whatDecides(policy: CompiledPolicy, nowMs: EpochMs): unknown {
  const { mode, targets, serviceTimeZone, zones, timelines, exceptions, protect, freezes, rules } = policy;
  const { changedByPush: _limit, ...limits } = policy.limits;
  const [fromMs, untilMs] = [nowMs - 2 * dayMs, nowMs + aheadMs + 2 * dayMs];
  const clipped = (list: readonly { readonly startMs: EpochMs; readonly endMs: EpochMs }[]) =>
    list.flatMap(({ startMs, endMs, ...rest }) =>
      endMs > fromMs && startMs < untilMs ? [{ ...rest, startMs: Math.max(startMs, fromMs), endMs: Math.min(endMs, untilMs) }] : [],
    );
  const near = ({ segments, ordinary, unknown }: Timeline): unknown => [segments, ordinary, unknown].map(clipped);
  const isNear = (number: number): boolean => number < firstInstantMs || (number > fromMs && number < untilMs);
  return plain({
    ...{ mode, targets, serviceTimeZone, exceptions, protect, freezes, limits },
    timelines: Object.fromEntries(Object.entries(timelines).map(([key, timeline]) => [key, near(timeline)])),
    zones: Object.fromEntries(Object.entries(zones).map(([name, zone]) => [name, localTimeAt(zone, untilMs)])),
    rules: cut(rules, isNear),
  });
}

/** A value with instants outside a stretch left out of its lists: a policy that was compiled later names later days too. */
function cut(value: unknown, keeps: (ms: number) => boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => cut(item, keeps));
    return items.filter((item) => !(typeof item === 'number' && !keeps(item)) && !(Array.isArray(item) && item.length === 0));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, keeps)]));
}

/** Amounts as text, since JSON has no number for them. */
function plain(value: unknown): never {
  return JSON.parse(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))) as never;
}

function schedulesIn(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  walk(value, (inner, key) => {
    if (key === 'schedule' && typeof inner === 'string') names.add(inner);
  });
  return names;
}

function numbersIn(value: unknown, takes: (number: number) => boolean): ReadonlySet<number> {
  const found = new Set<number>();
  walk(value, (inner) => {
    if (typeof inner === 'number' && takes(inner)) found.add(inner);
  });
  return found;
}

function walk(value: unknown, visit: (value: unknown, key?: string) => void, key?: string): void {
  visit(value, key);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) walk(inner, visit, name);
}
