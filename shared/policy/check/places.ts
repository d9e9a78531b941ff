import type { PolicyDraft } from '../draft.ts';
import type { Findings, PolicyPath } from '../problem.ts';
import { zoneWarning } from '../schema/zone.ts';

/** Checks targets against each other, and calendars in themselves. */
export function checkPlaces(draft: PolicyDraft, findings: Findings): void {
  checkOverlap(draft, findings);
  checkNumbers(draft, findings);
  checkShards(draft, findings);
  checkSites(draft, findings);
  checkZones(draft, findings);
  for (const name of draft.calendars.keys()) checkCalendar(draft, name, findings);
}

/** Warns of zones whose name says the opposite of what they are. */
function checkZones(draft: PolicyDraft, findings: Findings): void {
  const named: (readonly [PolicyPath, string | undefined])[] = [
    [['timezone'], draft.timezone],
    [['serviceTimeZone'], draft.serviceTimeZone],
    ...[...draft.targets].map(
      ([name, { timezone }]) => [['targets', name, 'timezone'], timezone === draft.timezone ? undefined : timezone] as const,
    ),
  ];
  for (const [path, zone] of named) {
    const odd = zone === undefined ? undefined : zoneWarning(zone);
    if (odd !== undefined) findings.warning(path, `${zone} ${odd}`);
  }
}

/** Two targets that see the same resources would each act on them, and each would count limits for itself. */
function checkOverlap(draft: PolicyDraft, findings: Findings): void {
  const targets = [...draft.targets];
  for (const [index, [name, target]] of targets.entries()) {
    const twin = targets.slice(0, index).find(([, earlier]) => {
      if (earlier.account !== target.account || earlier.endpoint !== target.endpoint) return false;
      if (earlier.regions === undefined || target.regions === undefined) return true;
      return target.regions.some((region) => earlier.regions?.includes(region));
    });
    if (twin === undefined) continue;
    findings.warning(
      ['targets', name],
      `sees resources that the target ${twin[0]} sees too; give the two different regions, or remove one`,
      { at: 'key' },
    );
  }
}

/** An account belongs to one site, and its product has one code there: orders would be looked for in the wrong place. */
function checkSites(draft: PolicyDraft, findings: Findings): void {
  const billed = [...draft.targets].flatMap(([name, { account, billing }]) => (billing ? [{ name, account, billing }] : []));
  for (const [index, { name, account, billing }] of billed.entries()) {
    const other = billed.slice(0, index).find((earlier) => earlier.account === account);
    if (other === undefined) continue;
    const keys = ['site', 'productCode', 'productType'] as const;
    const key = keys.find((each) => billing[each] !== other.billing[each]);
    if (key === undefined) continue;
    const text = `differs from that of the target ${other.name}, which is the same account; write the same for both`;
    findings.error(billing[key] === undefined ? ['targets', name, 'billing'] : ['targets', name, 'billing', key], text);
  }
}

/**
 * Warns of targets whose numbers cannot both be right, or hardly: targets without a role act with the same keys, which belong to one account, and
 * numbers that are nearly the same may be one that was mistyped. Nothing is done on a target whose keys belong to another account, so this only says
 * it before.
 */
function checkNumbers(draft: PolicyDraft, findings: Findings): void {
  const targets = [...draft.targets];
  for (const [index, [name, { account, role }]] of targets.entries()) {
    const others = targets.slice(0, index).filter(([, earlier]) => earlier.account !== account);
    const keyless = role === undefined ? others.find(([, earlier]) => earlier.role === undefined) : undefined;
    const near = others.find(([, earlier]) => isNearly(account, earlier.account));
    if (keyless) {
      const text = `is another account than that of the target ${keyless[0]}, and neither has a role: both act with the same keys, so one of the numbers is wrong; correct it, or add the role of the account`;
      findings.warning(['targets', name, 'account'], text);
    } else if (near) {
      const text = `is nearly the account of the target ${near[0]}, ${near[1].account}: if they are one account, correct the number that is wrong`;
      findings.warning(['targets', name, 'account'], text);
    }
  }
}

/** True for numbers that are alike but for one or two digits, or for two neighbors that changed places. Those that begin otherwise are told apart by eye. */
function isNearly(one: string, other: string): boolean {
  const differing = [...one].filter((digit, index) => digit !== other[index]).length;
  return one.length === other.length && one[0] === other[0] && differing <= 2;
}

/** Which regions there are to run apart is known from the policy alone. */
function checkShards(draft: PolicyDraft, findings: Findings): void {
  for (const [name, { shardByRegion, regions }] of draft.targets) {
    if (!shardByRegion || regions !== undefined) continue;
    const text = 'has no effect without regions: list them, such as regions: [cn-hangzhou, cn-shanghai], or remove shardByRegion';
    findings.warning(['targets', name, 'shardByRegion'], text);
  }
}

function checkCalendar(draft: PolicyDraft, name: string, findings: Findings): void {
  const calendar = draft.calendars.get(name);
  if (calendar === undefined) return;
  for (const key of ['holidays', 'workdays'] as const) {
    for (const [index, date] of calendar[key].entries()) {
      const path = ['calendars', name, key, index];
      if (calendar[key].indexOf(date) < index) findings.warning(path, `${date} stands here a second time; remove one`);
      if (calendar.years !== undefined && !calendar.years.includes(Number(date.slice(0, 4)))) {
        findings.warning(path, `${date} lies outside years [${calendar.years.join(', ')}]; add its year once the list is complete for it`);
      }
    }
  }
  for (const [index, date] of calendar.workdays.entries()) {
    if (!calendar.holidays.includes(date)) continue;
    findings.error(['calendars', name, 'workdays', index], `${date} is under holidays as well; remove it from one of the two`);
  }
}
