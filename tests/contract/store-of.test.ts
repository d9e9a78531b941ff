import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastingState, namedStore } from '../../cli/world/state.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { agreedAddress, noStore, openStore, type StoreAccess, storeOf } from '../../shared/fc/store.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { bytesOf, textOf } from '../fixtures/bytes.ts';
import { startSmall } from '../simulator/small-service.ts';
import { credentials, hastyClock } from './oss-place.ts';

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  ({ simulator } = await startSmall());
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-address-'));
});

afterAll(async () => {
  closeConnections();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const access = (environment: Record<string, string> = {}, more: Partial<StoreAccess> = {}): StoreAccess => ({
  credentials,
  clock: hastyClock,
  environment,
  ...more,
});

test('every store has the contract run over it', () => {
  const stores = new URL('../../shared/journal/store/', import.meta.url);
  const made = readdirSync(stores).filter((file) => /^export function \w+Store\(/m.test(readFileSync(new URL(file, stores), 'utf8')));
  expect(made).toContain('directory.ts');
  const tested = (file: string): boolean => {
    const contract = new URL(file.replace('.ts', '-store.test.ts'), import.meta.url);
    return existsSync(contract) && readFileSync(contract, 'utf8').includes('storeContract(');
  };
  expect(made.filter((file) => !tested(file))).toEqual([]);
});

describe('an address', () => {
  test('dir: is a directory of this machine', async () => {
    const store = storeOf(`dir:${folder}/a`, access());
    expect(store).toMatchObject({ name: `dir:${folder}/a`, shared: false });
    expect(await store.create('a/b', bytesOf('1'))).toBe('created');
  });

  test('oss:// with a simulator is the bucket that it plays', async () => {
    const store = storeOf('oss://acme-journal/prod', access({}, { simulator: simulator.url }));
    expect(store).toMatchObject({ name: 'oss://acme-journal/prod', shared: true });
    expect(await store.create('a/b', bytesOf('1'))).toBe('created');
    expect(simulator.oss.bucket('acme-journal')?.get('prod/a/b')?.bytes.toString()).toBe('1');
  });

  test('oss:// with an endpoint goes there, signed for the region that is set', async () => {
    const environment = { STREAMWARDEN_STORE_ENDPOINT: simulator.url, STREAMWARDEN_STORE_REGION: 'cn-hangzhou' };
    expect(await storeOf('oss://acme-journal/there', access(environment)).create('a', bytesOf('1'))).toBe('created');
  });

  test.each([{ FC_REGION: 'cn-shanghai' }, { STREAMWARDEN_STORE_REGION: 'cn-shanghai' }])(
    'oss:// knows its region from %o',
    (environment) => {
      expect(storeOf('oss://acme-journal/prod', access(environment)).name).toBe('oss://acme-journal/prod');
    },
  );

  test.each<[string, Record<string, string>, string]>([
    ['a function in the region of the bucket', { FC_REGION: 'cn-shanghai' }, 'acme.oss-cn-shanghai-internal.aliyuncs.com'],
    [
      'a function in another region',
      { FC_REGION: 'cn-beijing', STREAMWARDEN_STORE_REGION: 'cn-shanghai' },
      'acme.oss-cn-shanghai.aliyuncs.com',
    ],
    ['a machine elsewhere', { STREAMWARDEN_STORE_REGION: 'cn-shanghai' }, 'acme.oss-cn-shanghai.aliyuncs.com'],
    [
      'a function with an endpoint',
      { FC_REGION: 'cn-shanghai', STREAMWARDEN_STORE_ENDPOINT: 'oss-cn-shanghai.aliyuncs.com' },
      'acme.oss-cn-shanghai.aliyuncs.com',
    ],
    [
      'a domain that is bound to the bucket',
      { FC_REGION: 'cn-shanghai', STREAMWARDEN_STORE_ENDPOINT: 'journal.example.com', STREAMWARDEN_STORE_CNAME: 'true' },
      'journal.example.com',
    ],
  ])('oss:// from %s goes to %s %s', async (_name, environment, host) => {
    const asked: string[] = [];
    const agent = new Agent();
    agent.createConnection = ({ host: name }: { host?: string }) => {
      asked.push(String(name));
      throw new Error('nothing leaves this test');
    };
    await storeOf('oss://acme/prod', access(environment, { agent }))
      .read('a')
      .catch(() => {});
    expect(new Set(asked)).toEqual(new Set([host]));
  });

  test.each([
    ['oss://acme-journal/prod', { FC_REGION: 'x', STREAMWARDEN_STORE_CNAME: 'true' }, 'StoreCnameInvalid', 'STREAMWARDEN_STORE_ENDPOINT'],
    ['oss://acme-journal/prod', { FC_REGION: 'x', STREAMWARDEN_STORE_CNAME: 'yes' }, 'StoreCnameInvalid', 'true or false'],
    ['oss://acme-journal/prod', {}, 'StoreRegionMissing', 'set STREAMWARDEN_STORE_REGION'],
    ['s3://acme-journal/prod', {}, 'StoreNotAvailable', 'write dir:PATH or oss://BUCKET/PREFIX'],
    ['oss://ACME/prod', {}, 'StoreNotAvailable', 'oss://ACME/prod'],
    ['oss://acme-journal/prod', { FC_REGION: 'x', STREAMWARDEN_STORE_ENDPOINT: 'http://oss.example.com' }, 'InvalidInput', 'plain http'],
  ])('%s with %o is refused', (address, environment, code, advice) => {
    expect(() => storeOf(address, access(environment as Record<string, string>))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(advice) }),
    );
  });
});

describe('which store', () => {
  test('environment and policy have to agree', () => {
    expect(agreedAddress(undefined, 'dir:a')).toBe('dir:a');
    expect(agreedAddress('dir:a', undefined)).toBe('dir:a');
    expect(agreedAddress('', 'dir:a')).toBe('dir:a');
    expect(agreedAddress('dir:a', 'dir:a')).toBe('dir:a');
    expect(agreedAddress(undefined, undefined)).toBeUndefined();
    expect(() => agreedAddress('dir:a', 'dir:b')).toThrow(expect.objectContaining({ code: 'StoreMismatch' }));
  });

  test('a function takes the policy’s, in the cloud with the keys of its role', async () => {
    const settings = readSettings({ STREAMWARDEN_SIMULATOR: simulator.url });
    const store = openStore(settings, 'oss://acme-journal/function', access({}, { simulator: simulator.url }));
    expect(await store.create('a', bytesOf('1'))).toBe('created');
  });

  test('a function without one may only observe', () => {
    expect(openStore(readSettings({ STREAMWARDEN_OBSERVE: 'true' }), undefined, access())).toBe(noStore);
    expect(() => openStore(readSettings({}), undefined, access())).toThrow(expect.objectContaining({ code: 'StoreMissing' }));
  });

  test('a desk takes --state before the environment and the policy, and a folder of the world last', () => {
    const choice = { state: undefined, policyStore: undefined, id: 'cn/one', access: access() };
    const named = { ...choice, access: access({ STREAMWARDEN_STORE: `dir:${folder}/env` }) };
    const nameOf = (state: Parameters<typeof lastingState>[0]) => lastingState(state).store.name;
    expect(nameOf({ ...named, state: `${folder}/state` })).toBe(`dir:${folder}/state`);
    expect(nameOf(named)).toBe(`dir:${folder}/env`);
    expect(nameOf({ ...choice, policyStore: `dir:${folder}/policy` })).toBe(`dir:${folder}/policy`);
    expect(nameOf(choice)).toBe(`dir:${path.resolve('.streamwarden/cn%2Fone')}`);
    expect(() => nameOf({ ...named, policyStore: 'oss://acme-journal/prod' })).toThrow(/make them equal/);
  });

  test('a name without a kind is a folder', () => {
    expect(namedStore(`${folder}/x`, access()).name).toBe(`dir:${folder}/x`);
    expect(namedStore('oss://acme-journal/prod', access({ FC_REGION: 'cn-shanghai' })).name).toBe('oss://acme-journal/prod');
    expect(() => namedStore('s3://x', access())).toThrow(expect.objectContaining({ code: 'StoreNotAvailable' }));
  });
});

test('two machines see the same records of a bucket', async () => {
  const open = () => storeOf('oss://acme-journal/shared', access({}, { simulator: simulator.url }));
  expect(await open().create('claim', bytesOf('first'))).toBe('created');
  expect(await open().create('claim', bytesOf('second'))).toBe('exists');
  expect(textOf(await open().read('claim'))).toBe('first');
});
