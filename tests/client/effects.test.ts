import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';

const rows: readonly AnyOperation[] = Object.values(operations);
const named = (test: (row: AnyOperation) => boolean) =>
  rows
    .filter(test)
    .map(({ action }) => action)
    .sort();

/** What can cut people off or take something from them. */
const disruptive = [
  'ApproveOtaTask',
  'AuthorizeInstanceGroup',
  'LogOffAllSessionsInAppInstanceGroup',
  'ModifyBrowserInstanceGroup',
  'RestartWuyingServer',
  'StopWuyingServer',
  'Unbind',
  'UpdateAppInstanceGroupImage',
];

describe('effects of operations', () => {
  it('is a purchase where the answer names an order, and nowhere else', () => {
    expect(named((row) => row.effect === 'purchase')).toEqual(named(({ output }) => JSON.stringify(output).includes('"OrderId"')));
    expect(named((row) => row.effect === 'purchase')).toContain('RenewAppInstanceGroup');
  });

  it('is destructive where something is deleted, and for an image that may take disks with it', () => {
    const deletions = named(({ action }) => action.startsWith('Delete'));
    expect(named((row) => row.effect === 'destructive')).toEqual([...deletions, 'UpdateWuyingServerImage']);
  });

  it('is disruptive for exactly the operations that deserve it', () => {
    expect(named((row) => row.effect === 'disruptive')).toEqual(disruptive);
  });

  it('is none for reads and never none for writes', () => {
    expect(named((row) => row.effect === 'none')).toEqual(named((row) => row.access === 'read'));
  });
});

describe('verdicts on HTTP 200', () => {
  it('need a code only where success is always told', () => {
    expect(named((row) => row.verdict.codeRequired === true)).toEqual(['ApproveOtaTask', 'DeleteImage']);
  });

  it.each([
    ['ApproveOtaTask', ['success'], undefined],
    ['DeleteImage', ['200'], ['Success', 'Data']],
    ['ListImage', ['200'], ['Success']],
    ['CreateImageByInstance', ['200'], ['Success']],
    ['StartTaskForDistributeImage', ['200'], ['Success']],
    ['RenewAppInstanceGroup', ['success', '200', 'ok'], undefined],
  ] as const)('%s is good with %j', (action, codes, flags) => {
    expect([operations[action].verdict.codes, operations[action].verdict.flags]).toEqual([codes, flags]);
  });
});

describe('operations that serve several resources', () => {
  it('are those with a list of resources, and only tags and deleted instances tell failures apart', () => {
    expect(named((row) => row.batch !== undefined)).toEqual([
      'DeleteAppInstances',
      'RestartWuyingServer',
      'StartWuyingServer',
      'StopWuyingServer',
      'TagCloudResources',
      'UntagCloudResources',
    ]);
    expect(named((row) => row.partial !== undefined)).toEqual(['DeleteAppInstances', 'TagCloudResources', 'UntagCloudResources']);
  });

  it('are all writes with a list of ids, except where one thing gets or loses them', () => {
    const lists = rows.flatMap(({ action, access, params, batch }) =>
      access === 'read'
        ? []
        : Object.keys(params)
            .filter((name) => /Id(s|List)$/.test(name) && name !== batch?.param)
            .map((name) => `${action}.${name}`),
    );
    expect(lists.sort()).toEqual([
      'AuthorizeInstanceGroup.AuthorizeUserGroupIds',
      'AuthorizeInstanceGroup.AuthorizeUserIds',
      'AuthorizeInstanceGroup.UnAuthorizeUserGroupIds',
      'AuthorizeInstanceGroup.UnAuthorizeUserIds',
      'CreateAppInstanceGroup.UserGroupIds',
      'CreateWuyingServer.VSwitchIds',
      'GetConnectionTicket.AppInstanceGroupIdList',
    ]);
  });

  it('can be repeated safely only with the token of one purchase', () => {
    expect(named((row) => row.token !== undefined)).toEqual(['CreateWuyingServer']);
  });
});
