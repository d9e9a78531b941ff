import { explicitCredentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { type OssStoreOptions, ossStore } from '../../shared/journal/store/oss.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import type { BucketSeed } from '../../simulator/oss/front.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { clockOf } from '../fixtures/clocks.ts';
import { key, startSmall } from '../simulator/small-service.ts';

/** The region of the buckets that have one. */
const region = 'cn-shanghai';

/** Credentials of the simulator's published key. */
export const credentials = explicitCredentials(key);

const buckets: readonly BucketSeed[] = [
  { name: 'journal', region },
  { name: 'versioned', region, versioning: 'Enabled' },
  { name: 'was-versioned', region, versioning: 'Suspended' },
];

/** A simulated OSS with a plain bucket `journal` and two that have, or had, versions. */
export async function startOss(): Promise<Simulator> {
  return (await startSmall({ buckets })).simulator;
}

/** A clock that tells the real time, to which signatures are dated, and whose sleeps are over at once. */
export const hastyClock = clockOf(() => systemClock.now());

/** A store in the simulated bucket `journal`. Waits between attempts take no time. */
export function ossStoreAt(simulator: Pick<Simulator, 'url'>, options: Partial<OssStoreOptions> = {}): Store {
  return ossStore({
    bucket: 'journal',
    prefix: 'prod',
    region,
    endpoint: simulator.url,
    credentials,
    clock: hastyClock,
    ...options,
  });
}

/** The StoreError that a call ends with. */
export async function storeFailure(call: Promise<unknown>): Promise<StoreError> {
  const error = await call.then(
    (result) => new Error(`no failure but ${String(result)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreError)) throw error;
  return error;
}
