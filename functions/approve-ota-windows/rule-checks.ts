import { covers } from '../../shared/policy/check/selector-cover.ts';
import type { RuleCheckContext, RuleReport } from '../../shared/policy/rule-module.ts';
import { formatDuration } from '../../shared/policy/values/duration.ts';
import type { OtaRule } from './ota-rule.ts';
import { needsCalendar } from './window-days.ts';

const minuteMs = 60_000;

/** Runs come every few minutes: with less time than this to approve in, a window could pass between two of them. */
const leastAheadMs = 10 * minuteMs;
/** How far ahead the service takes an approval is not documented (API notes), and none can be withdrawn. */
const mostAheadMs = 24 * 60 * minuteMs;
/** Updates may take a quarter of an hour and more; their length is not documented. */
const shortWindowMinutes = 30;

/** Finds what is wrong between the keys of a rule, and between its days and the calendars of its targets. */
export function checkOtaRule(rule: OtaRule, context: RuleCheckContext, report: RuleReport): void {
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
