import { readFile } from 'node:fs/promises';
import { runError } from '../engine/report.ts';
import type { StoredPolicy } from '../journal/people/policies.ts';
import { type BrokenPolicy, newestPolicy, policyStream } from '../journal/people/policies.ts';
import { streamKey } from '../journal/store/key.ts';
import type { Store } from '../journal/store/store.ts';
import { StoreError } from '../journal/store/store.ts';
import { runStoring } from '../journal/store/store-effect.ts';
import { decodePolicy } from '../policy/codec.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import type { Log } from './log.ts';
import { SettingsError } from './settings.ts';

/** The policy that lies beside the code, or why it cannot be used. */
export type BundledPolicy = { readonly policy: CompiledPolicy } | { readonly policy?: undefined; readonly error: unknown };

/** Reads the policy that lies beside the code: it counts until one is published. */
export async function readBundled(file: string): Promise<BundledPolicy> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const message = `The compiled policy ${file} cannot be read: put it beside the code ('streamwarden compile'), name it in STREAMWARDEN_POLICY, or push one to the store that STREAMWARDEN_STORE names.`;
    return { error: new SettingsError('PolicyMissing', message, { cause }) };
  }
  try {
    return { policy: decodePolicy(text) };
  } catch (error) {
    return { error };
  }
}

/** The policy that an invocation goes by. */
export interface PolicyInUse {
  readonly policy: CompiledPolicy;
  /** Key of its record; `bundle` for the one beside the code. */
  readonly from: string;
  /** What was published since and cannot be used, newest first. */
  readonly broken: readonly BrokenPolicy[];
  /**
   * The store, where it could be read. Where not, one that fails like it: what may have been published is not known then, so nothing may be
   * done, and only what needs no journal, such as alarms of expiries, goes on.
   */
  readonly store: Store;
}

/** Where the policy of an invocation is looked for. */
export interface PolicyPlace {
  readonly bundled: BundledPolicy;
  readonly store: Store;
  /** The store's address: a policy that names another one cannot be used from here. Default: any. */
  readonly address: string | undefined;
  readonly log: Log;
}

/**
 * Finds the policy of each invocation: the newest that was published and can be used, else the one beside the code. What it found it keeps for
 * the next invocation of the instance, which then asks for newer ones only: one read.
 */
export function policySource(): (place: PolicyPlace) => Promise<PolicyInUse> {
  let known: StoredPolicy | undefined;
  return async ({ bundled, store, address, log }) => {
    const inUse = (broken: readonly BrokenPolicy[], journal: Store): PolicyInUse => {
      const policy = known?.policy ?? bundled.policy;
      if (!policy) throw (bundled as { readonly error: unknown }).error;
      return { policy, from: known ? streamKey(policyStream, known.sequence) : 'bundle', broken, store: journal };
    };
    const refuses = ({ store: own }: CompiledPolicy): string | undefined =>
      own === undefined || own === address ? undefined : `it names the store ${own}, and this function's is ${address}`;
    try {
      const { good, broken } = await runStoring(store, newestPolicy({ known, refuses }));
      known = good;
      for (const { sequence, because } of broken) log('error', 'policy-broken', { policy: sequence, text: because });
      return inUse(broken, store);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log('error', 'policy-unreadable', { ...runError(error) });
      return inUse([], failing(store, error));
    }
  };
}

/** A store that answers everything with the same failure. */
function failing({ name, shared }: Store, error: StoreError): Store {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { name, shared, create: fail, read: fail, list: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }), folders: fail };
}
