import type { Client } from '../../shared/client/client.ts';
import { ApiError } from '../../shared/client/errors.ts';
import { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import { listTenantConfig } from '../../shared/client/operations/list-tenant-config.ts';
import { listWuyingServer } from '../../shared/client/operations/list-wuying-server.ts';
import { observeWhole } from '../../shared/engine/observe-whole.ts';
import { observeGovernedGroups } from '../../shared/fleet/governed-group.ts';
import { observeWorkstations } from '../../shared/fleet/observe-workstations.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { readTenant } from '../../shared/fleet/tenant.ts';
import { CommandFailure } from '../failure.ts';
import type { ObservedAccount } from './account.ts';

/** Hears how many resources of a kind have been read, and how many there are. */
export type ReadProgress = (what: string, observed: number, announced: number | undefined) => void;

/** An operation as a refusal names it. */
interface Refused {
  readonly action: string;
  readonly ram: { readonly action: string };
}

/**
 * Reads delivery groups, workstations and the settings of the account. Nothing is written. What cannot be read besides the groups is a gap.
 * @throws CommandFailure `NotPermitted` where RAM refuses to list delivery groups, with the RAM action to allow
 * @throws CommandFailure `NothingToImport` where there is nothing
 * @throws ApiError where the service does not answer
 */
export async function readAccount(
  client: Client,
  { account, endpoint }: { readonly account: string; readonly endpoint: string },
  onProgress: ReadProgress,
  signal?: AbortSignal,
): Promise<ObservedAccount> {
  const gaps: string[] = [];
  const optional = async <T>(operation: Refused, what: string, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiError) || signal?.aborted) throw error;
      const why = isRefusal(error)
        ? `RAM refuses ${operation.action}; allow ${operation.ram.action}`
        : `${operation.action} failed (${error.code})`;
      gaps.push(`${what} could not be read: ${why}.`);
      return undefined;
    }
  };
  const groups = await allOf('delivery groups', () => observeGovernedGroups(client, signal), onProgress, gaps).catch((error: unknown) => {
    throw isRefusal(error) ? refusal(listAppInstanceGroup, error) : error;
  });
  const workstations = await optional(listWuyingServer, 'Workstations', () =>
    allOf('workstations', () => observeWorkstations(client, signal), onProgress, gaps),
  );
  if (groups.length === 0 && (workstations ?? []).length === 0) {
    const unread = workstations === undefined ? ` ${gaps.join(' ')}` : '';
    const other = endpoint === 'cn-shanghai' ? 'ap-southeast-1' : 'cn-shanghai';
    throw new CommandFailure(
      'NothingToImport',
      `Account ${account} shows no delivery group and no workstation through ${endpoint}.${unread} See whether it has some through --endpoint ${other}.`,
    );
  }
  const tenant = await optional(listTenantConfig, 'Settings of the account', () => readTenant(client, account, signal));
  return { groups, workstations, expiryReminder: tenant?.expiryReminder, gaps };
}

/** All resources of a list, each id once; a list that moves while it is read is read twice. */
async function allOf<R extends Resource>(
  what: string,
  pages: () => AsyncIterable<{ readonly resources: readonly R[]; readonly total: number | undefined }>,
  onProgress: ReadProgress,
  gaps: string[],
): Promise<R[]> {
  const byId = new Map<string, R>();
  const { observed, announced, complete } = await observeWhole(pages, (fresh, total) => {
    for (const resource of fresh) byId.set(resource.id, resource);
    onProgress(what, byId.size, total);
  });
  if (announced !== undefined && !complete) {
    gaps.push(`${observed} of ${announced} ${what} were read; a rule by tag or name may match the others too. Import again.`);
  }
  return [...byId.values()];
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'NoPermission' || error.code.startsWith('Forbidden'));
}

function refusal({ action, ram }: Refused, cause: unknown): CommandFailure {
  return new CommandFailure(
    'NotPermitted',
    `RAM refuses ${action} to this identity, and without it there is nothing to import. Allow the action ${ram.action} to it and import again.`,
    { cause },
  );
}
