import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateMs, kindOfCode, provesNotExecuted, retryAfterMs } from '../../shared/client/failure.ts';
import { backoffMs, type CallClass, classOf, decide, retryTable, type Step } from '../../shared/client/retry.ts';
import { buyThing, readThing, writeThing } from './rows.ts';

const kinds = Object.keys(retryTable) as (keyof typeof retryTable)[];

describe('the decision', () => {
  it('knows the class of an operation; a token does not make a purchase repeatable', () => {
    expect([readThing, writeThing, buyThing].map(classOf)).toEqual(['read', 'write', 'purchase']);
    expect(buyThing.token).toBeDefined();
  });

  it('is never to repeat a purchase', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.constantFrom('no', 'unknown', 'yes'), fc.nat(4), (kind, executed, attempts) => {
        const failure = { kind, executed: executed as 'no', serverDateMs: 1 };
        return decide(failure, 'purchase', { attempts: attempts + 1, maxAttempts: 99, taken: new Set() }) === 'stop';
      }),
    );
  });

  it('is to repeat a write only where nothing ran', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.constantFrom('no', 'unknown', 'yes'), (kind, executed) => {
        const step = decide({ kind, executed: executed as 'no', serverDateMs: 1 }, 'write', {
          attempts: 1,
          maxAttempts: 9,
          taken: new Set(),
        });
        return step === 'stop' || executed === 'no';
      }),
    );
  });

  it('takes each special step once, and stops at the last attempt', () => {
    const failure = { kind: 'clock', executed: 'no', serverDateMs: 5 } as const;
    const past = { attempts: 1, maxAttempts: 5, taken: new Set<Step>() };
    expect(decide(failure, 'read', past)).toBe('correct-clock-once');
    expect(decide(failure, 'read', { ...past, taken: new Set<Step>(['correct-clock-once']) })).toBe('stop');
    expect(decide({ ...failure, serverDateMs: undefined }, 'read', past)).toBe('stop');
    expect(decide({ ...failure, kind: 'server' }, 'read', { ...past, attempts: 5 })).toBe('stop');
  });
});

describe('codes that prove that nothing ran', () => {
  const proofs = [
    ...[
      'Throttling',
      'Throttling.User',
      'IncompleteSignature',
      'SignatureDoesNotMatch',
      'InvalidTimeStamp.Expired',
      'InvalidTimeStamp.Format',
    ],
    ...[
      'InvalidAccessKeyId.NotFound',
      'InvalidSecurityToken.Malformed',
      'MissingSecurityToken',
      'NoPermission',
      'Forbidden',
      'Forbidden.RAM',
    ],
    ...['MissingParameter', 'MissingProductType', 'InvalidApi.NotFound', 'InvalidProduct.NotFound'],
  ];
  it.each(proofs)('%s', (code) => {
    expect(provesNotExecuted(code, 400)).toBe(true);
    expect(provesNotExecuted(code, 500)).toBe(false);
  });

  it.each([
    'SignatureNonceUsed',
    'InternalError',
    'ServiceUnavailable',
    'InvalidParameter',
    'OtaTask.Running',
    'NoPermissionAtAll',
    'OperationConflict',
    '',
  ])('not %s', (code) => expect(provesNotExecuted(code, 400)).toBe(false));

  it('product codes that other tools repeat are refusals here', () => {
    expect(['ServiceBusy', 'SystemBusy', 'OperationConflict'].map((code) => kindOfCode(code, 400))).toEqual([
      'refused',
      'refused',
      'refused',
    ]);
  });
});

describe('how long the service asks to wait', () => {
  const nowMs = Date.UTC(2026, 10, 24, 4, 0, 0);
  it.each([
    ['milliseconds of its own header', { 'x-acs-retry-after': '1500' }, 1500],
    ['its own header before the standard one', { 'x-acs-retry-after': '1500', 'retry-after': '9' }, 1500],
    ['only positive whole milliseconds', { 'x-acs-retry-after': '0', 'retry-after': '2' }, 2000],
    ['nothing for nonsense', { 'x-acs-retry-after': '-5', 'retry-after': 'soon' }, undefined],
    ['nothing for a fraction', { 'x-acs-retry-after': '1.5' }, undefined],
    ['seconds', { 'retry-after': '3' }, 3000],
    ['at most two minutes, own header', { 'x-acs-retry-after': '9999999' }, 120_000],
    ['at most two minutes, seconds', { 'retry-after': '3600' }, 120_000],
    ['a date against the clock of the client', { 'retry-after': 'Tue, 24 Nov 2026 04:00:10 GMT' }, 10_000],
    [
      'a date against the date of the answer',
      { 'retry-after': 'Tue, 24 Nov 2026 04:00:10 GMT', date: 'Tue, 24 Nov 2026 04:00:06 GMT' },
      4000,
    ],
    ['nothing for a date that is past', { 'retry-after': 'Tue, 24 Nov 2026 03:00:00 GMT' }, undefined],
    ['nothing where nothing is said', {}, undefined],
  ] as const)('%s', (_name, headers, ms) => expect(retryAfterMs(headers, nowMs)).toBe(ms));

  it('reads no date from nonsense', () => {
    expect(dateMs({ date: 'yesterday' })).toBeUndefined();
    expect(dateMs({})).toBeUndefined();
  });
});

describe('backoff', () => {
  it('is between nothing and the doubling bound, with a cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (attempts, random) => {
        const ms = backoffMs(attempts, undefined, () => random);
        return ms >= 0 && ms <= Math.min(10_000, 200 * 2 ** (attempts - 1));
      }),
    );
  });

  it('is never shorter than the service asks', () => {
    expect(backoffMs(1, 5000, () => 0)).toBe(5000);
    expect(backoffMs(9, 5000, () => 0.999)).toBeLessThan(5200);
  });

  it('covers all classes for all kinds of failure', () => {
    for (const kind of kinds)
      for (const each of ['read', 'write', 'purchase'] as CallClass[]) expect(retryTable[kind][each]).toBeTypeOf('string');
  });
});
