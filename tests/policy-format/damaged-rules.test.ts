import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runners } from '../../cli/runners.ts';
import type { Runner } from '../../shared/engine/runner.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';
import { damages } from './damage.ts';
import { compiledAt, type DemoFleet, demoFleet, examplePolicy, policyOf, withRules } from './demo-fleet.ts';

/** A function, with an instant and a target at which both policies make it act, and what its rules may lack. */
interface Situation {
  readonly name: FunctionName;
  readonly at: string;
  readonly target: string;
  /** Rules that use every key. */
  readonly rich: string;
  /** What a rule may lack beside `targets`, `tell` and keys of selectors: without it, it is another rule that somebody may have written. */
  readonly free?: RegExp;
}

const situations: readonly Situation[] = [
  {
    name: 'power-workstations',
    at: '2026-11-25T08:45',
    target: 'cn-studio',
    rich: `  power-workstations:
    - {name: render, workstations: {id: ws-1, user: board-*, firstSeen: over 1h ago, charge: subscription, image: img-1, status: RUNNING}, power: leave-alone}
    - name: studio
      targets: [cn-studio]
      workstations: {officeNetwork: cn-hangzhou+dir-172301, region: cn-hangzhou}
      schedule: studio
      stopOnlyWithoutSession: true
      atOnce: 50
      tell: ops
`,
    free: /^\.\*\.atOnce gone$/,
  },
  {
    name: 'log-off-sessions',
    at: '2026-11-25T21:40',
    target: 'cn-office',
    rich: `  log-off-sessions:
    - {name: long, groups: {id: aig-none}, at: "22:00", days: workday, who: {longerThan: 8h}, persistentSessions: log-off, drain: 15m}
    - {name: rest, groups: all, after: {schedule: office, wait: 30m}, who: everyone, resetAfterUnbind: disabled, drain: 15m, tell: none}
`,
    free: /\.(days|drain|resetAfterUnbind|starts\.\S+) (gone|renamed)$/,
  },
  {
    name: 'enforce-policy',
    at: '2026-11-25T08:45',
    target: 'cn-office',
    rich: `  enforce-policy:
    - {name: account, tenant: {expiryReminder: true}, insist: true}
    - name: all
      groups: all
      sessionTimeout: 15m
      nodeCapacity: 4
      namePattern: "*"
      skipUserAuthCheck: false
      userGroups: [ug-all]
      requireTags: [owner]
`,
    free: /\.(insist|sessionTimeout|nodeCapacity|namePattern|skipUserAuthCheck|userGroups|requireTags) gone$/,
  },
  {
    name: 'tag-new-resources',
    at: '2026-11-25T08:45',
    target: 'cn-office',
    rich: `  tag-new-resources:
    - {name: all, targets: [cn-office], groups: {missingTag: seen, firstSeen: over 1m ago}, set: {seen: "{date}", by: us}, bringsUnder: [scale-on-schedule], tell: ops}
`,
    free: /\.bringsUnder gone$|\.set\.\S+ (gone|renamed)$/,
  },
  {
    name: 'approve-ota-windows',
    at: '2026-11-25T12:10',
    target: 'cn-office',
    rich: `  approve-ota-windows:
    - name: agents
      targets: [cn-office]
      type: Fota
      neverVersions: ["7.4.1"]
      approveAhead: 30m
      onlyWithSessionsUpTo: 0
      rings:
        - {name: canary, groups: {tags: {ota-ring: canary}}, window: {days: workday, at: 12:30-13:30}, soak: 48h}
        - {name: everyone, groups: all, window: {days: restday, at: 02:00-05:00}}
`,
    free: /\.sessionsUpTo gone$|\.windows\.\S+ (gone|renamed)$/,
  },
  {
    name: 'scale-on-schedule',
    at: '2026-11-25T08:45',
    target: 'cn-office',
    rich: `  scale-on-schedule:
    - {name: minimal, targets: [cn-office], groups: {tags: {owner: unassigned}, firstSeen: over 72h ago}, schedule: minimal, method: fixed, tell: none}
    - name: office
      groups: {tags: {department: [finance, hr, sales]}, charge: pay-as-you-go}
      schedule: office
      peak: {tag: peak-nodes, otherwise: 4, atMost: 12}
      warmUp: true
      method: service-schedule
      stepwise: true
      manualChange: overwrite
      baseline: 6 nodes
    - {name: studio, groups: {charge: subscription}, schedule: studio, peak: {extraNodes: 10}, warmUp: keep}
`,
    free: /\.(peak|peak\.otherwise|peak\.atMost|method|warmUp|baseline) gone$/,
  },
  {
    name: 'renew-before-expiry',
    at: '2026-11-25T08:45',
    target: 'cn-office',
    rich: `  renew-before-expiry:
    - {name: let-go, targets: [cn-office], groups: {tags: {lifecycle: retire}}, renew: never, daysBefore: 30, tell: finance}
    - name: groups
      groups: {charge: subscription}
      consoleAutoRenew: disabled
      daysBefore: 10
      period: 1 Month
      autoPay: true
      maxPrice: [90000 CNY]
      ask: {above: [60000 CNY], dearerThanLastTimeBy: 10%, who: finance, remind: [3d], links: true}
      unanswered: renew 1 Week
      renewAheadAtMost: 60d
    - {name: workstations, workstations: {charge: subscription}, consoleAutoRenew: disabled, period: 1 Month, pricePerMonth: {some.type: 1980 CNY}}
`,
    free: /\.(ask|aheadAtMostMs) gone$|\.ask\.(above|dearerThanLastTimeBy|remind|links) gone$|\.pricePerMonth\.\S+ (gone|renamed)$|(groups|workstations)\.\w+ renamed$/,
  },
];

/** The keys that the published schema of the policy gives to rules of a function, without those that it only has to refuse them. */
function keysOfRules(name: FunctionName): readonly string[] {
  const { properties } = JSON.parse(readFileSync(new URL('../../policy.schema.json', import.meta.url), 'utf8'));
  const ofRule: Readonly<Record<string, object>> = properties.rules.properties[name].items.properties;
  return Object.entries(ofRule).flatMap(([key, schema]) => ('not' in schema ? [] : [key]));
}

it.each(situations)('the policy with every key has every key of $name', ({ name, rich }) => {
  const rules: readonly object[] = parse(rich)[name];
  const used = new Set(['targets', 'tell', ...rules.flatMap((rule) => Object.keys(rule))]);
  expect(keysOfRules(name).length).toBeGreaterThan(used.size / 2);
  expect(keysOfRules(name).filter((key) => !used.has(key))).toEqual([]);
});

it('has a situation for each function that acts', () => {
  expect(situations.map(({ name }) => name).sort()).toEqual(runners.map(({ name }) => name).sort());
});

/** Keys that any rule may lack: the rule is for more then, or tells others, as somebody may have written it. */
const freeOfAll = /\.(targets|tell|(groups|workstations)\.\w+(\.\w+)?) gone$|\.tags\.\S+ (gone|renamed)$/;

describe.each(situations)('a compiled rule of $name', ({ name, at, target, rich, free }) => {
  const fleet: Promise<DemoFleet> = demoFleet(at);
  afterAll(async () => (await fleet).world.close());
  const runner = runners.find((each) => each.name === name);
  if (!runner) throw new Error(`there is no runner of ${name}`);

  it.each([
    ['the example', examplePolicy],
    ['a policy with every key', policyOf(rich)],
  ])('of %s acts by nothing that is not as this version reads it', async (_which, text) => {
    const { world, run } = await fleet;
    const policy = compiledAt(text, world.clock.now());
    const whole = await run(runner, policy, target, 'plan');
    expect(whole.report.errors).toEqual([]);
    if (text !== examplePolicy) expect(whole.report.counts.act).toBeGreaterThan(0);

    const passed: string[] = [];
    for (const { what, value } of damages(policy.rules[name])) {
      const { report } = await run(runner, withRules(policy, name, value), target, 'plan');
      if (!report.failed) {
        passed.push(what);
        continue;
      }
      const ran = await run(runner, withRules(policy, name, value), target, 'apply');
      expect([what, ran.writes, ran.report.failed]).toEqual([what, [], true]);
      expect([what, ...ran.report.errors]).toEqual([what, { code: 'PolicyFormat', message: expect.stringContaining(`rules.${name}`) }]);
      expect(new Set(ran.report.decisions.map(({ verdict, because }) => `${verdict} ${because[0]?.code}`))).toEqual(
        new Set(['hold policy-format']),
      );
      expect(ran.told).toEqual([expect.stringContaining('Push the policy again')]);
    }
    expect(passed.filter((what) => !freeOfAll.test(what) && !free?.test(what))).toEqual([]);
  });
});

it('expiries are announced although the rules of renew-before-expiry cannot be read', async () => {
  const { world, run } = await demoFleet('2026-11-28T08:45');
  const runner = runners.find(({ name }) => name === 'renew-before-expiry') as Runner;
  try {
    const policy = withRules(compiledAt(examplePolicy, world.clock.now()), 'renew-before-expiry', [null]);
    const { report, writes } = await run(runner, policy, 'cn-office', 'apply');
    expect([report.failed, writes]).toEqual([true, []]);
    expect(report.purchases?.alerts.map(({ resource }) => resource.name)).toContain('legal-contracts');
  } finally {
    await world.close();
  }
});
