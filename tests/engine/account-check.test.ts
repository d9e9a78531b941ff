import { describe, expect, test } from 'vitest';
import type { Client } from '../../shared/client/client.ts';
import { policyWith } from './dial.ts';
import { apiError, codes, fixture } from './run-fixture.ts';

const another = '1000000000000011';

/** Two dials that a run would turn, and how the question whose keys these are is answered. */
function twoWishes(answer?: () => unknown) {
  const b = fixture();
  b.service.put('a', 'old').put('b', 'old');
  b.wishes.set('a', { value: 'new' }).set('b', { value: 'new' });
  const asked = { times: 0 };
  const call = (async (operation: { readonly action: string }, input: never) => {
    if (operation.action !== 'GetCallerIdentity') return b.service.client.call(operation as never, input);
    asked.times += 1;
    return answer ? answer() : b.service.client.call(operation as never, input);
  }) as Client['call'];
  const client: Client = { ...b.service.client, call };
  return { ...b, asked, run: (mode: 'plan' | 'apply', more: Parameters<typeof b.run>[1] = {}) => b.run(mode, { client, ...more }) };
}

describe('before a run acts it asks whose keys it has', () => {
  test.each(['plan', 'apply'] as const)('keys of another account hold all that would act and fail the run, in %s', async (mode) => {
    const b = twoWishes();
    const stated = b.service.account;
    b.service.account = another;
    const report = await b.run(mode);
    expect(codes(report)).toEqual(['a hold account-mismatch', 'b hold account-mismatch']);
    expect(report).toMatchObject({ failed: true, outcomes: [], counts: { act: 0, hold: 2 } });
    expect(report.errors.map(({ code }) => code)).toEqual(['AccountMismatch']);
    for (const named of [stated, another, 'targets\\.cn\\.account'])
      expect(report.errors[0]?.message).toMatch(new RegExp(`\\b${named}\\b`));
    expect(b.service.calls).toEqual([]);
  });

  test.each([
    [
      'a refusal',
      () => {
        throw apiError('no');
      },
    ],
    ['an answer that never came', () => Promise.reject(apiError('unknown'))],
    ['an answer without an account', () => ({ Arn: `acs:ram::${another}:root` })],
    ['an answer whose account is no number', () => ({ AccountId: 'me', Arn: 'acs:ram::me:root' })],
    ['an answer without a name', () => ({ AccountId: another })],
  ])('%s: nothing is done, and the run fails', async (_, answer) => {
    const b = twoWishes(answer);
    const report = await b.run('apply');
    expect(codes(report)).toEqual(['a hold account-unknown', 'b hold account-unknown']);
    expect([report.failed, report.errors[0]?.code, b.service.calls]).toEqual([true, 'AccountUnknown', []]);
  });

  test('a failure is not remembered: the next run asks again, and acts', async () => {
    let down = true;
    const b = twoWishes(() => {
      if (down) throw apiError('no');
      return { AccountId: b.service.account, Arn: `acs:ram::${b.service.account}:user/tests` };
    });
    await b.run('apply');
    down = false;
    expect((await b.run('apply')).outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect(b.asked.times).toBe(2);
  });
});

describe('a run that does nothing asks it too: the fleet of another account would look healthy', () => {
  const observing = { policy: policyWith({ mode: { default: 'observe', act: [] } }) };

  test.each(['plan', 'apply'] as const)(
    'keys of another account fail it, where nothing would act and where it only observes, in %s',
    async (mode) => {
      const b = twoWishes();
      b.service.account = another;
      expect((await b.run(mode, observing)).errors.map(({ code }) => code)).toEqual(['AccountMismatch']);
      b.wishes.set('a', { value: 'old' }).set('b', { value: 'old' });
      const idle = await b.run(mode);
      expect([idle.failed, idle.errors.map(({ code }) => code), idle.counts.act]).toEqual([true, ['AccountMismatch'], 0]);
    },
  );

  test('nothing that another account shows is written down or told as held', async () => {
    const b = twoWishes();
    b.service.account = another;
    b.wishes.set('a', { value: 'HOLD' });
    const report = await b.run('apply', observing);
    expect([report.newHolds, [...b.store.records.keys()].filter((key) => key.startsWith('written/'))]).toEqual([[], []]);
  });

  test('nobody who could say whose they are is a warning there, and the run goes on', async () => {
    const b = twoWishes(() => {
      throw apiError('no');
    });
    const report = await b.run('apply', observing);
    expect([report.failed, report.warnings.map(({ code }) => code)]).toEqual([false, expect.arrayContaining(['account-unknown'])]);
  });
});
