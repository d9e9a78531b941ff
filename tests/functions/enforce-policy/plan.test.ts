import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Governed, planner } from '../../../functions/enforce-policy/plan.ts';
import { ruleModule } from '../../../functions/enforce-policy/rule.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { GroupAccess } from '../../../shared/fleet/authorization.ts';
import type { GovernedGroup } from '../../../shared/fleet/governed-group.ts';
import { unreadTenant } from '../../../shared/fleet/tenant.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import type { Action, Decision } from '../../../shared/planning/decision.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { accountId, compiledPolicy, policyText, start } from '../../e2e/live-function.ts';
import { hourMs } from '../../fixtures/times.ts';

const startMs = Date.parse(start);
const base = compiledPolicy(policyText({ 'enforce-policy': ['{name: r, groups: all, sessionTimeout: 15m}'] }), [ruleModule], startMs);

function policyWith(desired: object): CompiledPolicy {
  return { ...base, rules: { 'enforce-policy': [{ name: 'r', groups: { all: true }, ...desired }] } };
}

/** What the journal keeps, as far as one resource goes. */
class Notes implements IntentView {
  written: readonly WrittenValue[] = [];
  readonly seen = new Map<string, { readonly value: string; readonly sinceMs: number }>();

  values(): readonly WrittenValue[] {
    return this.written;
  }

  external(_id: string, setting: string): { readonly value: string; readonly sinceMs: number } | undefined {
    return this.seen.get(setting);
  }

  /** Takes a decision as a run does: it keeps what was sighted, forgets it once all is well, and acts. */
  take(decision: Decision, nowMs: number): Action | undefined {
    const sighted = decision.because.filter(({ code }) => code === 'sighted');
    if (decision.verdict === 'keep' && sighted.length === 0) this.seen.clear();
    for (const { data } of sighted) {
      const { setting, value } = data as { setting: string; value: string };
      if (this.seen.get(setting)?.value !== value) this.seen.set(setting, { value, sinceMs: nowMs });
    }
    if (decision.verdict !== 'act') return undefined;
    this.written = [{ value: decision.action.writes.value, atMs: nowMs, outcome: 'done' }];
    return decision.action;
  }
}

function contextOf(policy: CompiledPolicy, nowMs = startMs, written: IntentView = new Notes()): PlanContext {
  const target = policy.targets['home'];
  if (target === undefined) throw new Error('the policy has no target home');
  return { policy, target, nowMs, written, facts: { nodePricePerHour: () => undefined } };
}

function groupOf(change: Partial<GovernedGroup> = {}, pool: object = {}): GovernedGroup {
  const pools = [
    {
      ...{ id: 'rg-1', instanceType: 't', capacity: 2, nodeAmount: 1, nodeUsed: 0, scalingNodeAmount: 0, scalingNodeUsed: 0 },
      strategy: undefined,
      ...pool,
    },
  ];
  return {
    ...{ kind: 'delivery-group', id: 'g', name: 'fin-ledger', region: 'cn-hangzhou', status: 'PUBLISHED', resourceStatus: 'AVAILABLE' },
    ...{
      charge: 'pay-as-you-go',
      createdAtMs: startMs,
      expiresAtMs: undefined,
      tags: {},
      pools,
      officeSiteId: undefined,
      imageId: undefined,
    },
    ...{ unreadable: [], sessionTimeoutMinutes: 15, skipUserAuthCheck: false, accessApart: true },
    ...change,
  };
}

const accessOf = (userGroups: readonly string[] | undefined): GroupAccess => ({
  ...{ kind: 'group-access', id: 'g/user-groups', region: 'cn-hangzhou', partOf: groupOf(), userGroups },
});

/** The resource after an action, by what was sent. */
function applied(resource: Governed, { input }: Action): Governed {
  if (resource.kind === 'tenant') return { ...resource, expiryReminder: input['AppInstanceGroupExpireRemind'] as boolean };
  if (resource.kind === 'group-access') {
    return { ...resource, userGroups: [...(resource.userGroups ?? []), ...(input['AuthorizeUserGroupIds'] as string[])] };
  }
  const { SessionTimeout, NodePool } = input as { SessionTimeout?: number; NodePool?: { NodeCapacity: number } };
  const pools = resource.pools?.map((pool) => (NodePool ? { ...pool, capacity: NodePool.NodeCapacity } : pool));
  return { ...resource, pools, sessionTimeoutMinutes: SessionTimeout ?? resource.sessionTimeoutMinutes };
}

const minutes = fc.constantFrom(-1, 3, 15, 60, 300);
const ids = fc.uniqueArray(fc.constantFrom('ug-a', 'ug-b', 'ug-c'), { minLength: 1 });
const used = fc.constantFrom(0, 0, 1, undefined);
const desired = fc.record(
  {
    sessionTimeout: minutes,
    nodeCapacity: fc.integer({ min: 1, max: 4 }),
    userGroups: ids,
    requireTags: fc.constant(['owner']),
    namePattern: fc.constant('x*'),
  },
  { requiredKeys: [] },
);
const resource = fc.oneof(
  fc
    .record({
      timeout: fc.option(minutes, { nil: undefined }),
      capacity: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      used,
    })
    .map(({ timeout, capacity, used: nodeUsed }) => groupOf({ sessionTimeoutMinutes: timeout }, { capacity, nodeUsed })),
  fc.option(ids, { nil: undefined }).map(accessOf),
  fc.option(fc.boolean(), { nil: undefined }).map((expiryReminder): Governed => ({ ...unreadTenant(accountId), expiryReminder })),
);

test('what is applied leaves nothing to do, and never lowers anything under load', () => {
  fc.assert(
    fc.property(desired, fc.boolean(), resource, (wanted, reminder, observed) => {
      const policy = policyWith(wanted);
      const tenant = { name: 't', tenant: { expiryReminder: reminder } };
      const context = contextOf({ ...policy, rules: { 'enforce-policy': [...(policy.rules['enforce-policy'] ?? []), tenant] } });
      const notes = new Notes();
      const decision = planner.decide(observed, { ...context, written: notes });
      const action = notes.take(decision, startMs);
      if (!action) return;
      const after = applied(observed, action);
      expect(planner.decide(after, { ...context, written: notes }).verdict).not.toBe('act');
      if (observed.kind !== 'delivery-group' || after.kind !== 'delivery-group' || observed.pools?.[0]?.nodeUsed === 0) return;
      const never = Number.POSITIVE_INFINITY;
      const timeoutOf = ({ sessionTimeoutMinutes: value = 0 }: GovernedGroup) => (value === -1 ? never : value);
      expect(timeoutOf(after)).toBeGreaterThanOrEqual(timeoutOf(observed));
      expect(after.pools?.[0]?.capacity ?? 0).toBeGreaterThanOrEqual(observed.pools?.[0]?.capacity ?? 0);
    }),
    { numRuns: 400 },
  );
});

test.each<[string, Governed, object]>([
  ['a timeout', groupOf({ sessionTimeoutMinutes: undefined }), { sessionTimeout: 30 }],
  ['a capacity', groupOf({}, { capacity: undefined }), { nodeCapacity: 3 }],
  ['pools', groupOf({ pools: undefined }), { nodeCapacity: 3 }],
  ['the id of a pool', groupOf({}, { id: '' }), { nodeCapacity: 3 }],
  ['the name', (({ name: _, ...rest }) => rest)(groupOf()) as GovernedGroup, { namePattern: 'x*' }],
  ['the check of users', groupOf({ skipUserAuthCheck: undefined }), { skipUserAuthCheck: true }],
  ['the tags', groupOf({ tags: undefined }), { requireTags: ['owner'] }],
  ['the access', accessOf(undefined), { userGroups: ['ug-a'] }],
])('%s that cannot be read holds', (_name, observed, wanted) => {
  const decision = planner.decide(observed, contextOf(policyWith(wanted)));
  expect(`${decision.verdict} ${decision.because[0]?.code}`).toBe('hold unreadable');
});

test.each([
  [{ status: undefined }, 'status'],
  [{ status: 'Published' }, 'status'],
  [{ region: undefined }, 'region-unknown'],
])('what is unknown of a group holds: %o', (change, code) => {
  const observed = groupOf(change as Partial<GovernedGroup>);
  expect(planner.decide(observed, contextOf(policyWith({ sessionTimeout: 30 })))).toMatchObject({ verdict: 'hold', because: [{ code }] });
});

/** One run an hour; before each somebody may set the timeout. Gives what each decided. */
function runs(wishes: readonly number[], sets: readonly (number | undefined)[], more: object = {}): readonly string[] {
  const notes = new Notes();
  let observed: Governed = groupOf({ sessionTimeoutMinutes: 60 });
  return sets.map((set, index) => {
    if (set !== undefined) observed = groupOf({ sessionTimeoutMinutes: set });
    const nowMs = startMs + index * hourMs;
    const decision = planner.decide(
      observed,
      contextOf(policyWith({ sessionTimeout: wishes[index] ?? wishes.at(-1), ...more }), nowMs, notes),
    );
    const action = notes.take(decision, nowMs);
    if (action) observed = applied(observed, action);
    return `${decision.verdict} ${decision.because[0]?.code}`;
  });
}

test('somebody who sets it back three times is left alone, also after it was as wanted for a while', () => {
  expect(runs([30], [undefined, 60, undefined, 90, 60, undefined, 30, 60])).toEqual([
    ...['act drift', 'act drift', 'keep as-wanted', 'act drift', 'hold reverted', 'hold reverted'],
    ...['keep as-wanted', 'hold reverted'],
  ]);
});

test('a rule that insists sets it again however often, and says how often it was set back', () => {
  const acts = runs([30], [undefined, 60, 60, 60, 60, 60], { insist: true });
  expect(acts).toEqual(acts.map(() => 'act drift'));
  const notes = new Notes();
  const policy = policyWith({ sessionTimeout: 30, insist: true });
  const said = [0, 1, 2, 3, 4].map((index) => {
    const decision = planner.decide(groupOf({ sessionTimeoutMinutes: 60 }), contextOf(policy, startMs + index * hourMs, notes));
    notes.take(decision, startMs + index * hourMs);
    return decision.because.find(({ code }) => code === 'changed-back')?.data?.['times'];
  });
  expect(said).toEqual([undefined, 1, 2, 3, 4]);
});

test('another wish begins a new count', () => {
  expect(runs([30, 30, 30, 30, 45, 45, 45, 45], [undefined, 60, 60, 60, undefined, 60, 60, 60])).toEqual([
    ...['act drift', 'act drift', 'act drift', 'hold reverted'],
    ...['act drift', 'act drift', 'act drift', 'hold reverted'],
  ]);
});

test('a reversal that waits for an idle moment counts once, however many runs see it', () => {
  const notes = new Notes();
  const policy = policyWith({ sessionTimeout: 30 });
  notes.take(planner.decide(groupOf({ sessionTimeoutMinutes: 15 }), contextOf(policy, startMs, notes)), startMs);
  for (let run = 1; run <= 5; run++) {
    const decision = planner.decide(groupOf({ sessionTimeoutMinutes: 60 }), contextOf(policy, startMs + run * hourMs, notes));
    expect(decision.because.find(({ code }) => code === 'sighted')?.data).toMatchObject({ value: `1 ${startMs} sessionTimeout=30` });
    const { because } = decision;
    notes.take({ ...decision, verdict: 'hold', because } as Decision, startMs + run * hourMs);
  }
});

test('what is read within minutes of our write may be older than it, so it counts as no reversal', () => {
  const notes = new Notes();
  const policy = policyWith({ sessionTimeout: 30 });
  const decide = (nowMs: number) =>
    planner.decide(groupOf({ sessionTimeoutMinutes: 15 }), contextOf(policy, nowMs, notes)).because.map(({ code }) => code);
  notes.take(planner.decide(groupOf({ sessionTimeoutMinutes: 15 }), contextOf(policy, startMs, notes)), startMs);
  expect(decide(startMs + 15 * 60_000 - 1)).toEqual(['drift']);
  expect(decide(startMs + 15 * 60_000)).toEqual(['drift', 'changed-back', 'sighted']);
});

test.each<[string, Governed, object, readonly string[] | undefined]>([
  ['as the rule asks', groupOf({ sessionTimeoutMinutes: 5 }), { sessionTimeout: 5 }, ['attributes']],
  ['beside what is only reported', groupOf({ sessionTimeoutMinutes: 5 }), { sessionTimeout: 5, namePattern: 'x*' }, ['attributes']],
  ['while something else differs', groupOf({ sessionTimeoutMinutes: 5 }), { sessionTimeout: 5, nodeCapacity: 3 }, ['attributes']],
  ['where it differs and waits', groupOf({ lingering: 1 }, { nodeUsed: 1 }), { sessionTimeout: 5 }, undefined],
  ['where it cannot be read', groupOf({ sessionTimeoutMinutes: undefined }), { sessionTimeout: 5 }, undefined],
  ['where another value is asked for and there', groupOf(), { sessionTimeout: 15 }, undefined],
])('a timeout of 5 that was written counts as seen, or not: %s', (_what, observed, wanted, readBack) => {
  const notes = new Notes();
  notes.written = [{ value: 'sessionTimeout=5', atMs: startMs - hourMs, outcome: 'done' }];
  notes.seen.set('kept:unread:attributes', { value: '1 sessionTimeout=5', sinceMs: startMs - hourMs });
  expect(planner.decide(observed, contextOf(policyWith(wanted), startMs, notes)).readBack).toEqual(readBack);
});
