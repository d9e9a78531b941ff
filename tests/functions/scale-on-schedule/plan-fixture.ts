import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { DeliveryGroup, NativePeriod, NativeWeek, NodePool, Strategy } from '../../../shared/fleet/delivery-group.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { parseTimeRange } from '../../../shared/policy/values/time-of-day.ts';
import { shanghai } from '../../fixtures/shanghai.ts';

const head = `
version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets:
  office: {account: "1234567890123456", endpoint: cn-shanghai, regions: [cn-hangzhou], calendar: china}
calendars:
  china: {source: china-state-council, unpublishedYear: hold}
limits: {}
`;

/** Schedules of all kinds, as a section of a policy. */
export const schedules = `
schedules:
  office: {workday: {08:00-09:00: 40%, 09:00-18:30: 100%, 18:30-21:00: 40%}}
  studio: {workday: {09:30-23:30: 100%}, restday: {13:00-20:00: 30%}}
  service: {everyday: {00:00-07:00: 25%, 07:00-23:00: 100%, 23:00-24:00: 25%}}
  minimal: {everyday: {00:00-24:00: 1 node}}
  late: {workday: {13:00-24:00: 2 nodes}}
  night: {workday: {22:00-06:00: 3 nodes}}
`;

/** A peak that a group's tag gives. */
export const byTag = 'peak: {tag: peak-nodes, otherwise: 4, atMost: 100}';

/** A rule that leaves the office's schedule to the service. */
export const serviceOffice = `- {name: office, groups: all, schedule: office, ${byTag}, method: service-schedule}`;

const compiled = new Map<string, CompiledPolicy>();

/** Compiles a policy with the given rules, and sections beside them, from the text that people write, for so many days. */
export function policyOf(rules: string, sections = '', from = '2026-11-20 00:00', horizonDays = 400): CompiledPolicy {
  const text = `${head}${schedules}${sections}\nrules:\n  scale-on-schedule:\n${rules
    .trim()
    .split('\n')
    .map((line) => `    ${line.trim()}`)
    .join('\n')}\n`;
  const key = `${from}${horizonDays}${text}`;
  let policy = compiled.get(key);
  if (policy === undefined) {
    const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
    if (document === undefined) throw new Error(problems.map((problem) => `${problem.line}: ${problem.text}`).join('\n'));
    policy = compile(document, shanghai(from), horizonDays, [ruleModule]);
    compiled.set(key, policy);
  }
  return policy;
}

/** What the journal says; nothing by default. */
export function writtenView(
  values: readonly WrittenValue[] = [],
  external?: { readonly value: string; readonly sinceMs: number },
): IntentView {
  return { values: () => values, external: () => external };
}

/** A value that we meant to write, with its outcome. */
export function wrote(value: string, at: string, outcome: WrittenValue['outcome'] = 'done'): WrittenValue {
  return { value, atMs: shanghai(at), outcome };
}

/** What a planner gets to see; nodes cost 2.50 CNY an hour. */
export function contextOf(policy: CompiledPolicy, now: string, written: IntentView = writtenView(), priced = true): PlanContext {
  const target = policy.targets.office;
  if (target === undefined) throw new Error('the policy has no target office');
  const price = priced ? { currency: 'CNY', micros: 2_500_000n } : undefined;
  return { policy, target, nowMs: shanghai(now), written, facts: { nodePricePerHour: () => price } };
}

/** A pay-as-you-go group of four nodes, serving, nothing in use. */
export function groupOf(change: Partial<DeliveryGroup> = {}, pool: Partial<NodePool> = {}): DeliveryGroup {
  return {
    kind: 'delivery-group',
    id: 'aig-1',
    name: 'fin-ledger',
    region: 'cn-hangzhou',
    status: 'PUBLISHED',
    resourceStatus: 'AVAILABLE',
    charge: 'pay-as-you-go',
    createdAtMs: shanghai('2026-08-01 00:00'),
    expiresAtMs: undefined,
    tags: { department: 'finance', 'peak-nodes': '4' },
    pools: [poolOf(pool)],
    officeSiteId: undefined,
    imageId: undefined,
    unreadable: [],
    ...change,
  };
}

/** A pool fixed at four nodes, none in use. */
export function poolOf(change: Partial<NodePool> = {}): NodePool {
  const strategy = change.strategy ?? fixed(4);
  return {
    id: 'rg-1',
    instanceType: 'appstreaming.general.4c8g',
    capacity: 2,
    nodeAmount: strategy.type === 'schedule' ? 0 : strategy.nodes,
    nodeUsed: 0,
    scalingNodeAmount: 0,
    scalingNodeUsed: 0,
    strategy,
    ...change,
  };
}

/** A fixed count of nodes. */
export function fixed(nodes: number): Strategy {
  return { type: 'fixed', nodes };
}

/** Usage scaling with a ceiling. */
export function usage(nodes: number, maxScaling: number): Extract<Strategy, { type: 'usage' }> {
  return { type: 'usage', nodes, maxScaling, step: 2, threshold: '70', downAfterIdleMinutes: 10, maxIdle: undefined };
}

/** Periods as people write them: `{'08:00-21:00': 4}`. */
function periods(day: Readonly<Record<string, number>>): NativePeriod[] {
  return Object.entries(day).map(([range, amount]) => {
    const parsed = parseTimeRange(range);
    if (!parsed.ok) throw new Error(parsed.message);
    return { ...parsed.value, amount };
  });
}

/** A weekly schedule by weekdays, e.g. `{12345: {'08:00-21:00': 4}}`. */
export function weekOf(days: Readonly<Record<string, Readonly<Record<string, number>>>>): NativeWeek {
  const week: Record<number, NativePeriod[]> = {};
  for (const [numbers, day] of Object.entries(days)) for (const number of numbers) week[Number(number)] = periods(day);
  return week as NativeWeek;
}

/** A native schedule that is valid for long. */
export function scheduled(
  days: Parameters<typeof weekOf>[0],
  dates: { readonly enableDate?: string; readonly disableDate?: string } = {},
): Extract<Strategy, { type: 'schedule' }> {
  return { type: 'schedule', week: weekOf(days), warmUp: false, enableDate: '2026-11-01', disableDate: '2027-10-01', ...dates };
}
