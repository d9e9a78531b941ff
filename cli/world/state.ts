import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { directoryStore } from '../../shared/journal/directory.ts';
import type { Store } from '../../shared/journal/store.ts';
import { CommandFailure } from '../failure.ts';

/** A store and what to do with it when the command ends. */
export interface State {
  readonly store: Store;
  close(): Promise<void>;
}

/** A journal that lives as long as the command. */
export function temporaryState(): State {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-'));
  return {
    store: directoryStore(folder),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The folder that a `dir:` address names. @throws CommandFailure for an address of another kind */
function folderOf(address: string, source: string): string {
  if (address.startsWith('dir:')) return address.slice('dir:'.length);
  if (address.startsWith('oss://')) {
    throw new CommandFailure(
      'StoreNotAvailable',
      `${source} names ${address}; stores in OSS are not available yet. Use a folder: --state DIR, or STREAMWARDEN_STORE=dir:DIR.`,
    );
  }
  return address;
}

/**
 * The journal of a world: `--state`, else STREAMWARDEN_STORE, else the policy's `store` (cloud only), else `.streamwarden/<id>`.
 * @throws CommandFailure when the environment and the policy name different stores, or a kind that is not available
 */
export function lastingState(choice: {
  readonly state: string | undefined;
  readonly policyStore: string | undefined;
  readonly id: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}): State {
  const named = (choice.environment ?? process.env)['STREAMWARDEN_STORE'];
  if (named && choice.policyStore && named !== choice.policyStore) {
    throw new CommandFailure(
      'StoreMismatch',
      `STREAMWARDEN_STORE is ${named}, but the policy says store: ${choice.policyStore}. Two journals for one account would forget each other's writes: make them equal, or unset one.`,
    );
  }
  const folder =
    choice.state ??
    (named ? folderOf(named, 'STREAMWARDEN_STORE') : undefined) ??
    (choice.policyStore ? folderOf(choice.policyStore, "The policy's store") : undefined) ??
    path.join('.streamwarden', encodeURIComponent(choice.id));
  return { store: directoryStore(path.resolve(folder)), close: async () => {} };
}
