import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileSource } from '../../cli/run/policies/source.ts';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { openRenewalFixture, type RenewalFixture } from '../cli/renewal-fixture.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { dayMs } from '../fixtures/times.ts';

let fixture: RenewalFixture;
beforeEach(async () => {
  fixture = await openRenewalFixture();
});
afterEach(async () => {
  closeConnections();
  await fixture.close();
});

test('where no policy can be read from the store, alarms of expiries go out all the same, and nothing is ordered', async () => {
  const lines: Record<string, unknown>[] = [];
  const text = readFileSync(path.join(fixture.folder, 'policy.yaml'), 'utf8');
  const { encoded } = compileSource({ name: 'policy.yaml', text }, fixture.simulator.world.clock.nowMs);
  writeFileSync(path.join(fixture.folder, 'policy.json'), encoded);
  fixture.simulator.advance(3 * dayMs);
  // The list for the policy alone fails: what follows could be read and written.
  fixture.simulator.faults.add({ kind: 'deny', action: 'oss:ListObjectsV2', times: 1 });
  const { accessKeyId, accessKeySecret } = fixture.simulator.accounts[0] as { accessKeyId: string; accessKeySecret: string };
  const invoke = createHandler(renewalRunner(renewBeforeExpiry), {
    environment: {
      FC_FUNC_CODE_PATH: fixture.folder,
      STREAMWARDEN_STORE: 'oss://acme-journal/prod',
      STREAMWARDEN_SIMULATOR: fixture.simulator.url,
    },
    clock: worldClock(fixture.simulator),
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const run = invoke(new Uint8Array(), { requestId: 'R', credentials: { accessKeyId, accessKeySecret }, function: { timeout: 600 } });
  await expect(run).rejects.toMatchObject({ code: 'RunFailed', summary: { policy: 'bundle' } });
  expect(lines.filter(({ event }) => event === 'policy-unreadable')).toHaveLength(1);
  const told = lines.flatMap(({ event, text: said }) => (event === 'told' ? [String(said)] : []));
  for (const name of ['bought-0', 'bought-1']) expect(told).toContainEqual(expect.stringMatching(new RegExp(`${name}.* expires`)));
  expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(0);
});
