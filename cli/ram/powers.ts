import type { operations } from '../../shared/client/operations/index.ts';

/** Roles that functions run in, from the least power to the most particular one. */
export const functionRoles = ['observer', 'digest', 'operator', 'tagger', 'enforcer', 'buyer', 'links', 'reporter'] as const;

/** A role that functions run in. */
export type FunctionRole = (typeof functionRoles)[number];

/** What a function does that a permission is needed for. */
interface Power {
  /** The role that it needs to act. One that only observes can run in `observer`. */
  readonly role: FunctionRole;
  /** Every operation that its bundle calls. */
  readonly calls: readonly (keyof typeof operations)[];
  /** What the names of the records that it writes begin with. */
  readonly writes: readonly string[];
  /** What the names of the records that it reads begin with. Default: all of the journal. */
  readonly reads?: readonly string[];
  /** It has something to see to although the policy has no rules of it. */
  readonly withoutRules?: true;
  /** It starts the functions of these roles. Where there is one target only it runs them itself, and needs what they need. */
  readonly starts?: readonly FunctionRole[];
}

/** What every automation records: what it meant and did, what it told, and that it ran. */
const ofAutomation = (name: string): readonly string[] => [
  `written/${name}/`,
  `claims/${name}/`,
  `heartbeats/${name}/`,
  'runs/',
  `alerts/${name}/`,
];

/** What a function on events records beside: what it heard, so that invocations that meet see to it together. */
const ofListener = (name: string): readonly string[] => [...ofAutomation(name), `events/${name}/`];

/** The powers of each function. */
export const powers: Readonly<Record<string, Power>> = {
  'scale-on-schedule': {
    role: 'operator',
    calls: ['GetAppInstanceGroup', 'GetResourcePrice', 'ListAppInstanceGroup', 'ListAppInstances', 'ModifyNodePoolAttribute'],
    writes: ofAutomation('scale-on-schedule'),
  },
  'approve-ota-windows': {
    role: 'operator',
    calls: ['ApproveOtaTask', 'GetAppInstanceGroup', 'ListAppInstanceGroup', 'ListAppInstances', 'ListOtaTask'],
    writes: ofAutomation('approve-ota-windows'),
  },
  'log-off-sessions': {
    role: 'operator',
    withoutRules: true,
    calls: [
      'GetAppInstanceGroup',
      'ListAppInstanceGroup',
      'ListAppInstances',
      'ListPersistentAppInstances',
      'LogOffAllSessionsInAppInstanceGroup',
      'TagCloudResources',
      'Unbind',
      'UntagCloudResources',
    ],
    writes: ofAutomation('log-off-sessions'),
  },
  // What hears events has a role of its own: an event that somebody made up can do no more than that one function does.
  'tag-new-resources': {
    role: 'tagger',
    calls: ['GetAppInstanceGroup', 'ListAppInstanceGroup', 'ListTagCloudResources', 'TagCloudResources'],
    writes: ofListener('tag-new-resources'),
  },
  'enforce-policy': {
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
    writes: ofListener('enforce-policy'),
  },
  'power-workstations': {
    role: 'operator',
    calls: ['ListWuyingServer', 'StartWuyingServer', 'StopWuyingServer'],
    writes: ofAutomation('power-workstations'),
  },
  'renew-before-expiry': {
    role: 'buyer',
    withoutRules: true,
    calls: [
      'GetAppInstanceGroup',
      'GetResourceRenewPrice',
      'ListAppInstanceGroup',
      'ListWuyingServer',
      'RenewAppInstanceGroup',
      'RenewWuyingServer',
    ],
    writes: [...ofAutomation('renew-before-expiry'), 'renewals/', 'budget/', 'expiries/', 'sentinel/', 'outbox/renew-before-expiry/'],
  },
  digest: {
    role: 'digest',
    withoutRules: true,
    calls: ['GetResourcePrice', 'ListAppInstanceGroup', 'ListWuyingServer'],
    writes: ['digests/', 'heads/', 'covered/', 'alerts/digest/', 'runs/', 'heartbeats/digest/'],
  },
  dispatch: { role: 'operator', withoutRules: true, calls: [], writes: [], starts: ['operator', 'tagger', 'enforcer'] },
  'approval-links': {
    role: 'links',
    withoutRules: true,
    calls: [],
    writes: ['approvals-link/'],
    reads: ['policy/', 'approvals/', 'approvals-link/', 'renewals/', 'skipped/'],
  },
  'report-failure': {
    role: 'reporter',
    withoutRules: true,
    calls: [],
    writes: ['alerts/report-failure/'],
    reads: ['policy/', 'alerts/report-failure/', 'skipped/'],
  },
};

/** The function that Function Compute calls when an invocation of another fails. */
export const failureDestination = 'report-failure';

/** Names of the functions that run in a role. */
export function functionsOf(role: FunctionRole): readonly string[] {
  return Object.keys(powers).filter((name) => powers[name]?.role === role);
}
