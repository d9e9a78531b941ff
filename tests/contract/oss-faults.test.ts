import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import { environmentCredentials } from '../../shared/client/credentials/environment.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { checkProbe } from '../../shared/journal/log/create-only-probe.ts';
import type { Store, StoreErrorCode } from '../../shared/journal/store/store.ts';
import type { Fault } from '../../simulator/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { ManualTimers } from '../client/manual-timers.ts';
import { RealServer } from '../client/real-server.ts';
import { bytesOf, textOf } from '../fixtures/bytes.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { key, startSmall } from '../simulator/small-service.ts';
import { hastyClock, ossStoreAt, startOss, storeFailure } from './oss-place.ts';

let simulator: Simulator;
let store: Store;

beforeEach(async () => {
  simulator = await startOss();
  store = ossStoreAt(simulator);
});

afterEach(async () => {
  closeConnections();
  await simulator.close();
});

const mine = bytesOf('owner: me');
const theirs = bytesOf('owner: another');
const count = (action: string, stage: 'received' | 'executed' | 'refused' = 'received') => simulator.oss.ledger.count(action, stage);

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const each of store.list(prefix)) keys.push(each);
  return keys;
}

describe('a clock that is hours off', () => {
  test.each([-3, 26])('by %i h: what was refused is signed again by the time of the answer, and what comes next at once', async (hours) => {
    // A clock of its own, since what is known of the service's clock is kept beside it.
    store = ossStoreAt(simulator, { clock: { ...hastyClock } });
    simulator.timeline.gatewayOffsetMs = hours * 3_600_000;
    expect(await store.create('claim', mine)).toBe('created');
    // The first request asks for versioning.
    expect([count('oss:GetBucketVersioning', 'received'), count('oss:PutObject', 'received')]).toEqual([2, 1]);
    expect(textOf(await store.read('claim'))).toBe('owner: me');
    expect(count('oss:GetObject', 'received')).toBe(1);
    expect(await store.create('claim', theirs)).toBe('exists');
  });

  test('fails as before where the answer shows no time', async () => {
    store = ossStoreAt(simulator, { clock: clockOf(() => Date.now() - 60 * 365 * 86_400_000) });
    simulator.timeline.gatewayOffsetMs = -56 * 365 * 86_400_000;
    expect((await storeFailure(store.create('claim', mine))).message).toMatch(/RequestTimeTooSkewed.*Set the clock of this machine/);
  });
});

describe('a put whose answer is not known', () => {
  const executed: readonly (readonly [string, Fault])[] = [
    ['the connection ends without an answer', { kind: 'lose-answer', action: 'oss:PutObject' }],
    ['a proxy answers 503 in its place', { kind: 'html', action: 'oss:PutObject', execute: true }],
    ['a proxy answers 400 after it passed the put on', { kind: 'html', httpStatus: 400, action: 'oss:PutObject', execute: true }],
    ['a proxy answers 403 after it passed the put on', { kind: 'html', httpStatus: 403, action: 'oss:PutObject', execute: true }],
    ['a proxy answers 408 after it passed the put on', { kind: 'html', httpStatus: 408, action: 'oss:PutObject', execute: true }],
    ['a page with status 200 comes in its place', { kind: 'html', httpStatus: 200, action: 'oss:PutObject', execute: true }],
    ['a redirect comes in its place', { kind: 'html', httpStatus: 307, action: 'oss:PutObject', execute: true }],
  ];

  test.each(executed)('is ours when it was stored: %s', async (_name, fault) => {
    simulator.faults.add(fault);
    expect(await store.create('claim', mine)).toBe('created');
    expect([count('oss:PutObject'), textOf(await store.read('claim'))]).toEqual([1, 'owner: me']);
  });

  test.each(executed)("is not ours when another's record stands there: %s", async (_name, fault) => {
    await store.create('claim', theirs);
    simulator.faults.add(fault);
    expect(await store.create('claim', mine)).toBe('exists');
    expect([count('oss:PutObject'), textOf(await store.read('claim'))]).toEqual([2, 'owner: another']);
  });

  test.each<[string, Fault, StoreErrorCode]>([
    ['the connection ends before it ran', { kind: 'drop', action: 'oss:PutObject' }, 'Unreachable'],
    ['500 before it ran', { kind: 'fail', action: 'oss:PutObject' }, 'Busy'],
    ['throttled', { kind: 'throttle', action: 'oss:PutObject' }, 'Busy'],
    ["a network's login page with status 200", { kind: 'html', httpStatus: 200, action: 'oss:PutObject' }, 'Unreachable'],
    ["a proxy's 400", { kind: 'html', httpStatus: 400, action: 'oss:PutObject' }, 'Unreachable'],
    ["a proxy's 403", { kind: 'html', httpStatus: 403, action: 'oss:PutObject' }, 'Denied'],
    ['a redirect', { kind: 'redirect', action: 'oss:PutObject' }, 'Unreachable'],
    ['OSS gave up waiting for it', { kind: 'fail', httpStatus: 400, code: 'RequestTimeout', action: 'oss:PutObject' }, 'Unreachable'],
    [
      'OSS was busy with the same name',
      { kind: 'fail', httpStatus: 409, code: 'OperationAborted', action: 'oss:PutObject' },
      'Unreachable',
    ],
  ])('stays in doubt when nothing is there yet, and creating again settles it: %s', async (_name, fault, code) => {
    simulator.faults.add(fault);
    const failure = await storeFailure(store.create('claim', mine));
    expect(failure).toMatchObject({ code, maybeWritten: true });
    expect(failure.message).toMatch(/check/i);
    expect(count('oss:PutObject')).toBe(1);
    expect(await store.create('claim', mine)).toBe('created');
  });

  test('is in doubt when reading it back fails too', async () => {
    simulator.faults.add({ kind: 'lose-answer', action: 'oss:PutObject' }, { kind: 'drop', action: 'oss:GetObject', times: 'always' });
    expect(await storeFailure(store.create('claim', mine))).toMatchObject({ code: 'Unreachable', maybeWritten: true });
    simulator.faults.clear();
    expect(await store.create('claim', mine)).toBe('exists');
    expect(textOf(await store.read('claim'))).toBe('owner: me');
  });

  test('is not repeated by any layer', async () => {
    simulator.faults.add({ kind: 'fail', action: 'oss:PutObject', times: 'always' });
    await storeFailure(store.create('claim', mine));
    expect(count('oss:PutObject')).toBe(1);
  });
});

describe('a put that arrives late', () => {
  const hourMs = 3_600_000;

  /** A create whose put is on its way for an hour, given up by its deadline meanwhile. */
  async function givenUp(bytes: Uint8Array): Promise<void> {
    const timers = new ManualTimers();
    simulator.faults.add({ kind: 'delay', action: 'oss:PutObject', worldMs: hourMs });
    const before = count('oss:PutObject');
    const creating = storeFailure(ossStoreAt(simulator, { timers, attemptTimeoutMs: 4321 }).create('claim', bytes));
    await simulator.oss.ledger.reached('oss:PutObject', 'received', before + 1);
    timers.pass(4321);
    expect(await creating).toMatchObject({ code: 'Unreachable', maybeWritten: true });
  }

  test('is found by creating again', async () => {
    await givenUp(mine);
    simulator.advance(hourMs);
    expect(await store.create('claim', mine)).toBe('exists');
    expect(textOf(await store.read('claim'))).toBe('owner: me');
  });

  test('changes nothing when its own repeat was there before', async () => {
    await givenUp(mine);
    expect(await store.create('claim', mine)).toBe('created');
    simulator.advance(hourMs);
    await simulator.oss.ledger.reached('oss:PutObject', 'refused');
    expect([count('oss:PutObject', 'executed'), count('oss:PutObject', 'refused')]).toEqual([1, 1]);
    expect(textOf(await store.read('claim'))).toBe('owner: me');
  });

  test("does not overwrite another's record, and its owner learns that", async () => {
    await givenUp(mine);
    expect(await store.create('claim', theirs)).toBe('created');
    simulator.advance(hourMs);
    expect(await store.create('claim', mine)).toBe('exists');
    expect(textOf(await store.read('claim'))).toBe('owner: another');
  });

  test('runs even when the caller has gone, where nothing else holds it', async () => {
    const timers = new ManualTimers();
    simulator.faults.add({ kind: 'delay', action: 'oss:PutObject' });
    const creating = ossStoreAt(simulator, { timers, attemptTimeoutMs: 4321 })
      .create('claim', mine)
      .catch((error: { maybeWritten?: boolean }) => error.maybeWritten);
    await simulator.oss.ledger.reached('oss:PutObject', 'received');
    timers.pass(4321);
    await simulator.oss.ledger.reached('oss:PutObject', 'executed');
    // Whether reading back came before or after is open; both are told.
    expect(['created', true]).toContain(await creating);
    expect(textOf(await store.read('claim'))).toBe('owner: me');
  });
});

describe('lists and reads', () => {
  test('a stale list hides what an exact read finds', async () => {
    await store.create('a/1', mine);
    expect(await keysOf('a/')).toEqual(['a/1']);
    await store.create('a/2', mine);
    simulator.faults.add({ kind: 'stale', action: 'oss:ListObjectsV2' });
    expect(await keysOf('a/')).toEqual(['a/1']);
    expect(textOf(await store.read('a/2'))).toBe('owner: me');
    expect(await keysOf('a/')).toEqual(['a/1', 'a/2']);
    simulator.faults.add({ kind: 'stale', action: 'oss:ListObjectsV2' });
    expect(await keysOf('b/')).toEqual([]);
  });

  test.each<[string, Omit<Fault, 'action' | 'times'>]>([
    ['throttling', { kind: 'throttle' } as Fault],
    ['500', { kind: 'fail' } as Fault],
    ['a lost connection', { kind: 'drop' } as Fault],
    ['an answer that breaks off', { kind: 'cut-body' } as Fault],
    ["a proxy's 502", { kind: 'html', httpStatus: 502 } as Fault],
  ])('are repeated after %s, up to four times in all', async (_name, fault) => {
    await store.create('a/1', mine);
    simulator.faults.add({ ...fault, action: 'oss:*', times: 3 } as Fault);
    expect(textOf(await store.read('a/1'))).toBe('owner: me');
    simulator.faults.add({ ...fault, action: 'oss:*', times: 4 } as Fault);
    const failure = await storeFailure(store.read('a/1'));
    expect(failure.maybeWritten).toBe(false);
    expect(['Busy', 'Unreachable']).toContain(failure.code);
    expect(count('oss:GetObject')).toBe(8);
  });

  test.each<[string, Fault]>([
    ["a proxy's 404", { kind: 'html', httpStatus: 404, action: 'oss:GetObject' }],
    ['a redirect', { kind: 'redirect', action: 'oss:GetObject' }],
    ["a network's login page with status 200", { kind: 'html', httpStatus: 200, action: 'oss:GetObject' }],
    ['a bucket that is gone', { kind: 'fail', httpStatus: 404, code: 'NoSuchBucket', action: 'oss:GetObject' }],
    ['no permission', { kind: 'deny', action: 'oss:GetObject' }],
  ])('%s is not taken for a record that does not exist', async (_name, fault) => {
    await store.create('a/1', mine);
    simulator.faults.add(fault);
    expect(await storeFailure(store.read('a/1'))).toMatchObject({ maybeWritten: false });
  });

  test.each(['{"error":"sign in"}', '', '<html>'])('a page with status 200 and no ETag is no record: %j', async (page) => {
    const proxy = new RealServer();
    proxy.answer = (response) => response.end(page);
    try {
      const url = await proxy.start();
      expect((await storeFailure(ossStoreAt({ url }).read('a/1'))).message).toContain('UnreadableAnswer');
    } finally {
      await proxy.stop();
    }
  });

  test.each<[string, Fault]>([
    ['an empty page', { kind: 'empty', action: 'oss:ListObjectsV2' }],
    ['a page that is no XML of the service', { kind: 'malformed', action: 'oss:ListObjectsV2' }],
  ])('%s is not taken for the end of a list', async (_name, fault) => {
    await store.create('a/1', mine);
    simulator.faults.add(fault);
    expect((await storeFailure(keysOf('a/'))).message).toContain('UnreadableAnswer');
  });
});

describe('versions', () => {
  test.each(['versioned', 'was-versioned'])('a bucket that has or had them is refused before anything is written: %s', async (bucket) => {
    const failure = await storeFailure(ossStoreAt(simulator, { bucket }).create('claim', mine));
    expect(failure).toMatchObject({ code: 'Unsupported', maybeWritten: false });
    expect(failure.message).toContain('choose a bucket in which versioning was never switched on');
    expect(count('oss:PutObject')).toBe(0);
  });

  test('that cannot be asked for count as unknown, and nothing is written', async () => {
    for (const kind of ['deny', 'empty', 'malformed'] as const) {
      simulator.faults.add({ kind, action: 'oss:GetBucketVersioning' });
      await storeFailure(store.create('claim', mine));
    }
    expect(count('oss:PutObject')).toBe(0);
    expect(await store.create('claim', mine)).toBe('created');
  });

  test.each(['Enabled', 'Suspended'] as const)(
    'switched on later (%s) show in the answers, and the sentinel tells before a purchase',
    async (state) => {
      await store.create('claim', theirs);
      await checkProbe(store, 'run-1', hastyClock.now());
      const bucket = simulator.oss.bucket('journal');
      if (bucket) bucket.versioning = state;
      expect(await storeFailure(checkProbe(store, 'run-2', hastyClock.now()))).toMatchObject({ code: 'Unsupported' });
      expect(await storeFailure(store.create('claim', mine))).toMatchObject({ code: 'Unsupported', maybeWritten: true });
      expect(await storeFailure(store.read('claim'))).toMatchObject({ code: 'Unsupported' });
      simulator.faults.add({ kind: 'lose-answer', action: 'oss:PutObject' });
      expect(await storeFailure(store.create('claim-2', mine))).toMatchObject({ code: 'Unsupported' });
    },
  );
});

describe('an account that may not use public addresses', () => {
  const buckets = [{ name: 'journal', region: 'cn-shanghai', cname: 'localhost' }];
  const closed = () => startSmall({ buckets, assumptions: { ossPublicEndpoint: 'forbidden' } });

  test('is told what to set, and nothing counts as written', async () => {
    const { simulator: strict } = await closed();
    const failure = await storeFailure(ossStoreAt(strict).create('claim', mine));
    await strict.close();
    expect(failure).toMatchObject({ code: 'NoPublicAccess', maybeWritten: false });
    expect(failure.message).toContain('bind a domain to the bucket');
  });

  test('reaches its bucket by the domain that is bound to it', async () => {
    const { simulator: strict } = await closed();
    const bound = ossStoreAt(strict, { endpoint: `http://localhost:${strict.port}`, cname: true });
    expect(await bound.create('claim', mine)).toBe('created');
    expect(textOf(await bound.read('claim'))).toBe('owner: me');
    expect(strict.oss.bucket('journal')?.get('prod/claim')).toBeDefined();
    await strict.close();
  });
});

test('a store that overwrites in spite of the condition is found by the sentinel', async () => {
  const { simulator: lax } = await startSmall({ assumptions: { ossForbidOverwrite: 'ignored' } });
  const failure = await storeFailure(checkProbe(ossStoreAt(lax), 'run-1', hastyClock.now()));
  await lax.close();
  expect(failure).toMatchObject({ code: 'Unsupported' });
});

describe('a record that a retention policy protects', () => {
  const immutable: Fault = { kind: 'fail', httpStatus: 409, code: 'FileImmutable', action: 'oss:PutObject' };

  test('counts as there when it is', async () => {
    await store.create('claim', mine);
    simulator.faults.add(immutable);
    expect(await store.create('claim', mine)).toBe('exists');
  });

  test('is an error when it is not', async () => {
    simulator.faults.add(immutable);
    expect(await storeFailure(store.create('claim', mine))).toMatchObject({ code: 'Unsupported', maybeWritten: false });
  });
});

describe('refusals', () => {
  const refused = (httpStatus: number, code: string): Fault => ({ kind: 'fail', httpStatus, code, action: 'oss:PutObject' });

  test.each<[Fault, StoreErrorCode, string]>([
    [refused(403, 'AccessDenied'), 'Denied', 'oss:PutObject'],
    [refused(403, 'InvalidAccessKeyId'), 'Denied', 'access key id'],
    [refused(403, 'RequestTimeTooSkewed'), 'Denied', 'clock'],
    [refused(403, 'SecurityTokenExpired'), 'Denied', 'get new ones'],
    [refused(403, 'UserDisable'), 'Denied', 'unpaid bill'],
    [refused(403, 'SomethingNew'), 'Denied', 'STREAMWARDEN_STORE_REGION'],
    [refused(404, 'NoSuchBucket'), 'NoBucket', 'create it'],
    [refused(400, 'InvalidObjectName'), 'InvalidKey', 'shorter prefix'],
    [refused(403, 'QuotaExceeded'), 'Full', 'quota'],
    [refused(400, 'InvalidArgument'), 'Unreachable', 'Injected failure'],
    [refused(400, 'PublicEndpointForbidden'), 'NoPublicAccess', 'STREAMWARDEN_STORE_CNAME'],
    [refused(429, 'QpsLimitExceeded'), 'Busy', 'run again later'],
    [refused(412, 'PreconditionFailed'), 'Unreachable', 'Injected failure'],
  ])('$code becomes a StoreError that says what to do', async (fault, code, advice) => {
    simulator.faults.add(fault);
    const failure = await storeFailure(store.create('claim', mine));
    expect(failure).toMatchObject({ code, maybeWritten: false });
    expect(failure.message).toContain(advice);
    expect(failure.message).toContain('claim in oss://journal/prod');
    expect(failure.cause).toBeInstanceOf(Error);
    expect(await store.read('claim')).toBeUndefined();
  });

  test('permission lost in the middle is told, and what was written before is still there', async () => {
    await store.create('a/1', mine);
    simulator.faults.add({ kind: 'deny', action: 'oss:PutObject', times: 'always' });
    expect(await storeFailure(store.create('a/2', mine))).toMatchObject({ code: 'Denied', maybeWritten: false });
    expect(await keysOf('a/')).toEqual(['a/1']);
  });

  test('keys show up nowhere, not even where the service quotes the request', async () => {
    const session = simulator.keys.issue(key.accountId, 'streamwarden', 'test', hastyClock.now(), 3_600_000);
    const { accessKeyId, securityToken } = session;
    const accessKeySecret = 'InventedSecretThatIsWrong';
    const failure = await storeFailure(
      ossStoreAt(simulator, { credentials: explicitCredentials({ accessKeyId, accessKeySecret, securityToken }) }).create('claim', mine),
    );
    expect(failure.code).toBe('Denied');
    const shown = [String(failure), failure.stack, inspect(failure, { depth: 9 }), JSON.stringify(failure)].join('\n');
    expect(shown).toContain('SignatureDoesNotMatch');
    expect(shown).not.toContain(accessKeySecret);
    expect(shown).not.toContain(securityToken);
  });

  test('missing credentials are told as a store that cannot be used', async () => {
    const failure = await storeFailure(ossStoreAt(simulator, { credentials: environmentCredentials({}) }).create('claim', mine));
    expect(failure).toMatchObject({ code: 'Denied', maybeWritten: false, cause: { code: 'MissingCredentials' } });
    expect(failure.message).toContain('Set ALIBABA_CLOUD_ACCESS_KEY_ID');
  });

  test('temporary keys are taken with their token', async () => {
    const session = simulator.keys.issue(key.accountId, 'streamwarden', 'test', hastyClock.now(), 3_600_000);
    expect(await ossStoreAt(simulator, { credentials: explicitCredentials(session) }).create('claim', mine)).toBe('created');
  });
});
