import { type Manifest, recordsOfListener } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of enforce-policy: it keeps the attributes of delivery groups, and of the account, as the policy says. */
export const manifest = {
  name: 'enforce-policy',
  begins: ['audit-events', 'timer'],
  spread: 'targets',
  // What hears events has a role of its own: an event that somebody made up can do no more than that one function does.
  role: 'enforcer',
  calls: [
    'AuthorizeInstanceGroup',
    'GetAppInstanceGroup',
    'ListAppInstanceGroup',
    'ListAppInstances',
    'ListAuthorizedUserGroups',
    'ListTenantConfig',
    'ModifyAppInstanceGroupAttribute',
    'ModifyTenantConfig',
  ],
  writes: recordsOfListener('enforce-policy'),
  settings: ['access', 'attributes', 'tenant'],
  harms: ['cut', 'lower', 'restrict'],
  never: ['cut-sessions', 'scale-down', 'enforce'],
  neverNeeds: { 'cut-sessions': 'sessionTimeout', 'scale-down': 'nodeCapacity' },
  protect: ['users', 'groups', 'ownerTag'],
  page: 'enforce-policy.md',
} as const satisfies Manifest<FunctionName>;
