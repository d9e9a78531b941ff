import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileSource } from '../../cli/run/policies/source.ts';
import { withSession } from '../../cli/run/session.ts';
import { dayMs } from '../fixtures/times.ts';
import { openPolicyFixture, type PolicyFixture, policyText } from './policy-fixture.ts';

describe('the policy in the store', () => {
  let fixture: PolicyFixture;
  beforeEach(async () => {
    fixture = await openPolicyFixture();
  });
  afterEach(() => fixture.close());

  const session = (target?: string) => {
    const options = { policy: 'store', simulator: fixture.simulator.url, state: path.join(fixture.folder, 'state') };
    return withSession({ ...options, ...(target === undefined ? {} : { target }) }, async ({ policy, targets }) => [
      policy.timelines['b||Asia/Shanghai']?.segments[0]?.level,
      targets.map(({ name }) => name),
    ]);
  };

  test('is what commands go by where they are told so, without a file', async () => {
    await expect(session()).rejects.toMatchObject({ code: 'PolicyMissing' });
    await fixture.published();
    await fixture.published({ b: 3 });
    expect(await session()).toEqual([{ nodes: 3 }, ['home']]);
    expect(await session('home')).toEqual([{ nodes: 3 }, ['home']]);
    await expect(session('away')).rejects.toMatchObject({ code: 'UnknownTarget' });
  });
});

test('a policy that is published begins a little before, and warns of its end a month ahead', () => {
  const nowMs = Date.UTC(2026, 10, 24, 4);
  const { policy } = compileSource({ name: 'policy.yaml', text: policyText() }, nowMs);
  expect([nowMs - policy.fromMs, (policy.untilMs - policy.fromMs) / dayMs]).toEqual([3_600_000, 400]);
  expect(policy.warnings).toMatchObject([{ code: 'policy-ends', fromMs: policy.untilMs - 30 * dayMs }]);
});
