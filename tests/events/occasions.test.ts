import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EventError } from '../../shared/fc/events/event-error.ts';
import { eventTriggers } from '../../shared/fc/work.ts';
import { policyWith, target } from '../engine/dial.ts';

const created = JSON.parse(
  readFileSync(new URL('../../events/samples/eventbridge-actiontrail-create-app-instance-group.json', import.meta.url), 'utf8'),
) as { data: Record<string, unknown> };
const account = String(created.data['recipientAccountId']);
const id = 'aig-9ciijz60n4xsv****';
const operations = ['CreateAppInstanceGroup', 'ModifyAppInstanceGroupAttribute'];
const event = (key: string, data: object) => ({ ...created, id: key, data: { ...created.data, ...data } });
const modified = (eventTime: string) => event(eventTime, { eventName: 'ModifyAppInstanceGroupAttribute', eventTime });

const office = { ...target, name: 'office', account };
const abroad = { ...office, name: 'abroad', endpoint: 'ap-southeast-1' };
const other = { ...target, name: 'other', account: '1' };
const policy = policyWith({ targets: { office, abroad, other } });
const targets = Object.values(policy.targets);
const read = (value: unknown, environment = {}, serving = targets) =>
  eventTriggers(typeof value === 'string' ? value : JSON.stringify(value), { operations, policy, targets: serving, environment });
const namesOf = (value: unknown, environment?: object, serving?: typeof targets) =>
  [...(read(value, environment, serving)?.byTarget ?? [])].map(([{ name }, triggerEvents]) => [
    name,
    triggerEvents.map(({ resourceId }) => resourceId),
  ]);

describe('events of the audit trail', () => {
  it('go to every target of their account', () => {
    expect(namesOf(created)).toEqual([
      ['office', [id]],
      ['abroad', [id]],
    ]);
  });

  it('of an account that a function does not serve, or that nobody knows, go nowhere', () => {
    expect([namesOf(created, {}, [other]), read(created, {}, [other])?.ignored]).toEqual([[], {}]);
    const external = { ...event('x', { recipientAccountId: '7' }), aliyunaccountid: '7' };
    expect([namesOf(external), read(external)?.ignored]).toEqual([[], { 'unknown-account': 1 }]);
  });

  it.each([
    ['that a resource was made', [created, modified('2026-03-02T02:00:00Z')], 'CreateAppInstanceGroup', '2026-03-02T01:15:30Z'],
    [
      'that a resource was made, though it comes later',
      [modified('2026-03-02T02:00:00Z'), created],
      'CreateAppInstanceGroup',
      '2026-03-02T01:15:30Z',
    ],
    [
      'the last of several changes, in whatever order they come',
      [modified('2026-03-02T03:00:00Z'), modified('2026-03-02T02:00:00Z')],
      'ModifyAppInstanceGroupAttribute',
      '2026-03-02T03:00:00Z',
    ],
  ])('say of a resource %s', (_name, events, operation, at) => {
    const [[, triggerEvents] = []] = [...(read(events)?.byTarget ?? [])];
    expect(triggerEvents).toMatchObject([{ resourceId: id, operation, atMs: Date.parse(at) }]);
  });

  it('of a service with another name are heard where the environment names it', () => {
    const renamed = { ...event('x', { serviceName: 'wuying', apiVersion: '2030-01-01' }), source: 'acs.wuying' };
    expect(read(renamed)?.ignored).toEqual({ 'other-service': 1 });
    expect(read(renamed, { STREAMWARDEN_EVENT_SERVICES: ' , ' })?.ignored).toEqual({ 'other-service': 1 });
    expect(namesOf(renamed, { STREAMWARDEN_EVENT_SERVICES: 'appstream-center, wuying' })).toHaveLength(2);
  });

  it('that we caused by a role of the policy are not heard', () => {
    const own = event('x', { userIdentity: { type: 'assumed-role', userName: 'warden:streamwarden' } });
    const assuming = policyWith({ targets: { office: { ...office, role: 'warden' } } });
    const heard = eventTriggers(JSON.stringify(own), {
      operations,
      policy: assuming,
      targets: Object.values(assuming.targets),
      environment: {},
    });
    expect(heard?.ignored).toEqual({ 'own-call': 1 });
    expect(namesOf(own)).toHaveLength(2);
  });

  it.each(['', '{"triggerTime":"2026-03-02T00:00:00Z","triggerName":"t"}'])('are not what this is: %s', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('are refused where they are no JSON', () => {
    expect(() => read('no json')).toThrow(EventError);
  });
});
