import type { EpochMs } from '../client/clock.ts';
import { sha256 } from '../client/hmac.ts';
import { type Calendar, plainWeek } from './calendar.ts';
import { calendarFrom } from './calendar-days.ts';
import { type CompiledPolicy, type CompiledTarget, type Timeline, timelineKey, type ZoneTable } from './compiled.ts';
import { unpublishedWarnings } from './compiled-warnings.ts';
import type { LocalDateTime, PolicyDocument } from './document.ts';
import { freezeWarnings } from './freezes.ts';
import type { AnyRuleModule, CommonRule, RuleCompileContext } from './rule-module.ts';
import { buildTimeline } from './timeline.ts';
import { dayMs, localMsOf } from './values/local-date-time.ts';
import { formatTimeOfDay } from './values/time-of-day.ts';
import { zoneTable } from './zone-source.ts';
import { instantOf, localTimeAt } from './zones.ts';

/** A policy names something that it does not define; loading reports such names with their place. `code` is `POLICY_UNRESOLVED`. */
export class PolicyUnresolvedError extends Error {
  readonly code = 'POLICY_UNRESOLVED';
  constructor(what: string) {
    super(`The policy uses the ${what}, which it does not define; run "streamwarden validate" to see where.`);
    this.name = 'PolicyUnresolvedError';
  }
}

/** Days that timelines reach back before the policy starts: a person's change may be older than a push. */
const daysBehind = 40;
/** Days that timelines go on after the policy ends: plans look at tomorrow, estimates at a month. */
const daysAhead = 35;

/** Days before that for which zones are known too: people read of instants that lie well behind, such as when a renewal was ordered. */
const readableBehind = 400;
/** Days after that for which zones are known too: a subscription may be renewed for three years at once, and its expiry is told in local time. */
const readableAhead = 1_500;

/**
 * Resolves a checked document for `[fromMs, fromMs + horizonDays × 24 h)`: calendars to dates, zones to offsets, schedules to
 * instants, local spans to instants of each zone. Depends on nothing but its arguments, the zone database and the calendar data
 * installed here. Timelines exist for each schedule that a rule names, with calendar and zone of each target of that rule.
 * @throws PolicyUnresolvedError, UnknownZoneError
 * @throws RangeError when the horizon is not a whole number of days above zero
 */
export function compile(
  document: PolicyDocument,
  fromMs: EpochMs,
  horizonDays = 400,
  ruleModules: readonly AnyRuleModule[] = [],
): CompiledPolicy {
  if (!Number.isInteger(horizonDays) || horizonDays < 1) throw new RangeError('horizonDays must be a whole number of days above zero.');
  const untilMs = fromMs + horizonDays * dayMs;
  const cover = { fromMs: floorMinute(fromMs - daysBehind * dayMs), untilMs: floorMinute(untilMs + daysAhead * dayMs) };
  const targets = targetsOf(document);
  const zones = zonesOf(document, cover);
  const calendars = calendarsOf(document, targets);
  const spans = (from: LocalDateTime, until: LocalDateTime) => spansOf(document, zones, from, until);
  const freezes = document.freezes.map(({ from, until, ...rest }) => ({ ...rest, spans: spans(from, until) }));
  return {
    format: 1,
    sourceHash: sha256(document.source),
    fromMs,
    untilMs,
    timezone: document.timezone,
    serviceTimeZone: document.serviceTimeZone,
    ...(document.store === undefined ? {} : { store: document.store }),
    mode: document.mode,
    targets,
    zones,
    timelines: timelinesOf(document, targets, zones, calendars, cover),
    exceptions: document.exceptions.map(({ from, until, ...rest }) => ({ ...rest, spans: spans(from, until) })),
    protect: document.protect,
    limits: document.limits,
    freezes,
    channels: document.channels,
    tell: { ...document.tell },
    approvers: document.approvers,
    ...(document.approversAccount === undefined ? {} : { approversAccount: document.approversAccount }),
    rules: rulesOf(document, ruleModules, {
      ...{ document, ...cover, zone: (name) => zoneOf(zones, name) },
      calendar: (name) => (name === undefined ? plainWeek : (calendars.get(name) ?? calendarNamed(document, name))),
    }),
    warnings: [
      ...[...calendars].flatMap(([name, calendar]) => {
        const users = Object.values(targets).filter((target) => target.calendar === name);
        return unpublishedWarnings({ name, calendar, zones: users.map((target) => zoneOf(zones, target.timezone)) }, fromMs, untilMs);
      }),
      ...freezeWarnings(
        freezes,
        document.mode,
        ruleModules.filter(({ name }) => (document.rules[name] ?? []).length > 0),
        (ms) =>
          `${localTimeAt(zoneOf(zones, document.timezone), ms).date} ${formatTimeOfDay(localTimeAt(zoneOf(zones, document.timezone), ms).minute)}`,
      ),
    ],
  };
}

type Zones = Readonly<Record<string, ZoneTable>>;
type Targets = Readonly<Record<string, CompiledTarget>>;

function targetsOf(document: PolicyDocument): Targets {
  return Object.fromEntries(Object.entries(document.targets).map(([name, target]) => [name, { name, ...target }]));
}

function zonesOf(document: PolicyDocument, cover: { fromMs: EpochMs; untilMs: EpochMs }): Zones {
  const names = new Set([document.timezone, document.serviceTimeZone, ...Object.values(document.targets).map((target) => target.timezone)]);
  const [behindMs, aheadMs] = [readableBehind * dayMs, readableAhead * dayMs];
  return Object.fromEntries([...names].map((name) => [name, zoneTable(name, cover.fromMs - behindMs, cover.untilMs + aheadMs)]));
}

function zoneOf(zones: Zones, name: string): ZoneTable {
  const zone = zones[name];
  if (zone === undefined) throw new PolicyUnresolvedError(`time zone "${name}"`);
  return zone;
}

/** The calendars that targets name, in the order of the targets. */
function calendarsOf(document: PolicyDocument, targets: Targets): ReadonlyMap<string, Calendar> {
  const used = new Map<string, Calendar>();
  for (const { calendar: name } of Object.values(targets)) {
    if (name === undefined || used.has(name)) continue;
    used.set(name, calendarNamed(document, name));
  }
  return used;
}

function calendarNamed(document: PolicyDocument, name: string): Calendar {
  const definition = document.calendars[name];
  if (definition === undefined) throw new PolicyUnresolvedError(`calendar "${name}"`);
  return calendarFrom(definition);
}

function timelinesOf(
  document: PolicyDocument,
  targets: Targets,
  zones: Zones,
  calendars: ReadonlyMap<string, Calendar>,
  cover: { fromMs: EpochMs; untilMs: EpochMs },
): Readonly<Record<string, Timeline>> {
  const timelines: Record<string, Timeline> = {};
  for (const { schedule: name, target: targetName } of schedulesOf(document)) {
    const target = targets[targetName];
    if (target === undefined) throw new PolicyUnresolvedError(`target "${targetName}"`);
    const { calendar, timezone } = target;
    const key = timelineKey(name, calendar, timezone);
    if (timelines[key] !== undefined) continue;
    const schedule = document.schedules[name];
    if (schedule === undefined) throw new PolicyUnresolvedError(`schedule "${name}"`);
    const lived = calendar === undefined ? undefined : calendars.get(calendar);
    timelines[key] = buildTimeline({
      name,
      schedule,
      ...(lived === undefined ? {} : { calendar: lived }),
      timezone,
      zone: zoneOf(zones, timezone),
      ...cover,
    });
  }
  return timelines;
}

/** A local span as instants of each zone in which a decision can be made. */
function spansOf(document: PolicyDocument, zones: Zones, from: LocalDateTime, until: LocalDateTime) {
  const names = new Set([document.timezone, ...Object.values(document.targets).map((target) => target.timezone)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const zone = zoneOf(zones, name);
      return [
        name,
        { fromMs: instantOf(zone, localMsOf(from.date, from.minute)), untilMs: instantOf(zone, localMsOf(until.date, until.minute)) },
      ];
    }),
  );
}

function rulesOf(
  document: PolicyDocument,
  modules: readonly AnyRuleModule[],
  context: RuleCompileContext,
): Readonly<Record<string, readonly unknown[]>> {
  const byName = new Map<string, AnyRuleModule>(modules.map((module) => [module.name, module]));
  return Object.fromEntries(
    Object.entries(document.rules).flatMap(([name, rules]) => {
      const module = byName.get(name);
      if (module === undefined) return [];
      return [[name, rules.map((rule) => (module.compile ? module.compile(rule, context) : rule))]];
    }),
  );
}

function floorMinute(ms: EpochMs): EpochMs {
  return Math.floor(ms / 60_000) * 60_000;
}

/** A schedule that a rule follows on one of its targets. */
interface ScheduleUse {
  readonly schedule: string;
  readonly target: string;
}

/**
 * Each schedule that a rule names, with each target of that rule; a pair may occur more than once. A rule names a schedule with a
 * key `schedule`, at its top or inside another key (`after: {schedule: office, …}`). No `targets` in a rule means all of them.
 */
function schedulesOf(document: PolicyDocument): ScheduleUse[] {
  const everywhere = Object.keys(document.targets);
  const uses: ScheduleUse[] = [];
  for (const rule of Object.values(document.rules).flat() as readonly CommonRule[]) {
    for (const schedule of namesIn(rule)) {
      for (const target of rule.targets ?? everywhere) uses.push({ schedule, target });
    }
  }
  return uses;
}

function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'schedule' && typeof inner === 'string' ? [inner] : namesIn(inner)));
}
