import type { Shown } from '../../shared/engine/digests/digest-rule.ts';
import type { DocumentTarget } from '../../shared/policy/document.ts';
import type { RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { minutesPerDay } from '../../shared/policy/values/time-of-day.ts';
import { type DigestDays, needsCalendar } from './digest-days.ts';

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
export function targetsOf(
  targets: Readonly<Record<string, DocumentTarget>>,
  names: readonly string[] | undefined,
): readonly DocumentTarget[] {
  return (names ?? Object.keys(targets)).flatMap((name) => (Object.hasOwn(targets, name) ? (targets[name] ?? []) : []));
}

/** Finds what is wrong between the keys of a rule, and names that lead nowhere. */
export function checkDigestRule(rule: DigestRule, context: RuleCheckContext, report: RuleReport): void {
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
