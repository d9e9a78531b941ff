import type { Client } from '../client/client.ts';
import { listTenantConfig } from '../client/operations/list-tenant-config.ts';
import type { Resource } from './resource.ts';

/** The account itself, with the settings that it has as a whole. */
export interface Tenant extends Resource {
  readonly kind: 'tenant';
  /** The account's number. */
  readonly id: string;
  /** Whether the service reminds of groups that expire; undefined: not read, or the answer did not say. */
  readonly expiryReminder: boolean | undefined;
  /** It has none that selectors could go by. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The tenant of an account of which nothing was read. */
export function unreadTenant(account: string): Tenant {
  return { kind: 'tenant', id: account, name: 'the account itself', expiryReminder: undefined, tags: {} };
}

/** The tenant as it is right now. One read. @throws ApiError when the service does not answer */
export async function readTenant(client: Client, account: string, signal?: AbortSignal): Promise<Tenant> {
  const { TenantConfigModel } = await client.call(listTenantConfig, {}, signal === undefined ? {} : { signal });
  const remind: unknown = TenantConfigModel?.AppInstanceGroupExpireRemind;
  return { ...unreadTenant(account), expiryReminder: typeof remind === 'boolean' ? remind : undefined };
}
