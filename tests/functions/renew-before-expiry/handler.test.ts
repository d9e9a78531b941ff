import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { renewBeforeExpiry } from '../../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../../functions/renew-before-expiry/run/run-renewals.ts';
import { closeConnections } from '../../../shared/client/agents.ts';
import { createHandler } from '../../../shared/fc/handle.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { accountId, compiledPolicy, orders, policyText } from './renewal-fixture.ts';

const start = '2026-11-03T12:00:00+08:00';
let folder: string;
let simulator: Simulator;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-renew-'));
  lines = [];
  const group = { id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2026-11-05T00:00:00+08:00' };
  simulator = await startSimulator({
    world: buildWorld({ start, accounts: [{ id: accountId, groups: [group] }] }),
    gatewayClock: 'virtual',
  });
  const text = policyText('- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}');
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compiledPolicy(text, Date.parse(start))));
});

afterEach(async () => {
  closeConnections();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One invocation of the deployed function. */
function invoke(store: string, environment: Readonly<Record<string, string>> = {}) {
  const { accessKeyId = '', accessKeySecret = '' } = simulator.accounts[0] ?? {};
  const handler = createHandler(renewalRunner(renewBeforeExpiry), {
    environment: { FC_FUNC_CODE_PATH: folder, STREAMWARDEN_STORE: store, STREAMWARDEN_SIMULATOR: simulator.url, ...environment },
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    clock: worldClock(simulator),
  });
  return handler(new Uint8Array(), { requestId: 'one', credentials: { accessKeyId, accessKeySecret }, function: { timeout: 300 } });
}

test('with the journal in a bucket it orders, logs what it told, and reports dead channels without failing', async () => {
  expect(await invoke('oss://acme-journal/prod')).toMatchObject({ targets: [{ failed: false, act: 1, outcomes: { done: 1 } }] });
  expect(orders({ simulator })).toHaveLength(1);
  expect(lines.filter(({ event, code }) => event === 'warning' && code === 'channel-dead')).toMatchObject([
    { text: 'The channel money did not deliver: the variable MONEY_URL is not set; set it, or remove the channel.' },
    // That nobody hears of it is told on the other channel, which is dead as well.
    { text: 'The channel oncall did not deliver: the variable ONCALL_URL is not set; set it, or remove the channel.' },
  ]);
});

test('with the journal on its own disk it refuses to order, and fails with what to do', async () => {
  await expect(invoke(`dir:${path.join(folder, 'journal')}`)).rejects.toMatchObject({ code: 'RunFailed' });
  expect(orders({ simulator })).toHaveLength(0);
  expect(lines.find(({ event }) => event === 'error')).toMatchObject({
    code: 'Unsupported',
    message: expect.stringContaining('name it under store'),
  });
});

test('told to observe it orders nothing and tells nobody', async () => {
  expect(await invoke('oss://acme-journal/prod', { STREAMWARDEN_OBSERVE: 'true' })).toMatchObject({
    targets: [{ mode: 'plan', act: 1, outcomes: {} }],
  });
  expect(orders({ simulator })).toHaveLength(0);
  expect(lines.filter(({ event }) => event === 'told')).toEqual([]);
});
