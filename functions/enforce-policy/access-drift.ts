import { accessOf, type GroupAccess } from '../../shared/fleet/authorization.ts';
import type { Drift } from './drift.ts';
import type { EnforceRule } from './enforce-rule.ts';
import { reason } from './reasons.ts';

/**
 * How the access of user groups differs from what the rule asks for. Users get mail about every change and taking access away may end
 * sessions (API notes, AuthorizeInstanceGroup): only what is missing is given, and nothing is ever taken away.
 */
export function accessDrift(access: GroupAccess, { name, userGroups = [] }: EnforceRule): Drift {
  const wish = Object.fromEntries(userGroups.map((id) => [id, 'access']));
  const nothing = { writes: {}, wish, met: [], change: [], why: [], call: undefined };
  if (access.userGroups === undefined) {
    const text = 'which user groups have access could not be read; nothing is changed';
    return { ...nothing, left: [reason('unreadable', text, { setting: 'userGroups' })] };
  }
  const present = new Set(access.userGroups);
  const met = userGroups.filter((id) => present.has(id));
  const missing = [...new Set(userGroups)].filter((id) => !present.has(id)).sort();
  const extra = access.userGroups.filter((id) => !userGroups.includes(id)).sort();
  const left =
    extra.length === 0
      ? []
      : [
          reason(
            'user-group-extra',
            `rule ${name} does not name ${extra.join(', ')}, which ${extra.length === 1 ? 'has' : 'have'} access`,
            { extra },
          ),
        ];
  if (missing.length === 0) return { ...nothing, met, left };
  return {
    wish,
    met,
    writes: Object.fromEntries(missing.map((id) => [id, 'access'])),
    change: missing.map((id) => ({ field: `access of ${id}`, from: false, to: true })),
    why: [reason('user-group-missing', `rule ${name} gives access to ${missing.join(', ')}`, { missing })],
    left,
    call: {
      operation: 'AuthorizeInstanceGroup',
      input: { AppInstanceGroupId: accessOf(access.id) ?? access.partOf.id, ProductType: 'CloudApp', AuthorizeUserGroupIds: missing },
      effect: 'write',
    },
  };
}
