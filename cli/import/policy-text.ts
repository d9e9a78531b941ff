import { Document, type YAMLMap } from 'yaml';
import { closingComment, openingComment } from './comments.ts';
import type { PolicyDraft } from './policy-draft.ts';
import { rulesSection } from './rules-text.ts';
import { above, block, flow, text, times, word } from './yaml-nodes.ts';

/** Name of the calendar of plain weeks, which no country's holidays change. */
const plainCalendar = 'plain-weeks';

/** Longest line before a map or a list in one line is broken. Comments are never broken. */
const lineWidth = 140;

/** The policy file of a draft. The same draft gives the same text. */
export function policyText(draft: PolicyDraft): string {
  const { settings } = draft;
  const usesCalendar = draft.schedules.some(({ days }) => days.some(([day]) => day === 'workday' || day === 'restday'));
  const rules = rulesSection(draft);
  const contents = block({
    version: word(1),
    timezone: text(settings.zone, 'of the times below; here the zone in which the service counts its own schedules'),
    serviceTimeZone: text(settings.zone),
    mode: block({ default: text('observe', 'decides and reports; a function acts once its name stands under act: [...]') }),
    targets: targetsSection(draft, usesCalendar),
    calendars: usesCalendar ? above(block({ [plainCalendar]: flow({}) }), calendarComment) : undefined,
    schedules: schedulesSection(draft),
    limits: above(limitsSection(), limitsComment),
    rules: rules.items.length === 0 ? undefined : rules,
  });
  const document = new Document();
  document.contents = contents as unknown as typeof document.contents;
  for (const pair of contents.items.slice(1)) (pair.key as { spaceBefore?: boolean }).spaceBefore = spaced(pair);
  document.commentBefore = openingComment(draft);
  document.comment = closingComment(draft);
  return document.toString({ lineWidth, flowCollectionPadding: false, commentString: comment });
}

function spaced({ value }: YAMLMap['items'][number]): boolean {
  return typeof value === 'object' && value !== null && 'items' in value;
}

/**
 * Lines as comments. Whatever else could end a line, or show people another text than the one that stands there, is taken out once more here: the
 * rest of a hostile name must never be read as policy.
 */
function comment(text: string): string {
  return text
    .split('\n')
    .map((line) => `#${line.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '�')}`)
    .join('\n');
}

function targetsSection({ settings }: PolicyDraft, usesCalendar: boolean): YAMLMap {
  const { target, account, role, endpoint } = settings;
  return block({
    [target]: flow({
      account: text(account),
      role: role === undefined ? undefined : text(role),
      endpoint: text(endpoint),
      calendar: usesCalendar ? text(plainCalendar) : undefined,
    }),
  });
}

const calendarComment = [
  "The service's schedules know no holidays. Give this calendar a source (source: china-state-council) once Streamwarden is to follow them.",
];

function schedulesSection({ schedules }: PolicyDraft): YAMLMap | undefined {
  if (schedules.length === 0) return undefined;
  const entries = schedules.map(({ name, days }) => {
    const byDay = days.map(([day, periods]) => [day, times(periods.map(([range, level]) => [range, word(level)]))] as const);
    return [name, flow(Object.fromEntries(byDay))] as const;
  });
  return above(block(Object.fromEntries(entries)), ["Percent of each group's own peak, rounded up; outside the times: zero."]);
}

const limitsComment = ['Beyond a limit nothing of that kind is done. No session is cut before somebody writes another number here.'];

function limitsSection(): YAMLMap {
  return block({
    actionsPerRun: word(20),
    actionsPer24h: word(100),
    shareOfRulePerRun: word('30%'),
    shareOfRulePer24h: word('60%'),
    sessionsCutPerRun: word(0),
    changedByPush: word('10%'),
  });
}
