import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPolicyConnection } from '../../cli/run/policies/connection.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { streamwarden } from '../cli/command.ts';
import { policyWith } from '../engine/dial.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { openPolicyFixture, type Person, type PolicyFixture } from './policy-fixture.ts';

let fixture: PolicyFixture;
beforeAll(async () => {
  fixture = await openPolicyFixture();
});
afterAll(() => fixture.close());

const run = (args: readonly string[], person: Person = 'li') => streamwarden([...args, ...fixture.options], fixture.as(person));

/** A function deployed once, for the whole story. */
function deployed() {
  writeFileSync(path.join(fixture.folder, 'policy.json'), encodePolicy(policyWith({ mode: { default: 'observe', act: [] } })));
  const { accessKeyId, accessKeySecret } = fixture.simulator.accounts[0] as { accessKeyId: string; accessKeySecret: string };
  const handler = createHandler(automationRunner(scaleOnSchedule), {
    environment: {
      FC_FUNC_CODE_PATH: fixture.folder,
      STREAMWARDEN_STORE: `dir:${path.join(fixture.folder, 'state')}`,
      STREAMWARDEN_SIMULATOR: fixture.simulator.url,
      STREAMWARDEN_TARGET: 'home',
    },
    clock: worldClock(fixture.simulator),
    write: () => {},
  });
  return () => handler(new Uint8Array(), { requestId: 'R', credentials: { accessKeyId, accessKeySecret }, function: { timeout: 600 } });
}

const nodesWritten = () => fixture.simulator.ledger.records.filter(({ action }) => action === 'ModifyNodePoolAttribute').length;

describe('a policy from the desk to a function', () => {
  test('is pushed, proposed, confirmed by a second person, and taken back, without a deployment', async () => {
    const invoke = deployed();
    fixture.write();
    const first = await run(['push', '--because', 'to begin with']);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain('nothing was published before');
    expect(first.stdout).toContain('Published as policy 0.');
    expect(await invoke()).toMatchObject({ policy: 'policy/00000000', targets: [{ act: 0, keep: 10 }] });

    fixture.write({ a: 2 });
    const large = await run(['push', '--because', 'more for a', '--json']);
    expect([large.code, large.stderr]).toEqual([2, '']);
    expect(JSON.parse(large.stdout)).toMatchObject({
      ...{ format: 1, outcome: 'proposed', sequence: 0, base: 0, changed: 9, covered: 10, limitPercent: 10, twoPeopleFor: 'share' },
      changes: expect.arrayContaining([expect.objectContaining({ resource: { id: 'aig-0', name: 'group-0' } })]),
    });
    expect((await invoke()).policy).toBe('policy/00000000');

    const confirmed = await run(['push', '--confirm', '0'], 'bo');
    expect([confirmed.code, confirmed.stderr]).toEqual([0, '']);
    expect(confirmed.stdout).toContain('group-0  aig-0  as wanted ⇒ nodes: fixed at 1 node → fixed at 2 nodes');
    expect(confirmed.stdout).toContain('9 of 10 covered resources are decided otherwise in the coming week: 90%, limit 10%');
    expect(await invoke()).toMatchObject({ policy: 'policy/00000001', targets: [{ outcomes: { done: 9 } }] });
    expect(nodesWritten()).toBe(9);

    const back = await run(['rollback', '--because', 'too dear'], 'bo');
    expect([back.code, back.stderr]).toEqual([0, '']);
    expect(back.stdout).toContain('Published as policy 2.');
    expect(await invoke()).toMatchObject({ policy: 'policy/00000002', targets: [{ outcomes: { done: 9 } }] });

    const log = await run(['policy', 'log']);
    expect([log.code, log.stderr]).toEqual([0, '']);
    expect(log.stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | ').replaceAll(/ \| [0-9a-f]{12}/g, ''))).toEqual([
      expect.stringMatching(/^Journal: dir:/),
      expect.stringMatching(/^2 \| in force \| 2026-11-25 \d\d:\d\d \| until 2027-12-30 \| bo.chen \| back to policy 0: too dear$/),
      expect.stringMatching(/^1 \| replaced \| .* \| li.wei, confirmed by bo.chen \| more for a$/),
      expect.stringMatching(/^0 \| replaced \| .* \| li.wei \| to begin with$/),
      'Times: Asia/Shanghai',
      '',
    ]);
    const diff = await run(['policy', 'diff', '--decisions']);
    expect([diff.code, diff.stderr]).toEqual([0, '']);
    expect(diff.stdout).toContain('-  a: {everyday: {00:00-24:00: 2 nodes}}\n+  a: {everyday: {00:00-24:00: 1 nodes}}');
    expect(diff.stdout).toContain('9 of 10 covered resources are decided otherwise in the coming week.');
  }, 60_000);

  test('is broken on the desk: nothing is published, and the way back needs no whole file', async () => {
    writeFileSync(path.join(fixture.folder, 'policy.yaml'), 'version: 1\ntimezone: Nowhere\n');
    const pushed = await run(['push']);
    expect([pushed.code, pushed.stdout.includes('Published')]).toEqual([1, false]);
    expect(pushed.stderr).toContain('The policy cannot be used:\n');
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 'always' });
    const back = await run(['rollback']);
    expect(back.code).toBe(0);
    expect(back.stdout).toContain('not observed: scale-on-schedule, home');
    expect(back.stdout).toContain('Published as policy 3.');
  }, 60_000);
});

test.each<[string, Parameters<typeof withPolicyConnection>[0], RegExp]>([
  ['no store that functions read', { policy: '/nowhere/policy.yaml', target: 'home' }, /No store is named/],
  ['no lasting store', { policy: '/nowhere/policy.yaml' }, /Name --target for the cloud/],
])('with %s a command says what to name', async (_what, options, message) => {
  await expect(withPolicyConnection(options, async () => 'worked')).rejects.toThrow(message);
});
