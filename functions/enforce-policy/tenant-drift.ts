import type { Tenant } from '../../shared/fleet/tenant.ts';
import type { Drift } from './drift.ts';
import type { TenantWish } from './enforce-rule.ts';
import { reason } from './reasons.ts';

/** How the account itself differs from what its rule asks for. */
export function tenantDrift({ expiryReminder: from }: Tenant, rule: string, { expiryReminder: to }: TenantWish): Drift {
  const wish = { expiryReminder: String(to) };
  const nothing = { writes: {}, wish, met: [], change: [], why: [], left: [], call: undefined };
  if (from === to) return { ...nothing, met: ['expiryReminder'] };
  if (from === undefined) {
    const text = 'whether the service reminds of groups that expire could not be read; it is not changed';
    return { ...nothing, left: [reason('unreadable', text, { setting: 'expiryReminder' })] };
  }
  const text = `the reminder of groups that expire is ${from ? 'on' : 'off'}, and rule ${rule} asks for ${to ? 'on' : 'off'}`;
  return {
    ...nothing,
    writes: wish,
    change: [{ field: 'expiryReminder', from, to }],
    why: [reason('drift', text, { setting: 'expiryReminder', from, to })],
    call: { operation: 'ModifyTenantConfig', input: { AppInstanceGroupExpireRemind: to }, effect: 'write' },
  };
}
