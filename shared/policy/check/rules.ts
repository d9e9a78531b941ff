import type { PolicyDraft, RuleList } from '../draft.ts';
import type { Findings, PolicyPath } from '../problem.ts';
import type { CommonRule, RuleCheckContext } from '../rule-module.ts';
import { tellsKinds } from '../values/day-selector.ts';
import type { Names } from './names.ts';
import { covers } from './selector-coverage.ts';

/** Checks the rules of all functions that are available: names, the module's own checks, calendars, and rules that never match. */
export function checkRules(draft: PolicyDraft, names: Names, findings: Findings): void {
  const context: Omit<RuleCheckContext, 'expectName' | 'acts'> = {
    timezone: draft.timezone ?? 'UTC',
    serviceTimeZone: draft.serviceTimeZone,
    targets: draft.targets,
    calendars: draft.calendars,
    schedules: draft.schedules,
    protect: draft.protect,
    limits: draft.limits,
    rules: new Map(draft.ruleLists.map(({ module, rules }) => [module.name, rules.map(({ value }) => value)])),
  };
  const asked = new Set<string>();
  for (const list of draft.ruleLists) {
    const acts = draft.mode.default === 'act' || draft.mode.act.includes(list.module.name);
    for (const { index, value: rule } of list.rules) {
      const path = ['rules', list.module.name, index];
      checkName(rule, path, list, findings);
      list.module.check?.(
        rule,
        { ...context, acts, expectName: (kind, name, inner) => names.expect(kind, name, [...path, ...inner]) },
        ({ path: inner, text, severity = 'error', at = 'value' }) => findings[severity]([...path, ...inner], text, { at }),
      );
      checkCalendars(rule, draft, findings, asked);
      checkRegions(rule, path, draft, findings);
    }
    checkOrder(list, draft, findings);
  }
}

function checkName(rule: CommonRule, path: PolicyPath, list: RuleList, findings: Findings): void {
  const earlier = list.rules.find(({ value }) => value.name === rule.name);
  if (earlier !== undefined && earlier.value !== rule) {
    findings.error([...path, 'name'], `another rule of ${list.module.name} has the name "${rule.name}"; give each its own`);
  }
}

/** The targets of a rule that were read without errors. */
function targetsOf(rule: CommonRule, draft: PolicyDraft): string[] {
  return (rule.targets ?? [...draft.targets.keys()]).filter((name) => draft.targets.has(name));
}

/** A schedule that tells workdays from restdays needs a calendar on each target that it serves. */
function checkCalendars(rule: CommonRule, draft: PolicyDraft, findings: Findings, asked: Set<string>): void {
  const schedule = rule.schedule === undefined ? undefined : draft.schedules.get(rule.schedule);
  if (!schedule?.days.some(({ on }) => tellsKinds(on))) return;
  for (const name of targetsOf(rule, draft)) {
    if (draft.targets.get(name)?.calendar !== undefined || asked.has(name)) continue;
    asked.add(name);
    findings.error(
      ['targets', name],
      `has no calendar, but the rule "${rule.name}" follows the schedule "${rule.schedule}", which tells workdays from restdays; add calendar: NAME`,
      { at: 'key' },
    );
  }
}

/** Regions that none of the rule's targets looks after. */
function checkRegions(rule: CommonRule, path: PolicyPath, draft: PolicyDraft, findings: Findings): void {
  const kind = rule.groups === undefined ? 'workstations' : 'groups';
  const wanted = rule[kind]?.regions;
  const targets = targetsOf(rule, draft).map((name) => draft.targets.get(name));
  if (wanted === undefined || targets.length === 0 || targets.some((target) => target?.regions === undefined)) return;
  const seen = new Set(targets.flatMap((target) => target?.regions ?? []));
  const blind = wanted.filter((region) => !seen.has(region));
  if (blind.length === 0) return;
  const place = [...path, kind, 'region'];
  const advice = `add ${blind.length === 1 ? 'it' : 'them'} to regions of a target, or correct it here`;
  const consequence = blind.length === wanted.length ? ', so this rule can never match' : '';
  findings.warning(place, `no target of this rule looks after ${blind.join(', ')}${consequence}; ${advice}`);
}

/** A rule can never match where, on each of its targets, one earlier rule takes all that it would. */
function checkOrder(list: RuleList, draft: PolicyDraft, findings: Findings): void {
  for (const [position, { index, value: rule }] of list.rules.entries()) {
    const targets = targetsOf(rule, draft);
    const takers = targets.map((name) => list.rules.slice(0, position).find(({ value }) => takesFrom(value, rule, name))?.value.name);
    if (targets.length === 0 || takers.includes(undefined)) continue;
    const earlier = [...new Set(takers)].map((name) => `"${name}"`).join(' and ');
    findings.warning(
      ['rules', list.module.name, index],
      `can never match: ${earlier} above takes all that it selects; move it up, or remove it`,
    );
  }
}

function takesFrom(earlier: CommonRule, later: CommonRule, target: string): boolean {
  if (earlier.targets !== undefined && !earlier.targets.includes(target)) return false;
  const kind = later.groups === undefined ? 'workstations' : 'groups';
  const [wide, narrow] = [earlier[kind], later[kind]];
  return wide !== undefined && narrow !== undefined && covers(wide, narrow);
}
