import type { Entries } from './entry.ts';

/** Workstations, which the API calls Wuying servers. */
export const workstations: Entries = {
  DescribeWuyingServerEipInfo: {
    note: ['The public address of a workstation. Free.'],
  },
  CreateWuyingServer: {
    note: ['Buys workstations. The one purchase with a token, which makes a repeat safe; how long it lasts is not documented.'],
    effect: 'purchase',
    token: 'IdempotenceToken',
  },
  ListWuyingServer: {
    note: [
      'The workstations of the account with state, sessions and expiry. Free. Workstations carry no tags.',
      'Time filters include their start and exclude their end. No list of states is published.',
    ],
    rowId: ['WuyingServerId'],
  },
  StartWuyingServer: {
    note: [
      'Starts workstations. Metering may begin for those that are not subscribed.',
      'The answer tells nothing per workstation: poll Status.',
    ],
    effect: 'write',
    insist: { WuyingServerIdList: 'an empty list could mean all' },
    batch: { param: 'WuyingServerIdList', max: 20, because: 'The largest batch is not documented; this one is small enough to look over.' },
  },
  StopWuyingServer: {
    note: [
      'Stops workstations, and sessions on them with that. Force cuts the power and can lose data: leave it out.',
      'The answer tells nothing per workstation: poll Status.',
    ],
    effect: 'disruptive',
    insist: { WuyingServerIdList: 'an empty list could mean all' },
    batch: { param: 'WuyingServerIdList', max: 20, because: 'The largest batch is not documented; this one is small enough to look over.' },
  },
  RestartWuyingServer: {
    note: [
      'Restarts workstations, and ends sessions on them. A repeat restarts again.',
      'The answer tells nothing per workstation: poll Status.',
    ],
    effect: 'disruptive',
    insist: { WuyingServerIdList: 'an empty list could mean all' },
    batch: { param: 'WuyingServerIdList', max: 20, because: 'The largest batch is not documented; this one is small enough to look over.' },
  },
  ModifyWuyingServerAttribute: {
    note: ['Sets the name or the password of a workstation.'],
    effect: 'write',
    insist: { WuyingServerId: 'a change needs its object' },
    check: 'changesSomething',
  },
  UpdateWuyingServerImage: {
    note: ['Puts another image on a workstation. What becomes of its disks is documented nowhere, so count on their loss.'],
    effect: 'destructive',
    insist: {
      WuyingServerId: 'a change needs its object',
      ImageId: 'a change needs its value',
      ProductType: 'the service demands this very spelling',
    },
  },
  RenewWuyingServer: {
    note: [
      'Orders a renewal of one workstation. It costs money, and a second call renews a second time: no token guards it.',
      'Nothing prices it beforehand. Nothing is required on paper; all that decides about money is required here.',
    ],
    effect: 'purchase',
    notes: { Period: 'Which numbers can be ordered is not documented.' },
    insist: {
      WuyingServerId: 'decides about money',
      Period: 'decides about money',
      PeriodUnit: 'decides about money',
      AutoPay: 'decides about money',
    },
  },
  DeleteWuyingServer: {
    note: ['Deletes a workstation for good. Whether a subscription can be deleted or is refunded is documented nowhere.'],
    effect: 'destructive',
  },
};
