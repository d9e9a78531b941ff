import type { Entries } from './entry.ts';

/** App instances, the sessions on them, and who is bound to them. */
export const sessions: Entries = {
  ListAppInstances: {
    note: [
      'The app instances of one delivery group with their sessions. Free.',
      'IncludeDeleted works only together with AppInstanceIdList; SessionStatus is filled while RUNNING only.',
    ],
    rowId: ['AppInstanceId'],
    check: 'deletedByIdOnly',
  },
  DeleteAppInstances: {
    note: [
      'Deletes app instances that are INIT or IDLE. Open to some customers only.',
      '`Success` of a row means that the deletion began: poll ListAppInstances with IncludeDeleted.',
    ],
    effect: 'destructive',
    batch: { param: 'AppInstanceIds' },
    partial: { list: 'DeleteAppInstanceModels', id: 'AppInstanceId', success: 'Success' },
  },
  ListPersistentAppInstances: {
    note: ['The persistent sessions of one delivery group. Free.'],
    rowId: ['AppInstancePersistentId'],
  },
  GetConnectionTicket: {
    note: [
      'Allocates an app instance for a user and starts an app, in spite of its name. Not for automations.',
      'It takes two calls at least: first without TaskId, then with it until TaskStatus is Finished. The ticket is a secret.',
    ],
    effect: 'write',
  },
  Unbind: {
    note: [
      'Ends the binding of one user, and the session with it. Where the group resets after unbinding, the instance is wiped.',
      'Without an instance the scope is documented nowhere, so one must be named.',
    ],
    effect: 'disruptive',
    check: 'namesASession',
  },
  ListBindInfo: {
    note: ['Which users are bound to which app instances. Free.', 'The rows say UserId where Unbind wants EndUserId.'],
    rowId: ['AppInstanceGroupId', 'AppInstanceId', 'UserId', 'AppId'],
  },
  CreateImageFromAppInstanceGroup: {
    note: ['Makes an image of a delivery group in debug mode. Image storage may be charged.', 'Asynchronous: poll ListImage.'],
    effect: 'write',
  },
  GetDebugAppInstance: {
    note: [
      'Hands out a code for 3 minutes to enter a delivery group in debug mode, and voids the one before. Not for automations.',
      'The code is a secret.',
    ],
    effect: 'write',
  },
};
