import { afterEach, beforeEach, expect, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { type AccountFixture, openAccountFixture } from '../cli/account-fixture.ts';
import { streamwarden } from '../cli/command.ts';

let fixture: AccountFixture;

beforeEach(async () => {
  fixture = await openAccountFixture();
});

afterEach(async () => {
  closeConnections();
  await fixture.close();
});

const store = 'oss://acme-journal/prod';

/** The options of the fixture with the journal in a simulated bucket. */
const world = () => [...fixture.world.slice(0, fixture.world.indexOf('--state')), '--state', store];

test('the command line keeps its journal in a bucket, and reads and verifies it there', async () => {
  const applied = await streamwarden(['apply', ...world()]);
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(applied.stdout).toContain(store);
  expect(fixture.simulator.oss.bucket('acme-journal')?.list('prod/runs/', '', 10).names).toHaveLength(1);
  const { accessKeyId, accessKeySecret } = fixture.simulator.accounts[0] as { accessKeyId: string; accessKeySecret: string };
  const env = {
    STREAMWARDEN_STORE: store,
    STREAMWARDEN_STORE_ENDPOINT: fixture.simulator.url,
    STREAMWARDEN_STORE_REGION: 'cn-shanghai',
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
  };
  const verified = await streamwarden(['journal', 'verify'], { env });
  expect([verified.code, verified.stderr]).toEqual([0, '']);
  expect(verified.stdout).toContain('all chains are whole');
});

test('nothing is changed while the bucket cannot be written, and the command says why', async () => {
  fixture.simulator.faults.add({ kind: 'deny', action: 'oss:PutObject', times: 'always' });
  const { code, stdout, stderr } = await streamwarden(['apply', ...world()]);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('Give this identity oss:PutObject');
  expect(fixture.simulator.ledger.count('ModifyNodePoolAttribute', 'received')).toBe(0);
});

test('a function reaches the bucket with the keys of its role', async () => {
  const compiled = await streamwarden(['compile', '--policy', `${fixture.folder}/policy.yaml`, '--out', `${fixture.folder}/policy.json`]);
  expect([compiled.code, compiled.stderr]).toEqual([0, '']);
  const { accessKeyId, accessKeySecret } = fixture.simulator.accounts[0] as { accessKeyId: string; accessKeySecret: string };
  const environment = { FC_FUNC_CODE_PATH: fixture.folder, STREAMWARDEN_STORE: store, STREAMWARDEN_SIMULATOR: fixture.simulator.url };
  const handler = createHandler(automationRunner(scaleOnSchedule), { environment, write: () => {} });
  const context = { requestId: 'one', credentials: { accessKeyId, accessKeySecret }, function: { timeout: 300 } };
  expect(await handler(new Uint8Array(), context)).toMatchObject({ targets: [{ failed: false, outcomes: { done: 4 } }] });
  expect(fixture.simulator.ledger.count('ModifyNodePoolAttribute', 'executed')).toBe(4);
  expect(fixture.simulator.oss.bucket('acme-journal')?.list('prod/runs/', '', 10).names).toHaveLength(1);
});
