import type { Entries } from './entry.ts';

/** Nodes and prices, updates, tags, and what belongs to the whole account. */
export const resources: Entries = {
  ListRegions: {
    note: [
      'The regions that the service supports; not each of them is open for purchases. Free.',
      'The rows spell `regionId` with a small r, as no other operation does.',
    ],
  },
  ListNodes: {
    note: [
      'The nodes of a delivery group. Free.',
      'Rows are filled only where the group is sold per node; the total comes as `Count`, and both page parameters are required.',
    ],
    rowId: ['NodeId'],
  },
  ModifyNodePoolAmount: {
    note: [
      'Raises the subscription nodes of a group to a total, converting pay-as-you-go nodes. An order: it costs money, and no',
      'AutoPay switch says when it is charged. It only grows. No token guards a repeat: read the group before sending again.',
    ],
    effect: 'purchase',
    check: 'modeWithNodes',
  },
  ListNodeInstanceType: {
    note: [
      'The node types on sale with their sizes. Free.',
      '`MaxCapacity` is the ceiling for sessions per node; `Cpu` and `Gpu` are numbers in the request and text in the answer.',
    ],
    rowId: ['NodeInstanceType'],
  },
  GetResourcePrice: {
    note: [
      'The price of nodes or sessions before they are bought. Free.',
      'Name NodeInstanceType (answered in `PriceModel`) or AppInstanceType (in `PriceList`); the former wins.',
    ],
    check: 'namesAType',
  },
  GetResourceRenewPrice: {
    note: [
      'What renewing a delivery group for a period would cost. Free.',
      'Delivery groups only: nothing prices the renewal of a workstation.',
    ],
  },
  ListOtaTask: {
    note: [
      'The updates of a delivery group with their state and start. Free.',
      'It needs the permission of another operation, ListAppInstanceGroup.',
    ],
    rowId: ['TaskId'],
  },
  GetOtaTaskByTaskId: {
    note: ['The release note and the planned start of an update. Free.', 'Reading it takes the permission to modify delivery groups.'],
  },
  ApproveOtaTask: {
    note: [
      'Lets an update run at the chosen time. Nothing cancels an approval.',
      'Each approval changes the TaskId: read it from OtaInfo right before. Only `success` in `Code` is success.',
    ],
    effect: 'disruptive',
    verdict: { codes: ['success'], codeRequired: true },
  },
  ListTenantConfig: {
    note: ['The settings of the whole account. Free.'],
  },
  ModifyTenantConfig: {
    note: ['Switches the reminder before groups expire, for the whole account. Safe to repeat.'],
    effect: 'write',
    insist: { AppInstanceGroupExpireRemind: 'the only thing that the call sets' },
  },
  ListTagCloudResources: {
    note: ['The tags of resources of one kind. Free. The only list that is paged by a token.', 'AliUid, the account itself, takes no ids.'],
    rowId: ['ResourceType', 'ResourceId'],
  },
  TagCloudResources: {
    note: [
      'Adds tags to resources, and overwrites the value of a key that exists.',
      'A failure for some resources comes with HTTP 200 in FailedResources. The tags `System/Scheduler/…` steer the service.',
    ],
    effect: 'write',
    batch: { param: 'ResourceIds' },
    partial: { list: 'FailedResources', id: 'ResourceId' },
    check: 'idsUnlessAccount',
  },
  UntagCloudResources: {
    note: ['Removes tags by key. Images are not among its kinds.', 'A failure for some resources comes with HTTP 200 in FailedResources.'],
    effect: 'write',
    answersToo: [
      {
        at: 'FailedResources[].Tags[]',
        field: 'Value',
        type: 'string',
        because: 'the row is that of TagCloudResources; the field is absent in fact',
      },
    ],
    batch: { param: 'ResourceIds' },
    partial: { list: 'FailedResources', id: 'ResourceId' },
    check: 'idsUnlessAccount',
  },
  ModifyBrowserInstanceGroup: {
    note: [
      'Changes a cloud browser group. Nothing reads one back. An entry without an id is added, so a repeat adds it again.',
      'It takes the permission to buy delivery groups.',
    ],
    effect: 'disruptive',
    emptyText: 'inside JSON empty text is a value of its own',
  },
};
