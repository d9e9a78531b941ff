import { ruleModule } from '../../../functions/approve-ota-windows/rule.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { OtaGroup } from '../../../shared/fleet/ota-group.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import { compile } from '../../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { shanghai } from '../../fixtures/shanghai.ts';

/** Three rings with the same window, so that all may act at once. */
const text = `
version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}}
limits: {}
rules:
  approve-ota-windows:
    - name: agents
      onlyWithSessionsUpTo: 2
      neverVersions: ["6.6.6"]
      rings:
        - {name: one, groups: {tags: {ring: one}}, window: {days: everyday, at: 12:30-13:30}, soak: 24h}
        - {name: two, groups: {tags: {ring: two}}, window: {days: everyday, at: 12:30-13:30}, soak: 48h}
        - {name: rest, groups: all, window: {days: everyday, at: 12:30-13:30}}
`;

let compiled: CompiledPolicy | undefined;

/** The policy of these tests, from 2026-11-20 on. */
function policy(): CompiledPolicy {
  if (compiled === undefined) {
    const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
    if (document === undefined) throw new Error(problems.map((problem) => `${problem.line}: ${problem.text}`).join('\n'));
    compiled = compile(document, shanghai('2026-11-20 00:00'), 40, [ruleModule]);
  }
  return compiled;
}

/** What the journal says: values that we meant to write, and states with the time since when they are known, by resource. */
export interface Journal {
  readonly values?: readonly WrittenValue[];
  readonly seen?: ReadonlyMap<string, { readonly value: string; readonly sinceMs: number }>;
}

/** What the planner gets to see. */
export function contextAt(nowMs: number, { values = [], seen = new Map() }: Journal = {}): PlanContext {
  const target = policy().targets['home'];
  if (target === undefined) throw new Error('the policy has no target home');
  const written: IntentView = {
    values: () => values,
    external: (id, setting) => (setting === 'ota-end' ? seen.get(id) : undefined),
  };
  return { policy: policy(), target, nowMs, written, facts: { nodePricePerHour: () => undefined } };
}

/** A group of the first ring that is offered 7.4.0, looked at, with nobody on it. */
export function groupOf(change: Partial<OtaGroup> = {}): OtaGroup {
  return {
    kind: 'delivery-group',
    id: 'aig-1',
    name: 'canary',
    region: 'cn-hangzhou',
    status: 'PUBLISHED',
    resourceStatus: 'AVAILABLE',
    charge: 'pay-as-you-go',
    createdAtMs: shanghai('2026-08-01 00:00'),
    expiresAtMs: undefined,
    tags: { ring: 'one' },
    pools: [],
    officeSiteId: undefined,
    imageId: undefined,
    unreadable: [],
    ota: { current: '7.3.0', offered: '7.4.0', taskId: 'ota-1' },
    tasks: [],
    sessions: { connected: 0, users: [] },
    ...change,
  };
}
