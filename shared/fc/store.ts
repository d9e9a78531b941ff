import type { Agent } from 'node:http';
import type { Clock } from '../client/clock.ts';
import type { CredentialsProvider } from '../client/credentials.ts';
import { directoryStore } from '../journal/store/directory.ts';
import { type OssStoreOptions, ossStore } from '../journal/store/oss.ts';
import { parseOssAddress } from '../journal/store/oss-client.ts';
import { type Store, StoreError } from '../journal/store/store.ts';
import { type Environment, type Settings, SettingsError } from './settings.ts';

/** With what a store is reached; a directory needs none of it. */
export interface StoreAccess {
  readonly credentials: CredentialsProvider;
  /** The machine's clock, whatever the world's is: it dates signatures. */
  readonly clock: Clock;
  /**
   * `STREAMWARDEN_STORE_REGION`, `STREAMWARDEN_STORE_ENDPOINT` and `STREAMWARDEN_STORE_CNAME` say where a bucket is. In a function `FC_REGION` is the
   * default region, and a bucket of that region is reached by its internal address: accounts made since March 2025 may not use the public one.
   */
  readonly environment: Environment;
  /** Address of a simulator that plays OSS too. Default: the cloud. */
  readonly simulator?: string | undefined;
  /** Makes the connections. Default: that of the process, which goes through a proxy where one is set. */
  readonly agent?: Agent | undefined;
}

/** Region for which requests to a simulated bucket are signed where none is set: it takes any. */
const simulatedRegion = 'cn-shanghai';

/** Buckets that this process found unversioned; an instance of a function serves many invocations. */
const unversioned = new Set<string>();

/**
 * The store at an address, `dir:PATH` or `oss://BUCKET/PREFIX`. Nothing is read or written yet.
 * @throws SettingsError `StoreNotAvailable` for an address of another kind, `StoreRegionMissing` for a bucket of unknown region,
 *   `StoreCnameInvalid` for a bound domain that is not named
 * @throws InputError when the endpoint cannot be used
 */
export function storeOf(address: string, access: StoreAccess): Store {
  if (address.startsWith('dir:')) return directoryStore(address.slice('dir:'.length));
  return ossStore({ ...ossOptionsOf(address, access), unversioned });
}

/** How the bucket of an address `oss://BUCKET/PREFIX` is reached. @throws SettingsError as `storeOf` */
export function ossOptionsOf(address: string, access: StoreAccess): OssStoreOptions {
  const place = parseOssAddress(address);
  if (!place) {
    throw new SettingsError('StoreNotAvailable', `There is no store of the kind of ${address}: write dir:PATH or oss://BUCKET/PREFIX.`);
  }
  const { credentials, clock, environment, simulator, agent } = access;
  const own = environment['FC_REGION']?.trim();
  const region = environment['STREAMWARDEN_STORE_REGION']?.trim() || (simulator === undefined ? own : simulatedRegion);
  if (!region) {
    throw new SettingsError(
      'StoreRegionMissing',
      `The region of ${address} is not known: set STREAMWARDEN_STORE_REGION to the bucket's, such as cn-shanghai.`,
    );
  }
  const named = environment['STREAMWARDEN_STORE_ENDPOINT']?.trim();
  const cname = isCname(environment['STREAMWARDEN_STORE_CNAME']?.trim(), named);
  return { ...place, region, endpoint: named || simulator, cname, internal: region === own, credentials, clock, agent };
}

function isCname(text: string | undefined, endpoint: string | undefined): boolean {
  if (!text || text === 'false') return false;
  if (text === 'true' && endpoint) return true;
  throw new SettingsError('StoreCnameInvalid', 'STREAMWARDEN_STORE_CNAME must be true or false; true needs STREAMWARDEN_STORE_ENDPOINT.');
}

/**
 * The one address that the environment's `STREAMWARDEN_STORE` and the policy's `store` agree on; undefined where neither names one.
 * @throws SettingsError `StoreMismatch`
 */
export function agreedAddress(named: string | undefined, policyStore: string | undefined): string | undefined {
  if (named && policyStore && named !== policyStore) {
    throw new SettingsError(
      'StoreMismatch',
      `STREAMWARDEN_STORE is ${named}, but the policy says store: ${policyStore}. Two journals for one account would forget each other's writes: make them equal, or unset one.`,
    );
  }
  return named || policyStore;
}

/**
 * The journal of a function. One that only observes runs without where it has none: it writes nothing, and misses only which values a
 * person set.
 * @throws SettingsError when there is none, two that differ, or one that cannot be used
 */
export function openStore(settings: Settings, policyStore: string | undefined, access: StoreAccess): Store {
  const address = agreedAddress(settings.store, policyStore);
  if (address !== undefined) return storeOf(address, access);
  if (settings.observe) return noStore;
  throw new SettingsError(
    'StoreMissing',
    'This function has no journal, and nothing is done that is not written down first: set STREAMWARDEN_STORE to oss://BUCKET/PREFIX, or to dir:PATH of a mounted folder, or STREAMWARDEN_OBSERVE=true to observe only.',
  );
}

/** An empty store that takes nothing, for functions that only observe. */
export const noStore: Store = {
  name: 'no journal',
  shared: false,
  async create(key) {
    throw new StoreError(
      'Denied',
      `Cannot write ${key}: this function observes only and has no journal. Give it one by STREAMWARDEN_STORE.`,
    );
  },
  async read() {
    return undefined;
  },
  async *list() {},
  async folders() {
    return [];
  },
};
