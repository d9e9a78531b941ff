import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createClient } from '../../../shared/client/call.ts';
import type { Client } from '../../../shared/client/client.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import { systemClock } from '../../../shared/client/system-clock.ts';
import { accessOf, readAccess } from '../../../shared/fleet/authorization.ts';
import { countDeliveryGroups } from '../../../shared/fleet/count-delivery-groups.ts';
import { mapGovernedGroup } from '../../../shared/fleet/governed-group.ts';
import { rereadGoverned } from '../../../shared/fleet/reread-governed.ts';
import { rereadTaggable } from '../../../shared/fleet/taggable.ts';
import { readTenant } from '../../../shared/fleet/tenant.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';

const account = '1000000000000001';
const row = (more: object) => ({ AppInstanceGroupId: 'g', Status: 'PUBLISHED', SessionTimeout: '15', SkipUserAuthCheck: false, ...more });

describe('the attributes of a group', () => {
  it.each([
    ['15', 15],
    ['-1', -1],
    [300, 300],
    ['3', 3],
    ['2', undefined],
    ['301', undefined],
    ['0', undefined],
    ['1.5', undefined],
    ['', undefined],
    [null, undefined],
    [true, undefined],
  ])('of a timeout %s are %s minutes', (SessionTimeout, minutes) => {
    expect(mapGovernedGroup(row({ SessionTimeout }))?.sessionTimeoutMinutes).toBe(minutes);
  });

  it('are unknown where they are absent or of another form, whatever else an answer holds', () => {
    expect(mapGovernedGroup({ AppInstanceGroupId: 'g' })).toMatchObject({ sessionTimeoutMinutes: undefined, skipUserAuthCheck: undefined });
    expect(mapGovernedGroup(row({ SkipUserAuthCheck: 'false' }))?.skipUserAuthCheck).toBeUndefined();
    expect(mapGovernedGroup({ SessionTimeout: '15' })).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const minutes = mapGovernedGroup(row({ SessionTimeout: value }))?.sessionTimeoutMinutes;
        expect(minutes === undefined || minutes === -1 || (minutes >= 3 && minutes <= 300)).toBe(true);
      }),
    );
  });
});

describe('over HTTP', () => {
  let simulator: Simulator;
  let client: Client;

  beforeEach(async () => {
    const userGroups = Array.from({ length: 120 }, (_, index) => ({ id: `ug-${index}`, name: `n${index}` }));
    const groups = [
      { id: 'g', name: 'one', region: 'cn-hangzhou', sessionTimeout: -1, tags: { owner: 'x' }, userGroups },
      { id: 'h', name: 'two', region: 'cn-hangzhou' },
    ];
    simulator = await startSimulator({ world: buildWorld({ start: '2026-11-24T12:00:00+08:00', accounts: [{ id: account, groups }] }) });
    const { accessKeyId, accessKeySecret } = publishedKey(account);
    client = createClient({
      endpoint: simulator.url,
      credentials: explicitCredentials({ accessKeyId, accessKeySecret }),
      clock: systemClock,
    });
  });

  afterEach(() => simulator.close());

  it('a group, and the access of more user groups than one page holds, are read again by their ids', async () => {
    expect(await rereadGoverned(client, 'g')).toMatchObject({
      kind: 'delivery-group',
      sessionTimeoutMinutes: -1,
      skipUserAuthCheck: false,
    });
    const access = await rereadGoverned(client, 'g/user-groups');
    expect(access).toMatchObject({ kind: 'group-access', id: 'g/user-groups', partOf: { id: 'g' }, region: 'cn-hangzhou' });
    expect(access?.kind === 'group-access' && access.userGroups).toHaveLength(120);
    expect([await rereadGoverned(client, 'gone'), await rereadGoverned(client, 'gone/user-groups')]).toEqual([undefined, undefined]);
  });

  it('the tenant, the count of groups and tags take one read each', async () => {
    expect(await readTenant(client, account)).toMatchObject({ kind: 'tenant', id: account, expiryReminder: true });
    expect(await countDeliveryGroups(client)).toBe(2);
    expect((await rereadTaggable(client, 'g'))?.tags).toEqual({ owner: 'x' });
    expect(await rereadTaggable(client, 'gone')).toBeUndefined();
    expect(simulator.ledger.count('*', 'received')).toBe(4);
  });

  it('a failing service is an error, not an absent group', async () => {
    simulator.faults.add({ kind: 'fail', action: 'GetAppInstanceGroup', times: 'always', httpStatus: 403, code: 'Forbidden.RAM' });
    simulator.faults.add({ kind: 'fail', action: 'ListAuthorizedUserGroups', times: 'always', httpStatus: 403, code: 'Forbidden.RAM' });
    const group = mapGovernedGroup(row({}));
    if (!group) throw new Error('the row has an id');
    await expect(rereadGoverned(client, 'g')).rejects.toMatchObject({ code: 'Forbidden.RAM' });
    await expect(readAccess(client, group)).rejects.toMatchObject({ code: 'Forbidden.RAM' });
  });
});

test.each([
  ['g/user-groups', 'g'],
  ['g', undefined],
  ['g/sessions', undefined],
])('the id %s is that of the access of %s', (id, groupId) => {
  expect(accessOf(id)).toBe(groupId);
});
