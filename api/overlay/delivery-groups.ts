import type { Entries } from './entry.ts';

/** Delivery groups: what can be bought, changed, updated and read of them, and who may use them. */
export const deliveryGroups: Entries = {
  CreateAppInstanceGroup: {
    note: [
      'Buys a delivery group. There is no token, so a repeat buys a second one.',
      'Period and PeriodUnit are required even for pay-as-you-go: send 1 and Month then.',
    ],
    effect: 'purchase',
    check: 'strategyOfNewGroup',
  },
  GetAppInstanceGroup: {
    note: [
      'One delivery group: the check right before a write and the confirmation right after. Free.',
      'The container has a plural name, `AppInstanceGroupModels`, and holds one object.',
    ],
  },
  ListAppInstanceGroup: {
    note: [
      'The delivery groups of the account with nearly all that is known of them. Free.',
      'No sessions or users are counted here; SessionTimeout and ScalingUsageThreshold are text.',
    ],
    notes: { RegionId: 'BizRegionId takes its place.' },
    rowId: ['AppInstanceGroupId'],
  },
  PageListAppInstanceGroupUser: {
    note: ['The names of the users of a delivery group. Free.', 'No total is given: read on until a page comes short.'],
    rowId: [],
  },
  RenewAppInstanceGroup: {
    note: [
      'Orders a renewal of a subscription group. It costs money, and a second call renews a second time: no token guards it.',
      'Without AutoPay the order waits for payment and nothing is extended. Leave out RenewMode, RenewAmount and RenewNodes,',
      'which nobody explains.',
    ],
    effect: 'purchase',
    notes: { AutoPay: 'Without it an order stays that nobody has paid.' },
  },
  UpdateAppInstanceGroupImage: {
    note: [
      'Puts another image on a delivery group. It cuts live sessions when it starts, and has no start time: the caller picks',
      'the moment. Compare AppCenterImageId first, since the same image again may repeat the outage.',
    ],
    effect: 'disruptive',
  },
  ModifyAppInstanceGroupAttribute: {
    note: [
      'Sets attributes of a delivery group. No order.',
      'Only the name, SessionTimeout, NodeCapacity and SkipUserAuthCheck can be read back; PerSessionPerApp uses more sessions.',
    ],
    effect: 'write',
    notes: { SessionTimeout: '-1 keeps sessions for ever.' },
    check: 'attributesTogether',
  },
  ModifyNodePoolAttribute: {
    note: [
      'Sets how a node pool scales. No order, yet more nodes cost more by the hour.',
      'The answer comes before the nodes do. Send the whole strategy, and move the enable date on every write: it may not have',
      'passed. A schedule lapses at its disable date.',
    ],
    effect: 'write',
    notes: { PoolId: '`NodePoolId` of the group.' },
    insist: { PoolId: 'the service refuses the call without it' },
    check: 'wholeStrategy',
  },
  AuthorizeInstanceGroup: {
    note: [
      'Gives users and user groups access to a delivery group, or takes it away. Users get mail, so send changes only.',
      'Whether taking access away ends a session is documented nowhere.',
    ],
    effect: 'disruptive',
    check: 'namesSomebody',
  },
  LogOffAllSessionsInAppInstanceGroup: {
    note: [
      'Ends all sessions of a pay-as-you-go group under a schedule, outside the periods of that schedule only. Unsaved work',
      'is lost. Elsewhere use Unbind, one session at a time.',
    ],
    effect: 'disruptive',
  },
  DeleteAppInstanceGroup: {
    note: ['Deletes a pay-as-you-go delivery group for good. A subscription is refused.'],
    effect: 'destructive',
  },
  ModifyAppPolicy: {
    note: ['Sets the picture policy of delivery groups. Nothing reads a policy back, so the only way to enforce one is to send it again.'],
    effect: 'write',
  },
  ListAuthorizedUserGroups: {
    note: ['The user groups that may use a delivery group. Free. Both page parameters are required.'],
    rowId: ['GroupId', 'AuthMode'],
  },
};
