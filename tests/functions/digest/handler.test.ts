import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digest } from '../../../functions/digest/digesting.ts';
import { ruleModule as digestRules } from '../../../functions/digest/rule.ts';
import { digestRunner } from '../../../functions/digest/run-digest.ts';
import { ruleModule as scaleRules } from '../../../functions/scale-on-schedule/rule.ts';
import { closeConnections } from '../../../shared/client/agents.ts';
import { createHandler } from '../../../shared/fc/handle.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { compile } from '../../../shared/policy/compile.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { demoScenario } from '../../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { worldClock } from '../../fixtures/clocks.ts';

const example = readFileSync(new URL('../../../policy.example.yaml', import.meta.url), 'utf8');

let folder: string;
let simulator: Simulator;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-digest-'));
  lines = [];
  simulator = await startSimulator({ scenario: await demoScenario(), gatewayClock: 'virtual' });
  const text = example.replace(
    '{kind: dingtalk, url: "env:DINGTALK_OPS_URL", secret: "env:DINGTALK_OPS_SECRET"}',
    '{kind: file, url: "env:OPS_FILE"}',
  );
  const modules = [scaleRules, digestRules];
  const { document } = loadPolicy(text, 'policy.yaml', modules);
  if (!document) throw new Error('the example is broken');
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compile(document, simulator.world.clock.nowMs, 30, modules)));
});

afterEach(async () => {
  closeConnections();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One invocation of the deployed function. */
function invoke() {
  const { accessKeyId = '', accessKeySecret = '' } = simulator.accounts[0] ?? {};
  const handler = createHandler(digestRunner(digest), {
    environment: { FC_FUNC_CODE_PATH: folder, STREAMWARDEN_SIMULATOR: simulator.url, OPS_FILE: path.join(folder, 'ops.jsonl') },
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    clock: worldClock(simulator),
  });
  return handler(new Uint8Array(), { requestId: 'one', credentials: { accessKeyId, accessKeySecret }, function: { timeout: 300 } });
}

const told = () =>
  readFileSync(path.join(folder, 'ops.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly id: string; readonly title: string; readonly text: string });

test('the digest of the example policy tells of three targets in one message, from one invocation, with the journal in a bucket', async () => {
  simulator.advance(30 * 60_000);
  const { targets } = await invoke();
  expect(targets.map(({ target, failed, observed }) => [target, failed, observed])).toEqual([
    ['cn-office', false, 38],
    ['cn-studio', false, 21],
    ['singapore', false, 10],
  ]);
  await invoke();
  expect(told().map(({ id, title }) => [id, title])).toEqual([['digests/daily/all/2026-11-25', 'Streamwarden daily digest']]);
  expect(told()[0]?.text).toContain('· cn-studio, singapore'.slice(2));
  expect(told()[0]?.text).toMatch(/Expiring in 30 days \(\d+\)/);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});
