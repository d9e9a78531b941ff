import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type EventSubscription, hearCalls } from '../../shared/fc/events/audited-calls.ts';

const sampleText = (name: string) => readFileSync(new URL(`../../events/samples/${name}.json`, import.meta.url), 'utf8');
const sample = (name: string) => JSON.parse(sampleText(name)) as Envelope;

type Fields = Record<string, unknown>;
interface Envelope extends Fields {
  readonly data: Fields;
}

const created = sample('eventbridge-actiontrail-create-app-instance-group');
const subscriptionTo: EventSubscription = { operations: ['CreateAppInstanceGroup', 'TagCloudResources', 'ModifyTenantConfig', 'Create'] };
const changed = (data: Fields, envelope: Fields = {}) => ({ ...created, ...envelope, data: { ...created.data, ...data } });
/** Objects among fields as JSON text. */
const asTexts = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : value]));
const heard = (event: unknown, how = subscriptionTo) => hearCalls(event, how);
const triggerEvent = {
  resourceId: 'aig-9ciijz60n4xsv****',
  operation: 'CreateAppInstanceGroup',
  atMs: Date.parse('2026-03-02T01:15:30Z'),
  caller: 'ops-alice',
  region: 'cn-hangzhou',
  source: 'sdk',
};
const call = { account: '123456789012****', triggerEvent };

describe('an event of the audit trail', () => {
  it.each<[string, unknown]>([
    ['as EventBridge delivers it', created],
    ['in a list', [created]],
    ['in a list of texts', [JSON.stringify(created)]],
    ['with its record as text', { ...created, data: JSON.stringify(created.data) }],
    ['by the trail itself, as newer pages have it', { ...created, source: 'acs.actiontrail', type: 'actiontrail:ActionTrail:ApiCall' }],
    ['with its objects as text', changed(asTexts(created.data))],
    [
      'with its answer as text alone',
      changed({ ...asTexts({ responseElements: created.data['responseElements'] }), referencedResources: {}, resourceType: undefined }),
    ],
    ['with an empty error code, which means success', changed({ errorCode: '', errorMessage: '' })],
    ['whose version is a number', changed({ eventVersion: 1 })],
    ['with fields that nobody knows', { ...changed({ mood: 'fine' }), extra: [1] }],
    ['of a service with another name, by its source', changed({ serviceName: 'Other' })],
    ['of a service with another name, by the version of the API', changed({ serviceName: 'Other' }, { source: 'acs.other' })],
    ['whose id is only in the answer', changed({ referencedResources: {}, resourceType: undefined, resourceName: undefined })],
    ['whose id is only in its references', changed({ responseElements: null, resourceType: undefined })],
    ['whose id is only its resource name', changed({ responseElements: null, referencedResources: undefined })],
    ['whose account is only in the envelope', changed({ recipientAccountId: undefined })],
    ['whose time is only in the envelope', changed({ eventTime: undefined })],
  ])('%s is heard', (_name, event) => {
    expect(heard(event)).toEqual({ calls: [call], unheard: {} });
  });

  it.each<[string, unknown]>([
    ['without its envelope', created.data],
    ['in an envelope of no cloud service', { ...created, source: 'my-app' }],
    ['in an envelope without an account', { ...created, aliyunaccountid: undefined }],
  ])('%s is heard, and who called through what is not believed', (_name, event) => {
    const { caller: _caller, source: _source, ...rest } = triggerEvent;
    expect(heard(event)).toEqual({ calls: [{ ...call, triggerEvent: rest }], unheard: {} });
  });

  it('is heard whatever its user agent says, since whoever calls writes that', () => {
    const agents = ['streamwarden', 'streamwarden/1', 'streamwarden (Node.js v20.20.2)', 'Streamwarden x'];
    for (const userAgent of agents) expect(heard(changed({ userAgent }))?.calls).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['a call that failed', changed({ errorCode: 'Forbidden.RAM' }), 'failed-call'],
    ['an operation that nobody listens for', changed({ eventName: 'RenewAppInstanceGroup' }), 'other-operation'],
    ['a read', changed({ eventRW: 'Read' }), 'other-operation'],
    ['another service', sample('eventbridge-ecs-delete-disk'), 'other-service'],
    ['an envelope of another account than its record', changed({}, { aliyunaccountid: '7' }), 'two-accounts'],
    [
      'our own call, by the role',
      changed({ userIdentity: { type: 'assumed-role', userName: 'streamwarden:streamwarden', principalId: '3:streamwarden' } }),
      'own-call',
    ],
    ['no account', changed({ recipientAccountId: '' }, { aliyunaccountid: undefined }), 'no-account'],
    ['no time', changed({ eventTime: 'yesterday' }), 'no-time'],
    [
      'no resource',
      changed({ responseElements: {}, referencedResources: {}, resourceName: 'x y', resourceType: 'ACS::AppStreaming::AppInstanceGroup' }),
      'no-resource',
    ],
    [
      'an id that names a part',
      changed({ responseElements: {}, resourceType: undefined, referencedResources: { AppInstanceGroup: ['aig-1/part'] } }),
      'no-resource',
    ],
    [
      'a workstation',
      {
        ...sample('eventbridge-actiontrail-create-wuying-server'),
        data: { ...sample('eventbridge-actiontrail-create-wuying-server').data, eventName: 'Create' },
      },
      'no-resource',
    ],
  ])('that is or has %s begins nothing', (_name, event, why) => {
    expect(heard(event, { ...subscriptionTo, ownRoles: new Set(['streamwarden']) })).toEqual({ calls: [], unheard: { [why]: 1 } });
  });

  it('is one event however often it comes, and what cannot be read beside it is counted', () => {
    const other = changed(
      { responseElements: { AppInstanceGroupModel: { AppInstanceGroupId: 'aig-2' } }, referencedResources: {}, resourceType: '' },
      { id: 'other' },
    );
    const found = heard([created, JSON.stringify(created), other, '{', null, 7]);
    expect(found?.calls.map(({ triggerEvent: each }) => each.resourceId)).toEqual(['aig-9ciijz60n4xsv****', 'aig-2']);
    expect(found?.unheard).toEqual({ duplicate: 1, unreadable: 3 });
  });

  it.each<[string, unknown]>([
    ['a timer', sample('timer')],
    ['nothing', null],
    ['text', 'CreateAppInstanceGroup'],
    ['an empty list', []],
    ['an event of another kind', { id: 'x', data: { resourceId: 'r' } }],
  ])('is not what %s is', (_name, event) => {
    expect(heard(event)).toBeUndefined();
  });

  it('about tags names every group that it lists, in either form of the list, and none of another kind', () => {
    const tagging = (parameters: Fields) =>
      heard(
        changed({
          eventName: 'TagCloudResources',
          responseElements: {},
          referencedResources: {},
          resourceType: '',
          requestParameters: parameters,
        }),
      )?.calls.map(({ triggerEvent: each }) => each.resourceId);
    expect(tagging({ ResourceType: 'AppInstanceGroupId', ResourceIds: ['aig-1', 'aig-2'] })).toEqual(['aig-1', 'aig-2']);
    expect(tagging({ ResourceType: 'AppInstanceGroupId', 'ResourceIds.1': 'aig-1', 'ResourceIds.2': 'aig-2', 'Tags.1.Key': 'k' })).toEqual([
      'aig-1',
      'aig-2',
    ]);
    expect(tagging({ ResourceType: 'WyId', ResourceIds: ['u-1'] })).toEqual([]);
  });

  it('reads the parameters from their text where they are only there', () => {
    const parameters = { requestParameters: undefined, requestParameterJson: '{"AppInstanceGroupId": "aig-7"}' };
    const event = changed({ ...parameters, responseElements: {}, referencedResources: {}, resourceType: '' });
    expect(heard(event)?.calls[0]?.triggerEvent.resourceId).toBe('aig-7');
  });

  it('about the tenant is about the account', () => {
    const event = changed({ eventName: 'ModifyTenantConfig', responseElements: {}, referencedResources: {}, resourceType: '' });
    expect(heard(event)?.calls[0]?.triggerEvent.resourceId).toBe('123456789012****');
  });

  it('of a purchase in the console names the group by its order', () => {
    const renew = sample('eventbridge-actiontrail-renew-service-event');
    const bought = {
      ...renew,
      data: {
        ...renew.data,
        eventName: 'Create',
        referencedResources: {},
        additionalEventData: { orderIds: '1', 1: { resourceId: 'aig-5' } },
      },
    };
    expect(heard(bought)?.calls[0]?.triggerEvent).toMatchObject({ resourceId: 'aig-5', source: 'service' });
    expect(heard(bought)?.calls[0]?.triggerEvent).not.toHaveProperty('caller');
  });

  it.each([
    [{ userIdentity: { type: 'root-account' } }, 'root'],
    [{ userIdentity: { type: 'assumed-role', userName: 'admin:li.wei' } }, 'admin:li.wei'],
    [{ userIdentity: { type: 'ram-user', userName: 'li wei\n<b>"x"</b>\u0007' } }, 'li weibxb'],
    [{ userIdentity: { type: 'ram-user', userName: '\n' } }, undefined],
    [{ userIdentity: { type: 'system', userName: 'ecs.aliyuncs.com' } }, undefined],
    [{ userIdentity: null }, undefined],
  ])('%o was called by %s', (data, caller) => {
    expect(heard(changed(data))?.calls[0]?.triggerEvent.caller).toBe(caller);
  });

  it.each([
    [{ eventType: 'ConsoleOperation' }, 'console'],
    [{ userAgent: 'appstreaming.console.aliyun.com' }, 'console'],
    [{ userAgent: 'AlibabaCloud (linux) Terraform/1.5' }, 'terraform'],
    [{ userAgent: 'Aliyun-CLI/3.0' }, 'cli'],
    [{ userAgent: 'curl/8' }, 'api'],
    [{ userIdentity: { type: 'system' }, userAgent: 'x' }, 'service'],
  ])('%o came through %s', (data, source) => {
    expect(heard(changed(data))?.calls[0]?.triggerEvent.source).toBe(source);
  });

  it('gives names of services by configuration, and then no others', () => {
    const event = changed({ serviceName: 'wuying-apps', apiVersion: '2030-01-01' }, { source: 'acs.wuying-apps' });
    expect(heard(event)?.unheard).toEqual({ 'other-service': 1 });
    expect(heard(event, { ...subscriptionTo, services: ['Wuying-Apps'] })?.calls).toHaveLength(1);
  });

  it('leaves its parameters behind', () => {
    const event = changed({
      requestParameters: { Password: 'k3y', AppInstanceGroupId: 'aig-1' },
      requestParameterJson: '{"Password":"k3y"}',
    });
    expect(JSON.stringify(heard(event))).not.toContain('k3y');
  });
});

test('every sample is an event that some function can read, or is known to be none', () => {
  const names = readdirSync(new URL('../../events/samples/', import.meta.url)).map((name) => name.replace('.json', ''));
  const audit = names.filter((name) => hearCalls(sample(name), subscriptionTo) !== undefined);
  const others = names.filter((name) => !audit.includes(name) && !/^(http|async-destination)-?/.test(name));
  expect(others.sort()).toEqual(['context-nodejs', 'timer']);
});

test('nothing that arrives breaks the reading, and what is heard is complete', () => {
  const fields = fc.dictionary(
    fc.constantFrom(
      'eventTime',
      'recipientAccountId',
      'userIdentity',
      'requestParameters',
      'responseElements',
      'referencedResources',
      'errorCode',
      'userAgent',
    ),
    fc.oneof(fc.jsonValue(), fc.constant('2026-03-02T01:15:30Z'), fc.constant({ AppInstanceGroupId: 'aig-1' })),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fields.map((data) => changed(data)),
        fc.array(fields.map((data) => changed(data))),
      ),
      (event) => {
        for (const { account, triggerEvent: each } of heard(event)?.calls ?? []) {
          expect(account).not.toBe('');
          expect(each.resourceId).toMatch(/^[A-Za-z0-9][A-Za-z0-9*._-]{0,63}$/);
          expect(Number.isFinite(each.atMs)).toBe(true);
          expect((each.caller ?? 'x').length).toBeLessThanOrEqual(128);
        }
      },
    ),
    { numRuns: 300 },
  );
});
