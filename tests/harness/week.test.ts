import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instance, startInstance } from '../../cli/harness/instance.ts';
import type { Invocation } from '../../cli/harness/invocation.ts';
import type { InvocationSummary } from '../../shared/fc/handle.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { stable } from '../fixtures/json.ts';
import { type BuiltBundles, builtBundles } from './built-bundles.ts';
import {
  demoWorld,
  examplePolicy,
  firstKey,
  functionsOfWeek,
  journalOf,
  type Played,
  playBundles,
  playCommand,
  stepsOfWeek,
} from './week.ts';

/** Requests to the service that changed something, in their order. */
const writes = (simulator: Simulator): readonly string[] =>
  simulator.ledger.records
    .filter(({ action, executed }) => executed && !/^(List|Get|PageList|Describe|AssumeRole)/.test(action))
    .map(({ action, accountId, input, receivedAtMs }) => `${receivedAtMs} ${accountId} ${action} ${stable(input)}`)
    .sort();

describe('a week of the example policy, by built functions that timers and events begin', () => {
  let bundles: BuiltBundles;
  let cloud: Simulator;
  let fixture: Simulator;
  const instances = new Map<string, Instance>();
  const invocations: Invocation[] = [];
  let policy: CompiledPolicy;
  let byBundles: readonly Played[];
  let byCommand: readonly Played[];

  beforeAll(async () => {
    [bundles, cloud, fixture] = await Promise.all([builtBundles(functionsOfWeek), demoWorld(), demoWorld()]);
    const startMs = cloud.world.clock.nowMs;
    const policyFile = path.join(bundles.folder, 'policy.json');
    policy = examplePolicy(startMs);
    writeFileSync(policyFile, encodePolicy(policy));
    const { accessKeyId, accessKeySecret } = firstKey(cloud);
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
      STREAMWARDEN_POLICY: policyFile,
      STREAMWARDEN_SIMULATOR: cloud.url,
    };
    for (const name of functionsOfWeek) {
      const bundle = path.join(bundles.folder, name, 'index.js');
      instances.set(name, startInstance({ bundle, env, memoryMb: 128 }));
    }
    const steps = stepsOfWeek(startMs);
    const call = async (name: string, event: unknown, nowMs: number): Promise<InvocationSummary> => {
      const invocation = await (instances.get(name) as Instance).invoke(Buffer.from(JSON.stringify(event)), { nowMs });
      invocations.push(invocation);
      if (!invocation.ok) throw new Error(`${name}: ${invocation.error.errorMessage}\n${invocation.logs.join('\n')}`);
      return invocation.result as InvocationSummary;
    };
    [byBundles, byCommand] = await Promise.all([playBundles(cloud, steps, call), playCommand(fixture, steps)]);
    const order = (a: Played, b: Played) => (a.step < b.step ? -1 : 1);
    byBundles = [...byBundles].sort(order);
    byCommand = [...byCommand].sort(order);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([...instances.values()].map((instance) => instance.kill()));
    await Promise.all([cloud.close(), fixture.close()]);
    bundles.remove();
  });

  const byTimer = (played: readonly Played[]): readonly Played[] => played.filter(({ onEvents }) => !onEvents);
  const byEvent = (played: readonly Played[]): readonly Played[] => played.filter(({ onEvents }) => onEvents);

  test('is one in which each function has something to do', () => {
    const acted = byBundles.flatMap(({ step, summary }) => (summary.act > 0 ? [step.split(' ')[1]] : []));
    expect([...new Set(acted)].sort()).toEqual(functionsOfWeek.filter((name) => name !== 'digest'));
    const operations = new Set(writes(cloud).map((write) => write.split(' ')[2]));
    for (const operation of [
      'ModifyNodePoolAttribute',
      'RenewAppInstanceGroup',
      'ApproveOtaTask',
      'TagCloudResources',
      'StartWuyingServer',
    ]) {
      expect(operations).toContain(operation);
    }
  });

  test('each run observes, decides and does what the run of the command line does at that time', () => {
    const summaries = (played: readonly Played[]) => byTimer(played).map(({ step, summary }) => ({ step, summary }));
    expect(summaries(byBundles)).toEqual(summaries(byCommand));
  });

  test('where a run left a record, its decisions have the same verdicts, reasons and actions', () => {
    const command = new Map(byTimer(byCommand).map(({ step, decided }) => [step, decided]));
    const recorded = byTimer(byBundles).filter(({ decided }) => decided !== undefined);
    expect(recorded.length).toBeGreaterThan(20);
    for (const { step, decided } of recorded) expect({ step, decided }).toEqual({ step, decided: command.get(step) });
  });

  test('on the events of what somebody did, the functions decide of those groups what a sweep at that time does', () => {
    const decisions = (played: readonly Played[]) =>
      byEvent(played)
        .flatMap(({ decided }) => decided ?? [])
        .sort();
    expect(byEvent(byBundles)).toHaveLength(2);
    expect(decisions(byBundles)).toHaveLength(2);
    expect(decisions(byBundles)).toEqual(decisions(byCommand));
  });

  test('the same digests went into the journal', async () => {
    const digests = async (simulator: Simulator): Promise<readonly string[]> => {
      const keys: string[] = [];
      for await (const key of journalOf(simulator, policy).list('digests/')) keys.push(key);
      return keys;
    };
    const written = await digests(cloud);
    expect(written.length).toBeGreaterThan(0);
    expect(written).toEqual(await digests(fixture));
  });

  test('the service was asked for the same changes at the same times, and for no others', () => {
    expect(writes(cloud)).toEqual(writes(fixture));
  });

  test('no invocation fails, leaves work behind, or needs more than the smallest memory', () => {
    expect(invocations.filter(({ ok }) => !ok)).toEqual([]);
    expect(invocations.flatMap(({ leftBehind }) => leftBehind)).toEqual([]);
    expect(Math.max(...invocations.map(({ peakMb }) => peakMb))).toBeLessThan(128);
  });
});
