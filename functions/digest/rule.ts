import * as z from 'zod/mini';
import { type Calendar, plainKind, plainWeek } from '../../shared/policy/calendar.ts';
import type { DocumentTarget, PolicyDocument } from '../../shared/policy/document.ts';
import { functionNames } from '../../shared/policy/known-functions.ts';
import type { RuleCheckContext, RuleCompileContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { durationText } from '../../shared/policy/schema/quantity.ts';
import { calendarName, ruleKeys, tellChannels } from '../../shared/policy/schema/rule.ts';
import { parsedText } from '../../shared/policy/schema/text.ts';
import { addDays, isoWeekday, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { minutesPerDay, parseTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { instantOf, localTimeAt } from '../../shared/policy/zones.ts';
import { type CompiledDigestRule, type Shown, shownParts } from './compiled-rule.ts';

/** Weekdays as `days` spells them, Monday first. */
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The words that `days` takes. */
export const dayWords = ['workday', 'restday', 'everyday', 'first-workday-of-month', ...weekdays] as const;

/** Days on which a digest goes out. */
export type DigestDays = (typeof dayWords)[number];

/** True where it takes a calendar to tell the days. */
function needsCalendar(days: DigestDays): boolean {
  return days === 'workday' || days === 'restday' || days === 'first-workday-of-month';
}

/**
 * The instants in a stretch at which a digest is due, ascending: each matching day once, at `minute` by the clock of the zone. With more
 * than one calendar a day is a workday where any of them says so, and a restday where any of them does: a digest too many harms nobody.
 * In years that a calendar does not know, Monday to Friday count, whatever the calendar says of holding: silence would look like calm.
 */
export function digestSlots(
  { days, minute, calendars }: { readonly days: DigestDays; readonly minute: number; readonly calendars: readonly Calendar[] },
  zone: ReturnType<RuleCompileContext['zone']>,
  { fromMs, untilMs }: Pick<RuleCompileContext, 'fromMs' | 'untilMs'>,
): number[] {
  const kinds = (date: string) =>
    calendars.map((calendar) => {
      const kind = calendar.dayKind(date);
      return kind === 'unpublished' ? plainKind(date) : kind;
    });
  const isWorkday = (date: string) => kinds(date).includes('workday');
  const matches = (date: string): boolean => {
    if (days === 'everyday') return true;
    if (days === 'workday') return isWorkday(date);
    if (days === 'restday') return kinds(date).includes('restday');
    if (days === 'first-workday-of-month') return isWorkday(date) && !daysOfMonthBefore(date).some(isWorkday);
    return weekdays.indexOf(days) + 1 === isoWeekday(date);
  };
  const slots: number[] = [];
  const last = localTimeAt(zone, untilMs).date;
  for (let date = localTimeAt(zone, fromMs).date; date <= last; date = addDays(date, 1)) {
    const slotMs = instantOf(zone, localMsOf(date, minute));
    if (matches(date) && slotMs >= fromMs && slotMs < untilMs) slots.push(slotMs);
  }
  return slots;
}

function daysOfMonthBefore(date: string): string[] {
  const month = date.slice(0, 8);
  return Array.from({ length: Number(date.slice(8)) - 1 }, (_, index) => `${month}${String(index + 1).padStart(2, '0')}`);
}

const shownWords = [...shownParts, 'spend-by-tag:KEY'];

const shown = parsedText<Shown>(
  (text) =>
    (shownParts as readonly string[]).includes(text) || /^spend-by-tag:\S+$/.test(text)
      ? parsed(text as Shown)
      : refused(`"${text}" cannot be shown; write ${shownWords.join(', ')}`),
  {
    title: 'a part of a digest',
    examples: ['done', 'held', 'spend-by-tag:department'],
    pattern: `^(${shownParts.join('|')}|spend-by-tag:\\S+)$`,
  },
);

const timeOfDay = parsedText(parseTimeOfDay, { title: 'a time of day', examples: ['09:00'], pattern: '^\\d{2}:\\d{2}$' });

const schema = z.strictObject({
  name: ruleKeys.name,
  targets: ruleKeys.targets,
  to: tellChannels.check(z.meta({ description: 'Channels that the digest goes to.' })),
  days: z.enum(dayWords).check(z.meta({ description: 'Days on which it goes out.' })),
  at: timeOfDay.check(
    z.meta({ description: 'Time at which it goes out, by the clock of its targets, or of the policy where they differ.' }),
  ),
  calendar: z.exactOptional(
    calendarName.check(z.meta({ description: "Calendar that tells workdays. Needed where the targets' calendars differ." })),
  ),
  show: z.array(shown).check(z.minLength(1), z.meta({ description: 'What it shows. Targets that could not be reached are always named.' })),
  runsEvery: z.exactOptional(
    z
      .partialRecord(z.enum(functionNames), durationText)
      .check(z.meta({ description: 'How often functions run, for noticing their silence. Default: as their own signs of life tell.' })),
  ),
});

/** What digest adds to the policy language. */
export const ruleModule: RuleModule<DigestRule, CompiledDigestRule> = {
  name: 'digest',
  schema,
  check: checkDigestRule,
  compile: ({ name, targets, to, days, at, calendar, show, runsEvery = {} }, context) => {
    const { document } = context;
    const timezone = zoneOf(document, targets);
    const named = calendar === undefined ? calendarsOf(document, targets) : [calendar];
    const calendars = named.map((each) => (each === undefined ? plainWeek : context.calendar(each)));
    return {
      ...{ name, to, show, timezone, runsEvery },
      ...(targets === undefined ? {} : { targets }),
      slotsMs: digestSlots({ days, minute: at, calendars }, context.zone(timezone), context),
    };
  },
};

function zoneOf(document: PolicyDocument, targets: readonly string[] | undefined): string {
  const [zone, ...others] = new Set(targetsOf(document.targets, targets).map(({ timezone }) => timezone));
  return zone !== undefined && others.length === 0 ? zone : document.timezone;
}

function calendarsOf(document: PolicyDocument, targets: readonly string[] | undefined): readonly (string | undefined)[] {
  return [...new Set(targetsOf(document.targets, targets).map(({ calendar }) => calendar))];
}

/** A rule of digest as the policy has it. */
export interface DigestRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly to: readonly string[];
  readonly days: DigestDays;
  /** Minutes since midnight by the clock face. */
  readonly at: number;
  readonly calendar?: string;
  readonly show: readonly Shown[];
  /** In milliseconds, by the name of the function. */
  readonly runsEvery?: Readonly<Record<string, number>>;
}

/** The targets of a rule, of those that are defined; without `names` all. */
function targetsOf(targets: Readonly<Record<string, DocumentTarget>>, names: readonly string[] | undefined): readonly DocumentTarget[] {
  return (names ?? Object.keys(targets)).flatMap((name) => (Object.hasOwn(targets, name) ? (targets[name] ?? []) : []));
}

/** Finds what is wrong between the keys of a rule, and names that lead nowhere. */
function checkDigestRule(rule: DigestRule, context: RuleCheckContext, report: RuleReport): void {
  for (const name of rule.to) context.expectName('channel', name, ['to']);
  if (rule.to.length === 0) report({ path: ['to'], text: 'none would tell nobody; name a channel, or remove the rule' });
  if (rule.at >= minutesPerDay) report({ path: ['at'], text: 'is the end of the day; write 00:00 for midnight' });
  if (rule.calendar !== undefined) context.expectName('calendar', rule.calendar, ['calendar']);
  checkCalendar(rule, context, report);
  for (const [index, part] of rule.show.entries()) {
    if (rule.show.indexOf(part) < index) report({ path: ['show', index], text: `"${part}" stands here twice; remove one` });
  }
  for (const [name, everyMs] of Object.entries(rule.runsEvery ?? {})) {
    if (everyMs === 0) report({ path: ['runsEvery', name], text: 'is no interval; write how often the function runs, such as 15m' });
  }
}

function checkCalendar({ days, calendar, targets }: DigestRule, context: RuleCheckContext, report: RuleReport): void {
  if (!needsCalendar(days)) {
    if (calendar !== undefined) {
      report({ path: ['calendar'], at: 'key', severity: 'warning', text: `means nothing with days: ${days}; remove it` });
    }
    return;
  }
  if (calendar !== undefined) return;
  const calendars = new Set(targetsOf(Object.fromEntries(context.targets), targets).map((target) => target.calendar ?? 'Monday to Friday'));
  if (calendars.size < 2) return;
  report({
    path: ['days'],
    severity: 'warning',
    text: `its targets follow different calendars (${[...calendars].join(', ')}): a day counts where it does in any of them; add calendar: NAME to say which`,
  });
}
