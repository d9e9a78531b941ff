import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFormats } from '../../cli/doctor/policy.ts';
import { mustBeReadable } from '../../cli/run/policies/prepare.ts';
import { heartbeatsOf, recordHeartbeat } from '../../shared/journal/log/runs.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { streamwarden } from '../cli/command.ts';
import { minuteMs } from '../fixtures/times.ts';
import { openPolicyFixture, type PolicyFixture } from './policy-fixture.ts';

const scaling = 'scale-on-schedule';

describe('a policy in a format that a deployed function does not read', () => {
  let fixture: PolicyFixture;
  beforeEach(async () => {
    fixture = await openPolicyFixture();
  });
  afterEach(() => fixture.close());

  /** A heartbeat so many minutes ago; without formats it is a command's, or of a version that did not say. */
  async function beat(minutesAgo: number, policyFormats?: readonly number[], target = 'home'): Promise<void> {
    const { store, clock } = await fixture.world();
    const atMs = clock.now() - minutesAgo * minuteMs;
    const run = { functionName: scaling, target, owner: `run-${minutesAgo}`, atMs };
    await runStoring(store, recordHeartbeat(run, { failed: false, policyFormats }));
  }

  async function refusal(format = 1): Promise<unknown> {
    const world = await fixture.world();
    const { policy } = await fixture.prepared();
    // A later version of this command: it compiles to another format.
    return mustBeReadable(world, { ...policy, format: format as 1 }).catch((error: unknown) => error);
  }

  test('is not published, and the command says which function to deploy', async () => {
    await beat(5, [2, 3]);
    fixture.write();
    const { code, stderr } = await streamwarden(['push', ...fixture.options], fixture.as('li'));
    expect(code).toBe(1);
    expect(stderr).toContain('scale-on-schedule on home reads formats 2 and 3');
    const { store } = await fixture.world();
    for await (const key of store.list('policy/')) throw new Error(`published: ${key}`);
  });

  test.each([
    ['by its newest heartbeat', async () => [await beat(600, [2]), await beat(5, [1])], undefined],
    [
      'by its newest heartbeat, also of an older version put back',
      async () => [await beat(600, [1]), await beat(5, [2])],
      'FormatNotDeployed',
    ],
    ['whatever a person ran by hand since', async () => [await beat(9, [2]), await beat(5)], 'FormatNotDeployed'],
    ['not at all where it left none', async () => undefined, undefined],
    ['not by heartbeats older than the day before', async () => beat(3 * 24 * 60, [2]), undefined],
    ['not by the heartbeat of a target that the policy does not have', async () => beat(5, [2], 'gone'), undefined],
  ])('is held against a function %s', async (_what, beats, code) => {
    await beats();
    expect(await refusal()).toEqual(code === undefined ? undefined : expect.objectContaining({ code }));
  });

  test('is held against a function of a version that did not say: that read format 1 only', async () => {
    await beat(5);
    expect(await refusal(1)).toBeUndefined();
    expect(await refusal(2)).toMatchObject({ code: 'FormatNotDeployed', message: expect.stringContaining('home reads format 1') });
  });

  test('is not held against a function by a heartbeat that cannot be read', async () => {
    const { store, clock } = await fixture.world();
    const slot = `${new Date(clock.now() - minuteMs).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
    await store.create(`${heartbeatsOf({ functionName: scaling, target: 'home' })}/${slot}`, Buffer.from('{'));
    expect(await refusal(2)).toBeUndefined();
    await beat(30, [1]);
    expect(await refusal(2)).toMatchObject({ code: 'FormatNotDeployed' });
  });

  test('is named by doctor', async () => {
    const world = await fixture.world();
    const { policy } = await fixture.prepared();
    expect(await checkFormats(world, policy)).toEqual([]);
    await beat(60, [1]);
    expect(await checkFormats(world, policy)).toMatchObject([{ state: 'ok' }]);
    await beat(5, [2]);
    expect(await checkFormats(world, policy)).toMatchObject([
      { state: 'fail', text: expect.stringContaining('on home reads policies of format 2') },
    ]);
  });
});
