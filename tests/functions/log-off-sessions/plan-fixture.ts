import { ruleModule } from '../../../functions/log-off-sessions/rule.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { Session, SessionFacts, SessionGroup } from '../../../shared/fleet/session.ts';
import { partsOf } from '../../../shared/fleet/session-map.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import type { Problem } from '../../../shared/policy/problem.ts';
import { shanghai } from '../../fixtures/shanghai.ts';

const head = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets:
  home: {account: "1234567890123456", endpoint: cn-shanghai, calendar: china}
  plain: {account: "2234567890123456", endpoint: cn-shanghai}
calendars: {china: {source: china-state-council, unpublishedYear: hold}}
limits: {}
`;

const text = (rules: readonly string[], schedules: string, sections: string) =>
  `${head}${sections}\nschedules: ${schedules}\nrules:\n  log-off-sessions:\n${rules.map((rule) => `    - ${rule}`).join('\n')}\n`;

/** What `validate` says of a policy with these rules: errors and warnings of the rules. */
export function problemsOf(
  rules: readonly string[],
  schedules = '{office: {workday: {08:00-21:00: 1 node}}}',
  sections = '',
): readonly string[] {
  const { problems } = loadPolicy(text(rules, schedules, sections), 'policy.yaml', [ruleModule]);
  const said = ({ severity, path, text: message }: Problem) => `${severity} ${path}: ${message}`;
  return problems.filter(({ path }) => path.startsWith('rules')).map(said);
}

/** A compiled policy with these rules, for so many days. */
export function policyOf(
  rules: readonly string[],
  schedules = '{office: {everyday: {08:00-21:00: 1 node}}}',
  { from = '2026-11-20 00:00', days = 400, sections = '' } = {},
): CompiledPolicy {
  const { document, problems } = loadPolicy(text(rules, schedules, sections), 'policy.yaml', [ruleModule]);
  if (document === undefined) throw new Error(problems.map((problem) => `${problem.line}: ${problem.text}`).join('\n'));
  return compile(document, shanghai(from), days, [ruleModule]);
}

/** A journal that holds values of settings by `resource setting`. */
export function writtenView(values: Readonly<Record<string, readonly WrittenValue[]>> = {}): IntentView {
  return { values: (id, setting) => values[`${id} ${setting}`] ?? [], external: () => undefined };
}

/** What the planner gets to see. */
export function contextOf(policy: CompiledPolicy, now: string | number, written = writtenView(), name = 'home'): PlanContext {
  const target = policy.targets[name];
  if (target === undefined) throw new Error(`the policy has no target ${name}`);
  return { policy, target, nowMs: typeof now === 'number' ? now : shanghai(now), written, facts: { nodePricePerHour: () => undefined } };
}

/** A pay-as-you-go group under the service's own weekly schedule, 08:00 to 21:00 every day. */
export function groupOf(change: Partial<SessionGroup> = {}): SessionGroup {
  const week = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ startMinute: 480, endMinute: 1260, amount: 1 }]]));
  const strategy = { type: 'schedule', week, warmUp: false, enableDate: '2026-11-01', disableDate: '2027-10-01' } as const;
  const used = { nodeAmount: 0, nodeUsed: 0, scalingNodeAmount: 1, scalingNodeUsed: 1 };
  return {
    ...{ kind: 'delivery-group', id: 'g', name: 'ledger', region: 'cn-hangzhou', status: 'PUBLISHED', resourceStatus: 'AVAILABLE' },
    ...{ charge: 'pay-as-you-go', createdAtMs: shanghai('2026-08-01 00:00'), expiresAtMs: undefined, tags: {} },
    pools: [{ id: 'rg', instanceType: 'a', capacity: 4, ...used, strategy }],
    ...{ officeSiteId: undefined, imageId: undefined, unreadable: [] },
    ...change,
  };
}

/** A session of ann, connected for an hour. */
export function sessionOf(change: Partial<SessionFacts> = {}): SessionFacts {
  const usual = {
    user: 'ann',
    instanceId: 'ai-1',
    status: 'RUNNING',
    link: 'connected',
    usedMs: 3_600_000,
    persistentId: undefined,
  } as const;
  return { ...usual, ...change };
}

/** The sessions of a group as parts of it. */
export function partsWith(sessions: readonly SessionFacts[], change: Partial<SessionGroup> = {}): readonly Session[] {
  return partsOf(groupOf({ ...change, sessions })).filter((part): part is Session => part.kind === 'session');
}
