import * as z from 'zod/mini';
import { type Calendar, type DayKind, plainKind } from '../../shared/policy/calendar.ts';
import { covers } from '../../shared/policy/check/selector-coverage.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import type { DaySelector } from '../../shared/policy/document.ts';
import type { RuleCheckContext, RuleCompileContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { countNumber, durationText } from '../../shared/policy/schema/quantity.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { nameText, oneOrMany, parsedText, plainText } from '../../shared/policy/schema/text.ts';
import { parseDaySelector, rankOn, tellsKinds } from '../../shared/policy/values/day-selector.ts';
import { formatDuration } from '../../shared/policy/values/duration.ts';
import { addDays, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { type Parsed, refused } from '../../shared/policy/values/parsed.ts';
import { parseTimeRange } from '../../shared/policy/values/time-of-day.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledOtaRule, type OtaRule, placeKey, type Window, type WindowRule, type Windows } from './compiled-rule.ts';

const described = <T, I>(schema: z.ZodMiniType<T, I>, description: string) =>
  z.exactOptional(schema.check(z.meta({ description })) as z.ZodMiniType<T, I>);

const day = parsedText(parseWindowDay, { title: 'a day', examples: ['workday', 'saturday', '2026-12-31'] });

const window = z
  .strictObject({
    days: oneOrMany(day).check(z.meta({ description: 'Days on which the window begins, by the calendar of each target.' })),
    at: parsedText(parseTimeRange, {
      title: 'a period of the day',
      description:
        'When updates may run, by the clock of each target. They start when it begins. 22:00-06:00 belongs to the day it starts on.',
      examples: ['02:00-05:00'],
      pattern: '^\\d{2}:\\d{2} ?- ?\\d{2}:\\d{2}$',
    }),
  })
  .check(z.meta({ title: 'a window', description: 'When updates may run.', examples: [{ days: 'restday', at: '02:00-05:00' }] }));

const ring = z
  .strictObject({
    name: nameText('the name of a ring', 'canary').check(z.meta({ description: 'Name of the ring; reports use it.' })),
    groups: groupSelector,
    window,
    soak: described(
      durationText,
      'How long every finished update must have been seen before the next ring opens. Default: the next opens as soon as all are finished.',
    ),
  })
  .check(z.meta({ title: 'a ring' }));

const schema = z.strictObject({
  ...ruleKeys,
  type: described(
    z.enum(['Fota']),
    'Kind of update: Fota, the agent of the group. Nothing tells what is on offer of other kinds. Default: Fota.',
  ),
  neverVersions: described(
    z.array(plainText({ title: 'a version', examples: ['7.4.1'] })),
    'Versions that are never approved. At night, without a push: halt a version.',
  ),
  approveAhead: described(
    durationText,
    'How long before a window its updates are approved; late, since an approval cannot be withdrawn. Default: 30m.',
  ),
  onlyWithSessionsUpTo: described(countNumber, 'Approve only while at most so many sessions are connected. Default: any number.'),
  rings: z.array(ring).check(
    z.minLength(1),
    z.meta({
      description:
        'Groups belong to the first ring that selects them. A ring opens once every group of those before has finished and soaked.',
    }),
  ),
});

/** What approve-ota-windows adds to the policy language. */
export const ruleModule: RuleModule<OtaRule, CompiledOtaRule> = {
  name: 'approve-ota-windows',
  frozen: 'approves no update',
  alwaysCuts: true,
  schema,
  check: checkOtaRule,
  compile: compileOtaRule,
};

const minuteMs = 60_000;

/** Runs come every few minutes: with less time than this to approve in, a window could pass between two of them. */
const leastAheadMs = 10 * minuteMs;
/** How far ahead the service takes an approval is not documented (service notes), and none can be withdrawn. */
const mostAheadMs = 24 * 60 * minuteMs;
/** Updates may take a quarter of an hour and more; their length is not documented. */
const shortWindowMinutes = 30;

/** Finds what is wrong between the keys of a rule, and between its days and the calendars of its targets. */
function checkOtaRule(rule: OtaRule, context: RuleCheckContext, report: RuleReport): void {
  checkAhead(rule, report);
  checkRings(rule, report);
  checkCalendars(rule, context, report);
}

function checkAhead({ approveAhead }: OtaRule, report: RuleReport): void {
  if (approveAhead === undefined) return;
  if (approveAhead < leastAheadMs) {
    report({
      path: ['approveAhead'],
      text: `${formatDuration(approveAhead)} is too short, since runs come every few minutes and would miss windows; write 10m or more`,
    });
  } else if (approveAhead > mostAheadMs) {
    report({
      path: ['approveAhead'],
      text: `${formatDuration(approveAhead)} is too early, since an approval cannot be withdrawn; write 24h or less`,
    });
  }
}

function checkRings({ rings }: OtaRule, report: RuleReport): void {
  for (const [index, ring] of rings.entries()) {
    const before = rings.slice(0, index);
    if (before.some(({ name }) => name === ring.name)) {
      report({ path: ['rings', index, 'name'], text: `another ring of this rule has the name "${ring.name}"; give each its own` });
    }
    const taker = before.find(({ groups }) => covers(groups, ring.groups));
    if (taker !== undefined) {
      const text = `can never match: "${taker.name}" above takes all that it selects, and so it would never open the ring after it; move it up, or remove it`;
      report({ path: ['rings', index], text });
    }
    const isLast = index === rings.length - 1;
    if (isLast && ring.soak !== undefined) {
      report({
        path: ['rings', index, 'soak'],
        at: 'key',
        severity: 'warning',
        text: 'does nothing, since no ring comes after this one; remove it',
      });
    }
    if (!isLast && (ring.soak ?? 0) === 0) {
      report({
        path: ['rings', index],
        severity: 'warning',
        text: 'has no soak, so the next ring opens as soon as its updates are finished; add soak: 48h',
      });
    }
    const { startMinute, endMinute } = ring.window.at;
    if (endMinute - startMinute < shortWindowMinutes) {
      const text = `is ${endMinute - startMinute} minutes long, and an update may take longer; write a window of 30 minutes or more`;
      report({ path: ['rings', index, 'window', 'at'], severity: 'warning', text });
    }
  }
}

/** Workdays and restdays are those of a target's calendar. */
function checkCalendars(rule: OtaRule, { targets }: RuleCheckContext, report: RuleReport): void {
  const index = rule.rings.findIndex(({ window }) => needsCalendar(window.days));
  if (index < 0) return;
  const without = (rule.targets ?? [...targets.keys()]).filter((name) => targets.has(name) && targets.get(name)?.calendar === undefined);
  if (without.length === 0) return;
  const text = `tells workdays from restdays, but ${without.map((name) => `"${name}"`).join(' and ')} has no calendar; add calendar: NAME to the target`;
  report({ path: ['rings', index, 'window', 'days'], text });
}

/** How long before a window its updates are approved where the rule does not say. */
const usualAheadMs = 30 * 60_000;

/** The rule as the planner reads it: defaults filled in, windows resolved to instants for each place in which a target of the rule lives. */
export function compileOtaRule(rule: OtaRule, context: RuleCompileContext): CompiledOtaRule {
  const { document } = context;
  const targets = (rule.targets ?? Object.keys(document.targets)).flatMap((name) => document.targets[name] ?? []);
  const places = new Map(targets.map((target) => [placeKey(target), target]));
  return {
    name: rule.name,
    ...(rule.targets === undefined ? {} : { targets: rule.targets }),
    ...(rule.tell === undefined ? {} : { tell: rule.tell }),
    type: rule.type ?? 'Fota',
    neverVersions: rule.neverVersions ?? [],
    approveAheadMs: rule.approveAhead ?? usualAheadMs,
    ...(rule.onlyWithSessionsUpTo === undefined ? {} : { sessionsUpTo: rule.onlyWithSessionsUpTo }),
    rings: rule.rings.map(({ name, groups, window, soak }) => ({
      name,
      groups,
      soakMs: soak ?? 0,
      windows: Object.fromEntries(
        [...places].map(([key, { calendar, timezone }]) => [
          key,
          windowsOf(window, context.calendar(calendar), context.zone(timezone), context),
        ]),
      ),
    })),
  };
}

/**
 * The windows that begin in `[fromMs, untilMs)`, one for each day that the rule names. A time that daylight saving skips is the end of the
 * gap, one that it repeats the first occurrence; a window that comes out empty is none.
 */
function windowsOf(
  { days, at }: WindowRule,
  calendar: Calendar,
  zone: ZoneTable,
  { fromMs, untilMs }: Pick<RuleCompileContext, 'fromMs' | 'untilMs'>,
): Windows {
  const sure: Window[] = [];
  const doubtful: Window[] = [];
  const last = addDays(localTimeAt(zone, untilMs).date, 1);
  for (let date = addDays(localTimeAt(zone, fromMs).date, -1); date <= last; date = addDays(date, 1)) {
    const published = calendar.dayKind(date);
    const kind = published === 'unpublished' && calendar.unpublishedYear === 'warn' ? plainKind(date) : published;
    const falls = fallsOn(days, date, kind);
    if (falls === 'no') continue;
    const startMs = instantOf(zone, localMsOf(date, at.startMinute));
    const endMs = instantOf(zone, localMsOf(date, at.endMinute));
    if (startMs < endMs && fromMs <= startMs && startMs < untilMs) (falls === 'yes' ? sure : doubtful).push([startMs, endMs]);
  }
  return { sure, doubtful };
}

/** One word of `days`: as in a schedule. */
function parseWindowDay(text: string): Parsed<DaySelector> {
  const day = parseDaySelector(text);
  return day.ok || day.suggestion === undefined ? day : refused(`${day.message}; did you mean ${day.suggestion}?`);
}

/** Whether a date is one of the days; `doubtful` where that depends on its kind, which is not published. */
function fallsOn(days: readonly DaySelector[], date: string, kind: DayKind | 'unpublished'): 'yes' | 'no' | 'doubtful' {
  const on = (asKind: DayKind) => days.some((day) => rankOn(day, date, asKind) > 0);
  if (kind !== 'unpublished') return on(kind) ? 'yes' : 'no';
  const [work, rest] = [on('workday'), on('restday')];
  return work === rest ? (work ? 'yes' : 'no') : 'doubtful';
}

/** Whether days depend on the kind of a day, and so on a calendar. */
function needsCalendar(days: readonly DaySelector[]): boolean {
  return days.some(tellsKinds);
}
