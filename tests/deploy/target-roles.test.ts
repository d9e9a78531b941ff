import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { withRoleSuffix } from '../../shared/fc/clients.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { accountId, compiledPolicy, policyText, start } from '../e2e/live-function.ts';
import { passingClock } from '../fixtures/clocks.ts';

const policy = {
  sourceHash: 'h',
  targets: { away: { name: 'away', account: '1', role: 'warden' }, home: { name: 'home', account: '2' } },
} as unknown as CompiledPolicy;

const rolesFor = (environment: Record<string, string>) =>
  Object.values(withRoleSuffix(policy, readSettings(environment).targetRoleSuffix).targets).map(({ role }) => role);

test.each([
  [
    'a suffix goes behind the role of each target that has one',
    { STREAMWARDEN_TARGET_ROLE_SUFFIX: '-operator' },
    ['warden-operator', undefined],
  ],
  ['an empty suffix is none', { STREAMWARDEN_TARGET_ROLE_SUFFIX: '' }, ['warden', undefined]],
  ['no suffix leaves the policy as it is', {}, ['warden', undefined]],
])('%s', (_, environment, roles) => expect(rolesFor(environment as Record<string, string>)).toEqual(roles));

test('the policy that was read stays as it was', () => {
  const before = structuredClone(policy);
  withRoleSuffix(policy, '-buyer');
  expect(policy).toEqual(before);
});

test('a deployed function assumes the role of its power', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-roles-'));
  const simulator = await startSimulator({
    world: buildWorld({ start, accounts: [{ id: accountId, groups: [] }] }),
    gatewayClock: 'virtual',
  });
  try {
    const clock = passingClock(simulator);
    const text = policyText({ 'scale-on-schedule': ['{name: all, groups: all, schedule: office}'] }).replace(
      '{account:',
      '{role: warden, account:',
    );
    writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compiledPolicy(text, [ruleModule], clock.now())));
    const { accessKeyId, accessKeySecret } = publishedKey(accountId);
    const environment = {
      ...{ FC_FUNC_CODE_PATH: folder, STREAMWARDEN_SIMULATOR: simulator.url, STREAMWARDEN_OBSERVE: 'true' },
      ...{ STREAMWARDEN_TARGET_ROLE_SUFFIX: '-observer' },
      ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret },
    };
    await createHandler(automationRunner(scaleOnSchedule), { clock, environment, write: () => {} })(Buffer.alloc(0), { requestId: 'one' });
    const assumed = simulator.ledger.records.filter(({ action }) => action === 'AssumeRole').map(({ input }) => input?.['RoleArn']);
    expect(assumed).toEqual([`acs:ram::${accountId}:role/warden-observer`]);
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
