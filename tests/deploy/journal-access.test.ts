import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { powers } from '../../cli/ram/powers.ts';
import { rolesOf } from '../../cli/ram/roles.ts';
import { ruleModules } from '../../cli/registry.ts';
import { runners } from '../../cli/runners.ts';
import { catalog } from '../../functions/catalog.ts';
import { digest } from '../../functions/digest/digesting.ts';
import { digestRunner } from '../../functions/digest/run-digest.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { RunnerOptions } from '../../shared/engine/runner.ts';
import { newestPolicy } from '../../shared/journal/people/policies.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type Action, allHarms } from '../../shared/planning/decision.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { passingClock } from '../fixtures/clocks.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { permits } from './permits.ts';

const setup = {
  ...{ account: '1234567890123456', prefix: 'streamwarden', store: { bucket: 'acme', prefix: 'prod' }, approvers: [] },
  ...{ functions: Object.keys(powers), targets: [], logProject: 'p', logstore: 'l' },
};

/** A journal behind the permissions of a role, as OSS would have them. Notes what it refuses, and what was written. */
function fenced(store: Store, role: string, refused: string[], written: Set<string>): Store {
  const policy = rolesOf(setup).find((each) => each.role === role)?.policy ?? { Version: '1' as const, Statement: [] };
  const object = (key: string) => `acs:oss:cn-shanghai:1234567890123456:acme/prod/${key}`;
  const ask = (action: string, resource: string, circumstances = {}): void => {
    if (!permits(policy, action, resource, circumstances)) refused.push(`${role}: ${action} ${resource}`);
  };
  return {
    ...store,
    create(key, bytes) {
      ask('oss:PutObject', object(key));
      written.add(key.replace(/\/.*/, ''));
      return store.create(key, bytes);
    },
    read(key) {
      ask('oss:GetObject', object(key));
      return store.read(key);
    },
    list(prefix, onForeign) {
      ask('oss:ListObjects', 'acs:oss:cn-shanghai:1234567890123456:acme', { 'oss:Prefix': `prod/${prefix}` });
      return store.list(prefix, onForeign);
    },
    folders(prefix) {
      ask('oss:ListObjects', 'acs:oss:cn-shanghai:1234567890123456:acme', { 'oss:Prefix': `prod/${prefix}` });
      return store.folders(prefix);
    },
  };
}

/** What actions of a function call, write or harm that its manifest does not say. */
function strangers(name: string, actions: readonly Action[]): readonly string[] {
  const manifest = catalog.map((entry) => entry.manifest).find((each) => each.name === name);
  const isOwn = (setting: string) =>
    manifest?.settings.some((each) => (each.endsWith(':') ? setting.startsWith(each) : setting === each)) === true;
  const said = [...(manifest?.calls ?? []), ...(manifest?.harms ?? [])] as readonly string[];
  const found = actions.flatMap((action) => [
    ...(isOwn(action.writes.setting) ? [] : [action.writes.setting]),
    ...[action.operation, ...allHarms(action)].filter((each) => !said.includes(each)),
  ]);
  return [...new Set(found)];
}

test('every function at work on the demo account reads and writes only what its manifest says and the role permits that ram-policy prints for it', async () => {
  const simulator = await startSimulator({ scenario: await demoScenario(), gatewayClock: 'virtual' });
  try {
    const clock = passingClock(simulator);
    const text = await readFile(new URL('../../policy.example.yaml', import.meta.url), 'utf8');
    const { document } = loadPolicy(text.replace(/act: \[/, 'act: [enforce-policy, '), 'policy.yaml', ruleModules);
    if (!document) throw new Error('the example policy is broken');
    const policy = compile(document, clock.now(), undefined, ruleModules);
    const [target] = Object.values(policy.targets);
    if (!target) throw new Error('the example policy has no target');
    const { accessKeyId, accessKeySecret } = publishedKey(target.account);
    const credentials = explicitCredentials({ accessKeyId, accessKeySecret });
    const client = createClient({ endpoint: simulator.url, credentials, clock });

    const journal = { ...memoryStore(), shared: true };
    const notifier = { send: async () => ({ delivered: true, failed: [] }) };
    const refused: string[] = [];
    const written = new Set<string>();
    let decided = 0;
    for (const runner of [...runners, digestRunner(digest)]) {
      const store = fenced(journal, powers[runner.name]?.role ?? 'nobody', refused, written);
      await runStoring(store, newestPolicy());
      const actions: Action[] = [];
      const onDecision: RunnerOptions['onDecision'] = (_resource, decision) => {
        if (decision.verdict !== 'keep' && decision.action) actions.push(decision.action);
      };
      const report = await runner.run({ client, target, policy, store, clock, mode: 'apply', world: 'a test', notifier, onDecision });
      expect([runner.name, report.errors]).toEqual([runner.name, []]);
      expect([runner.name, strangers(runner.name, actions)]).toEqual([runner.name, []]);
      decided += actions.length;
    }
    expect(refused).toEqual([]);
    expect(decided).toBeGreaterThan(10);
    // Enough happened for the permissions to be put to use.
    for (const kind of ['written', 'runs', 'heartbeats', 'alerts', 'renewals', 'budget', 'sentinel']) expect(written).toContain(kind);

    // The same functions while they only observe, in the role of observers.
    const observing = compile({ ...document, mode: { default: 'observe', act: [] } }, clock.now(), undefined, ruleModules);
    for (const runner of runners) {
      const store = fenced(journal, 'observer', refused, written);
      await runner.run({ client, target, policy: observing, store, clock, mode: 'apply', world: 'a test', notifier });
    }
    expect(refused).toEqual([]);
  } finally {
    await simulator.close();
  }
});
