import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { loadScenario } from '../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { worldClock } from '../fixtures/clocks.ts';

const policyText = `
version: 1
timezone: Asia/Shanghai
mode: {default: observe, act: [scale-on-schedule]}
targets:
  office: {account: "1234567890123456", endpoint: cn-shanghai}
schedules:
  day: {everyday: {"08:00-20:00": 3 nodes}}
rules:
  scale-on-schedule:
    - {name: all, groups: all, schedule: day}
`;

let folder: string;
let simulator: Simulator;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-sim-'));
  const scenario = await loadScenario(fileURLToPath(new URL('../../simulator/scenarios/one-group.json', import.meta.url)));
  simulator = await startSimulator({ scenario, gatewayClock: 'virtual' });
  const { document, problems } = loadPolicy(policyText, 'policy.yaml', [ruleModule]);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!document) throw new TypeError('no document');
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compile(document, simulator.world.clock.nowMs, undefined, [ruleModule])));
});

afterEach(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The deployed function, one invocation. */
async function invoke() {
  const [key] = simulator.accounts;
  const handler = createHandler(automationRunner(scaleOnSchedule), {
    environment: {
      FC_FUNC_CODE_PATH: folder,
      STREAMWARDEN_STORE: `dir:${path.join(folder, 'journal')}`,
      STREAMWARDEN_SIMULATOR: simulator.url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: key?.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: key?.accessKeySecret,
    },
    write: () => {},
    clock: worldClock(simulator),
  });
  const summary = await handler(new Uint8Array(), { requestId: 'request-1' });
  return summary.targets[0];
}

test('the function brings a delivery group under its schedule over HTTP, and then has nothing more to do', async () => {
  expect(await invoke()).toMatchObject({ observed: 1, act: 1, outcomes: { done: 1 }, failed: false });
  simulator.advance(5 * 60_000);
  expect(await invoke()).toMatchObject({ observed: 1, act: 0, keep: 1, outcomes: {}, failed: false });
  expect((await verifyJournal(directoryStore(path.join(folder, 'journal')))).problems).toEqual([]);
});

test('a write whose answer is lost fails the run, is known to be ours, and is not repeated', async () => {
  simulator.faults.add({ action: 'ModifyNodePoolAttribute', kind: 'lose-answer', times: 1 });
  await expect(invoke()).rejects.toMatchObject({ code: 'RunFailed', summary: { targets: [{ outcomes: { unknown: 1 } }] } });
  simulator.advance(5 * 60_000);
  expect(await invoke()).toMatchObject({ act: 0, keep: 1, hold: 0, failed: false });
});
