import path from 'node:path';
import { directoryStore } from '../journal/directory.ts';
import type { Store } from '../journal/store.ts';
import { noStore } from './no-store.ts';

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A function is set up wrongly. The message says which variable to change. */
export class SettingsError extends Error {
  readonly code: 'PolicyMissing' | 'StoreMissing' | 'StoreMismatch' | 'StoreNotAvailable' | 'UnknownTarget' | 'UnknownEndpoint';
  constructor(code: SettingsError['code'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SettingsError';
    this.code = code;
  }
}

/** How a deployed function is set up, from its environment. */
export interface Settings {
  /** File of the compiled policy: `STREAMWARDEN_POLICY`, else `policy.json` in the folder of the code. */
  readonly policyFile: string;
  /** `STREAMWARDEN_OBSERVE=true`: plan and report, and write nothing, whatever the policy's mode says. Default: false. */
  readonly observe: boolean;
  /** `STREAMWARDEN_TARGET`: the only target to run. Default: the event's, else all of the policy. */
  readonly target: string | undefined;
  /** `STREAMWARDEN_STORE`. Default: the policy's `store`. */
  readonly store: string | undefined;
  /** `STREAMWARDEN_SIMULATOR`: address of a running simulator, which plays service and STS. Default: the cloud. */
  readonly simulator: string | undefined;
}

/** Reads the settings; empty variables count as absent. */
export function readSettings(environment: Environment): Settings {
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return {
    policyFile: given('STREAMWARDEN_POLICY') ?? path.join(given('FC_FUNC_CODE_PATH') ?? process.cwd(), 'policy.json'),
    observe: given('STREAMWARDEN_OBSERVE')?.toLowerCase() === 'true',
    target: given('STREAMWARDEN_TARGET'),
    store: given('STREAMWARDEN_STORE'),
    simulator: given('STREAMWARDEN_SIMULATOR'),
  };
}

/**
 * The journal of a function. One that only observes runs without where it cannot have one: it writes nothing, and misses only which
 * values a person set.
 * @throws SettingsError when there is none, or two that differ, or one of a kind that is not available
 */
export function openStore(settings: Settings, policyStore: string | undefined): Store {
  const { store, observe } = settings;
  if (store !== undefined && policyStore !== undefined && store !== policyStore) {
    throw new SettingsError(
      'StoreMismatch',
      `STREAMWARDEN_STORE is ${store}, but the policy says store: ${policyStore}. Two journals for one account would forget each other's writes: make them equal, or unset one.`,
    );
  }
  const address = store ?? policyStore;
  if (address?.startsWith('dir:')) return directoryStore(address.slice('dir:'.length));
  if (observe) return noStore;
  if (address === undefined) {
    throw new SettingsError(
      'StoreMissing',
      'This function has no journal, and nothing is done that is not written down first: set STREAMWARDEN_STORE=dir:PATH to a mounted folder, or STREAMWARDEN_OBSERVE=true to observe only.',
    );
  }
  throw new SettingsError(
    'StoreNotAvailable',
    `The store ${address} is of a kind that is not available yet: use dir:PATH on a mounted folder, or STREAMWARDEN_OBSERVE=true to observe only.`,
  );
}
