import { describe, expect, it } from 'vitest';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';

const rows: readonly AnyOperation[] = Object.values(operations);
const named = (test: (row: AnyOperation) => boolean) =>
  rows
    .filter(test)
    .map(({ action }) => action)
    .sort();

/** What each write can do to the account at worst, unless a planner knows better of a single action. */
const effects = {
  purchase: ['CreateAppInstanceGroup', 'CreateWuyingServer', 'ModifyNodePoolAmount', 'RenewAppInstanceGroup', 'RenewWuyingServer'],
  destructive: ['DeleteAppInstanceGroup', 'DeleteAppInstances', 'DeleteImage', 'DeleteWuyingServer', 'UpdateWuyingServerImage'],
  disruptive: [
    'ApproveOtaTask',
    'AuthorizeInstanceGroup',
    'LogOffAllSessionsInAppInstanceGroup',
    'ModifyBrowserInstanceGroup',
    'RestartWuyingServer',
    'StopWuyingServer',
    'Unbind',
    'UpdateAppInstanceGroupImage',
  ],
  write: [
    'CreateImageByInstance',
    'CreateImageFromAppInstanceGroup',
    'GetConnectionTicket',
    'GetDebugAppInstance',
    'ModifyAppInstanceGroupAttribute',
    'ModifyAppPolicy',
    'ModifyNodePoolAttribute',
    'ModifyTenantConfig',
    'ModifyWuyingServerAttribute',
    'StartTaskForDistributeImage',
    'StartWuyingServer',
    'TagCloudResources',
    'UntagCloudResources',
  ],
};

describe('effects of operations', () => {
  it.each(Object.entries(effects))('%s is the effect of exactly the operations that deserve it', (effect, actions) => {
    expect(named((row) => row.effect === effect)).toEqual(actions);
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

  it('can be repeated safely only with the token of one purchase', () => {
    expect(named((row) => row.token !== undefined)).toEqual(['CreateWuyingServer']);
  });
});
