import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { bytesOf } from '../fixtures/bytes.ts';
import { key, startSmall } from '../simulator/small-service.ts';
import { ossStoreAt, startOss } from './oss-place.ts';
import { storeContract } from './store.ts';

let simulator: Simulator;
/** One whose every answer to OSS is a refusal. */
let denying: Simulator;
let unreachable: string;
let made = 0;

beforeAll(async () => {
  simulator = await startOss();
  ({ simulator: denying } = await startSmall({ faults: [{ kind: 'deny', action: 'oss:*', times: 'always' }] }));
  const { simulator: gone } = await startSmall();
  unreachable = gone.url;
  await gone.close();
});

afterAll(async () => {
  closeConnections();
  await Promise.all([simulator.close(), denying.close()]);
});

storeContract('OSS', async () => {
  const prefix = `contract/${made++}`;
  const wrongSecret = explicitCredentials({ accessKeyId: key.accessKeyId, accessKeySecret: 'not-the-secret' });
  return {
    store: ossStoreAt(simulator, { prefix }),
    again: () => ossStoreAt(simulator, { prefix }),
    shared: true,
    worker: [`oss://journal/${prefix}`, simulator.url, key.accessKeyId, key.accessKeySecret],
    broken: [
      { store: ossStoreAt(denying), code: 'Denied' },
      { store: ossStoreAt(simulator, { credentials: wrongSecret }), code: 'Denied' },
      { store: ossStoreAt(simulator, { bucket: 'nowhere' }), code: 'NoBucket' },
      { store: ossStoreAt(simulator, { bucket: 'versioned' }), code: 'Unsupported' },
      { store: ossStoreAt(simulator, { bucket: 'was-versioned' }), code: 'Unsupported' },
      { store: ossStoreAt({ url: unreachable }), code: 'Unreachable' },
    ],
  };
});

test('reads as many pages of a list as there are, in order', async () => {
  const names = Array.from({ length: 2345 }, (_, index) => `long/${String(index).padStart(8, '0')}`);
  const bucket = simulator.oss.bucket('journal');
  for (const name of [...names].reverse()) bucket?.put(`pages/${name}`, Buffer.from('x'), { forbidOverwrite: true, nowMs: 0 });
  const before = simulator.oss.ledger.count('oss:ListObjectsV2', 'executed');
  const listed: string[] = [];
  for await (const each of ossStoreAt(simulator, { prefix: 'pages' }).list('long/')) listed.push(each);
  expect(listed).toEqual(names);
  expect(simulator.oss.ledger.count('oss:ListObjectsV2', 'executed') - before).toBe(3);
});

test('lists only what lies under its own prefix and is a record', async () => {
  const bucket = simulator.oss.bucket('journal');
  for (const name of ['own/', 'own/a', 'own/.hidden', 'own/not a key', 'own+ä/b', 'own2/c', 'other/d']) {
    bucket?.put(name, Buffer.from('x'), { forbidOverwrite: true, nowMs: 0 });
  }
  const listed: string[] = [];
  for await (const each of ossStoreAt(simulator, { prefix: 'own' }).list('')) listed.push(each);
  expect(listed).toEqual(['a']);
  const external: string[] = [];
  for await (const _ of ossStoreAt(simulator, { prefix: 'own' }).list('', (name) => external.push(name)));
  expect(external).toEqual(['.hidden', 'not a key']);
});

test('names folders without reading the names of what is in them', async () => {
  const bucket = simulator.oss.bucket('journal');
  for (let index = 0; index < 2100; index++) {
    bucket?.put(`wide/renewals/account/${index}/claim`, Buffer.from('x'), { forbidOverwrite: true, nowMs: 0 });
  }
  const before = simulator.oss.ledger.count('oss:ListObjectsV2', 'executed');
  expect(await ossStoreAt(simulator, { prefix: 'wide' }).folders('renewals/')).toEqual(['account']);
  expect(simulator.oss.ledger.count('oss:ListObjectsV2', 'executed') - before).toBe(1);
});

test('finds out once per process whether a bucket has versions, and only before writing', async () => {
  const count = () => simulator.oss.ledger.count('oss:GetBucketVersioning', 'received');
  const before = count();
  const unversioned = new Set<string>();
  const [first, second] = [ossStoreAt(simulator, { prefix: 'memo', unversioned }), ossStoreAt(simulator, { prefix: 'memo', unversioned })];
  expect(await first.read('a')).toBeUndefined();
  expect(count() - before).toBe(0);
  await first.create('a', bytesOf('1'));
  await second.create('b', bytesOf('2'));
  expect(count() - before).toBe(1);
});

test('uses a whole bucket where there is no prefix', async () => {
  const store = ossStoreAt(simulator, { prefix: '' });
  expect(store.name).toBe('oss://journal');
  expect(await store.create('whole/a', bytesOf('1'))).toBe('created');
  expect(simulator.oss.bucket('journal')?.get('whole/a')?.bytes.toString()).toBe('1');
  const listed: string[] = [];
  for await (const each of store.list('')) listed.push(each);
  expect(listed).toContain('whole/a');
});
