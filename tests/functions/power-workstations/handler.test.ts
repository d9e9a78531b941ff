import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { powerWorkstations } from '../../../functions/power-workstations/automation.ts';
import { closeConnections } from '../../../shared/client/agents.ts';
import { automationRunner } from '../../../shared/engine/runner.ts';
import { createHandler } from '../../../shared/fc/handle.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { minuteMs } from '../../fixtures/times.ts';
import { type PowerFixture, policyText, powerFixture } from './power-fixture.ts';

let folder: string;
let fixture: PowerFixture;
const workstation = { id: 'w', name: 'artist', region: 'cn-hangzhou', status: 'STOPPED' };

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-power-'));
  fixture = await powerFixture(
    { start: '2026-11-25 10:00', workstations: [workstation] },
    policyText('- {name: r, workstations: all, schedule: studio}'),
  );
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(fixture.policy));
});

afterEach(async () => {
  closeConnections();
  await fixture.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One invocation of the deployed function, its journal in a folder. */
function invoke(environment: Readonly<Record<string, string>> = {}) {
  const { accessKeyId = '', accessKeySecret = '' } = fixture.simulator.accounts[0] ?? {};
  const places = {
    FC_FUNC_CODE_PATH: folder,
    STREAMWARDEN_STORE: `dir:${path.join(folder, 'journal')}`,
    STREAMWARDEN_SIMULATOR: fixture.simulator.url,
  };
  const handler = createHandler(automationRunner(powerWorkstations), {
    environment: { ...places, ...environment },
    write: () => {},
    clock: worldClock(fixture.simulator),
  });
  return handler(new Uint8Array(), { requestId: 'one', credentials: { accessKeyId, accessKeySecret }, function: { timeout: 300 } });
}

test('deployed it starts what is due, once, and knows it the next time', async () => {
  expect(await invoke()).toMatchObject({ targets: [{ failed: false, act: 1, outcomes: { done: 1 } }] });
  fixture.simulator.advance(minuteMs);
  expect(await invoke()).toMatchObject({ targets: [{ failed: false, act: 0, outcomes: {} }] });
  expect(fixture.calls('StartWuyingServer')).toEqual([['w']]);
});

test('told to observe it starts nothing', async () => {
  expect(await invoke({ STREAMWARDEN_OBSERVE: 'true' })).toMatchObject({ targets: [{ mode: 'plan', act: 1, outcomes: {} }] });
  expect(fixture.calls('StartWuyingServer')).toEqual([]);
});
