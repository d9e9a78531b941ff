import { localText } from '../../shared/planning/local-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { groupedBy } from './grouped.ts';
import type { PolicyDraft } from './policy-draft.ts';
import { shown } from './presentable.ts';

/** Most groups that a comment names. */
const mostNamed = 8;

/** Most groups that are named for one reason for leaving them alone. */
const mostLeftAlone = 200;

/** The groups of a rule in one line: how many, and the first of them by name. */
export function groupsLine(ids: readonly string[], names: ReadonlyMap<string, string>): string {
  const named = ids
    .map((id) => names.get(id) ?? id)
    .sort()
    .slice(0, mostNamed);
  const more = ids.length > mostNamed ? `, and ${ids.length - mostNamed} more` : '';
  return `${count(ids.length, 'group')}: ${named.join(', ')}${more}`;
}

/** What stands above the policy: what it is, and what to do with it. */
export function openingComment({ settings, rules, leftAlone, gaps, firstExtension }: PolicyDraft): string {
  const at = localText(settings.nowMs, zoneTable(settings.zone, settings.nowMs, settings.nowMs + 1));
  const covered = new Set(rules.flatMap(({ covers }) => covers)).size;
  const quiet = firstExtension === undefined ? '' : `, until ${firstExtension}, when the first weekly schedule is due to be extended`;
  return lines([
    `Imported from account ${settings.account} at ${at} ${settings.zone}: ${count(covered, 'group')} under rules of scale-on-schedule, ${leftAlone.length} left alone.`,
    `Everything stays as it is under this policy: its plan is empty${quiet}.`,
    'In each list the first rule that matches wins; what no rule matches is left alone. Nothing is done before a function is listed under mode.act.',
    ...gaps.map((gap) => `Not complete: ${gap}`),
  ]);
}

/** What stands below the policy: who is left alone and why, and what was not imported. */
export function closingComment(draft: PolicyDraft): string {
  return lines([...leftAloneLines(draft), ...drainedLines(draft), ...notImported(draft)]);
}

function leftAloneLines({ leftAlone }: PolicyDraft): string[] {
  if (leftAlone.length === 0) return [];
  const result = ['Left alone by scale-on-schedule, and why:'];
  for (const [code, list] of groupedBy(leftAlone, ({ because }) => because.code)) {
    result.push(`  ${code} (${count(list.length, 'group')})`);
    for (const { id, name, because } of list.slice(0, mostLeftAlone)) {
      result.push(`    ${name === undefined ? '' : `${shown(name)} `}${shown(id)}: ${shownReason(because.text)}`);
    }
    if (list.length > mostLeftAlone) result.push(`    and ${list.length - mostLeftAlone} more; import --json names them all`);
  }
  return [...result, ''];
}

function drainedLines({ drained, names }: PolicyDraft): string[] {
  if (drained.length === 0) return [];
  const text =
    'Drained: new users are kept out until somebody removes the tag System/Scheduler/STOP_NEW_USER_CONNECTION. plan says so, held:';
  return [text, `  ${groupsLine(drained, names)}`, ''];
}

/** Reasons quote what the service sent, so they are cut and cleaned as names are, only later. */
function shownReason(text: string): string {
  return text
    .split(' ')
    .map((part) => shown(part))
    .join(' ')
    .slice(0, 300);
}

function notImported({ settings, expiryReminder }: PolicyDraft): string[] {
  return [
    'Not imported, since it cannot be read from an account or would order or tell something that nobody asked for. To begin, copy what you need up',
    'to rules, and read what plan says:',
    '',
    'renew-before-expiry:            # a purchase: needs store, limits.spendPerMonth, approvers and channels',
    '  - name: groups',
    '    groups: {charge: subscription}',
    '    consoleAutoRenew: disabled  # you confirm this; the service cannot show it, and with both active you pay twice',
    '    daysBefore: 10',
    '    period: 1 Month',
    '    autoPay: true',
    'approve-ota-windows:',
    '  - {name: agents, type: Fota, approveAhead: 30m, onlyWithSessionsUpTo: 0, rings: [{name: everyone, groups: all, window: {days: restday, at: "02:00-05:00"}}]}',
    'tag-new-resources:',
    '  - {name: nobodys, groups: {missingTag: owner}, set: {owner: unassigned, first-seen: "{date}"}}',
    ...(expiryReminder === false
      ? ['enforce-policy:', "  - {name: expiry-reminder, tenant: {expiryReminder: true}}  # the service's own reminder is off now"]
      : []),
    `Weekly schedules of the service carry no zone: ${settings.zone} is assumed. Check one of them in the console.`,
  ];
}

function lines(texts: readonly string[]): string {
  return texts.map((line) => (line === '' ? '' : ` ${line}`)).join('\n');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
