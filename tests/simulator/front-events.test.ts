import { afterEach, beforeEach, expect, test } from 'vitest';
import { AuditTrail, auditEvent, type CloudEvent, eventsKept } from '../../simulator/events.ts';
import { controlClient } from '../../simulator/front/control-client.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { send, type TestCall } from './signed-request.ts';
import { accountId, key, oneGroup, renewal, startSmall } from './small-service.ts';

let simulator: Simulator;

beforeEach(async () => {
  ({ simulator } = await startSmall());
});

afterEach(() => simulator.close());

const call = (action: string, more: Omit<TestCall, 'key' | 'action'>) => send(simulator.url, { action, key, ...more });

test('a write leaves an ActionTrail event in an EventBridge envelope; a read leaves none', async () => {
  await call('GetAppInstanceGroup', { query: oneGroup });
  const answer = await call('RenewAppInstanceGroup', { query: renewal });
  const requestId = answer.json.RequestId;
  expect(simulator.events).toHaveLength(1);
  expect(simulator.events[0]).toMatchObject({
    id: requestId,
    source: 'acs.appstream-center',
    specversion: '1.0',
    subject: `acs.appstream-center:cn-shanghai:${accountId}:aig-1`,
    time: '2026-11-25T00:40:00Z',
    type: 'appstream-center:ActionTrail:ApiCall',
    aliyunaccountid: accountId,
    data: {
      eventName: 'RenewAppInstanceGroup',
      eventRW: 'Write',
      eventType: 'ApiCall',
      apiVersion: '2021-09-01',
      serviceName: 'appstream-center',
      requestId,
      userIdentity: { type: 'ram-user', accountId, accessKeyId: key.accessKeyId },
      requestParameters: { AppInstanceGroupId: 'aig-1', Period: 1, AutoPay: true, AcsProduct: 'appstream-center', RequestId: requestId },
      responseElements: { RequestId: requestId, OrderId: '1' },
      referencedResources: { 'ACS::AppStreaming::AppInstanceGroup': ['aig-1'] },
      resourceName: 'aig-1',
    },
  });
  expect(simulator.events[0]?.data.errorCode).toBeUndefined();
});

test('the envelope has exactly the fields of the published samples', async () => {
  await call('RenewAppInstanceGroup', { query: renewal });
  expect(Object.keys(simulator.events[0] as CloudEvent)).toEqual([
    ...['id', 'source', 'specversion', 'subject', 'time', 'type', 'datacontenttype', 'aliyunaccountid', 'aliyunpublishtime'],
    ...['aliyuneventbusname', 'aliyunregionid', 'aliyunpublishaddr', 'data'],
  ]);
});

test('JSON parameters stay text, as they traveled, in both forms of the parameters', async () => {
  await call('ModifyNodePoolAttribute', { form: { PoolId: 'rg-1', BizRegionId: 'cn-hangzhou', NodePoolStrategy: '{"NodeAmount": 3}' } });
  const data = simulator.events[0]?.data as { requestParameters: object; requestParameterJson: string };
  expect(data.requestParameters).toMatchObject({ PoolId: 'rg-1', NodePoolStrategy: '{"NodeAmount":3}' });
  expect(JSON.parse(data.requestParameterJson)).toEqual(data.requestParameters);
  expect(simulator.events[0]?.aliyunregionid).toBe('cn-hangzhou');
});

test('passwords are masked wherever they stand', async () => {
  await call('CreateWuyingServer', { form: { Password: 'Hunter2!', WuyingServerName: 'w' } });
  expect(simulator.events[0]?.data.requestParameters).toMatchObject({ Password: '***' });
  const event = auditEvent({
    ...{
      action: 'X',
      version: 'v',
      answer: undefined,
      error: undefined,
      requestId: 'r',
      atMs: 0,
      accountId,
      host: 'h',
      userAgent: 'u',
      sourceIp: 'i',
    },
    input: { Deep: { list: [{ adminPassword: 'Hunter2!' }] }, Text: { password: 'Hunter2!' } },
    jsonParams: new Set(['Text']),
    identity: { type: 'ram-user', accessKeyId: 'a', userName: 'u', principalId: 'p' },
  });
  expect(JSON.stringify([simulator.events, event])).not.toContain('Hunter2');
});

test.each([
  ['refused by the operation', 'DeleteAppInstanceGroup', { form: oneGroup }, 'InvalidAppInstanceGroup.NotFound', false],
  [
    'refused in the body',
    'ApproveOtaTask',
    { form: { AppInstanceGroupId: 'a', BizRegionId: 'r', OtaType: 'Fota', StartTime: '2026-11-25T00:00:00Z', TaskId: 't' } },
    'OtaTask.Running',
    false,
  ],
  ['refused by RAM', 'RenewAppInstanceGroup', { query: renewal }, 'NoPermission', true],
])('a write %s leaves an event that is flagged as failed', async (_name, action, parameters, code, denied) => {
  if (denied) simulator.faults.add({ kind: 'deny', action });
  await call(action, parameters);
  expect(simulator.events).toHaveLength(1);
  expect(simulator.events[0]?.data).toMatchObject({ eventName: action, errorCode: code, errorMessage: expect.any(String) });
  expect(Object.keys(simulator.events[0]?.data.responseElements as object)).toEqual(['RequestId']);
});

test('what the gateway refuses, and what is lost on the way, leaves no event; what ran in secret does', async () => {
  await call('RenewAppInstanceGroup', { query: { ...renewal, ProductType: 'x' } });
  simulator.faults.add({ kind: 'drop', action: '*' });
  await call('RenewAppInstanceGroup', { query: renewal }).catch(() => {});
  expect(simulator.events).toEqual([]);
  simulator.faults.add({ kind: 'lose-answer', action: '*' });
  await call('RenewAppInstanceGroup', { query: renewal }).catch(() => {});
  expect(simulator.events).toHaveLength(1);
});

test('listeners hear each event once, until they stop; other processes read them by number', async () => {
  const heard: string[] = [];
  const stop = simulator.onEvent(({ data }) => heard.push(String(data.eventName)));
  await call('RenewAppInstanceGroup', { query: renewal });
  stop();
  await call('CreateWuyingServer', { form: {} });
  expect(heard).toEqual(['RenewAppInstanceGroup']);
  const control = controlClient(simulator.url);
  const first = await control.events();
  expect([first.events.length, first.next]).toEqual([2, 2]);
  expect((await control.events(1)).events).toMatchObject([{ data: { eventName: 'CreateWuyingServer' } }]);
  expect(await control.events(first.next)).toEqual({ events: [], next: 2 });
});

test('a world whose product reaches no event bus emits nothing', async () => {
  await simulator.close();
  ({ simulator } = await startSmall({ assumptions: { auditEvents: 'absent' } }));
  await call('RenewAppInstanceGroup', { query: renewal });
  expect(simulator.events).toEqual([]);
});

test('numbers of events go on when old ones are dropped', () => {
  const trail = new AuditTrail();
  const event = (id: number) => ({ id: String(id) }) as CloudEvent;
  for (let id = 0; id <= eventsKept; id += 1) trail.emit(event(id));
  const { next } = trail.since();
  expect(next).toBe(eventsKept + 1);
  expect(trail.since(eventsKept - 1).events.map(({ id }) => id)).toEqual([String(eventsKept - 1), String(eventsKept)]);
});

test('a bus that repeats and reorders delivers the event before once more behind each', () => {
  const trail = new AuditTrail({ eventDelivery: 'twice-unordered' });
  const heard: string[] = [];
  trail.subscribe(({ id }) => void heard.push(id));
  const event = (id: string) => ({ id, data: {} }) as unknown as CloudEvent;
  for (const id of ['a', 'b', 'c']) trail.emit(event(id));
  expect(heard).toEqual(['a', 'b', 'a', 'c', 'b']);
});

test('events can be named after the audit trail, with their objects as text', () => {
  const trail = new AuditTrail({ auditSource: 'actiontrail', auditRecordObjects: 'text' });
  trail.emit({
    id: 'a',
    source: 'acs.appstream-center',
    data: { eventName: 'X', responseElements: { OrderId: '1' } },
  } as unknown as CloudEvent);
  expect(trail.since().events).toMatchObject([
    { source: 'acs.actiontrail', type: 'actiontrail:ActionTrail:ApiCall', data: { eventName: 'X', responseElements: '{"OrderId":"1"}' } },
  ]);
});
