import { describe, expect, test } from 'vitest';
import { mapSession, partsOf, persistentByInstance } from '../../../shared/fleet/session-map.ts';
import { usersOf } from '../../../shared/fleet/session-observe.ts';
import { groupOf, partsWith, sessionOf } from './plan-fixture.ts';

const row = (more: Readonly<Record<string, unknown>> = {}) => ({
  ...{ AppInstanceId: 'ai-1', BindInfo: { EndUserId: 'ann', UsageDuration: 60 }, SessionStatus: 'connect', Status: 'RUNNING' },
  ...more,
});
const none = new Map<string, string>();

describe('a row of app instances', () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>, unknown]>([
    ['in use is a session', {}, sessionOf({ usedMs: 60_000 })],
    [
      'may spell its status otherwise',
      { Status: 'running', SessionStatus: 'Disconnect' },
      sessionOf({ usedMs: 60_000, link: 'disconnected' }),
    ],
    ['tells of the connection while it runs only', { Status: 'BOUND' }, sessionOf({ usedMs: 60_000, status: 'BOUND', link: undefined })],
    ['may say nothing of the connection', { SessionStatus: undefined }, sessionOf({ usedMs: 60_000, link: undefined })],
    ['may say of it what nobody has described', { SessionStatus: 'paused' }, sessionOf({ usedMs: 60_000, link: undefined })],
    ['may not say how long', { BindInfo: { EndUserId: 'ann' } }, sessionOf({ usedMs: undefined })],
    ['may spell how long as text', { BindInfo: { EndUserId: 'ann', UsageDuration: '90' } }, sessionOf({ usedMs: 90_000 })],
    ['that is idle is none', { BindInfo: undefined, SessionStatus: undefined, Status: 'idle' }, undefined],
    ['that closes is none', { BindInfo: {}, SessionStatus: undefined, Status: 'CLOSING' }, undefined],
    ['that runs without a user is somebody’s', { BindInfo: undefined }, sessionOf({ user: undefined, usedMs: undefined })],
    [
      'that is idle and connected is somebody’s',
      { BindInfo: undefined, Status: 'IDLE' },
      sessionOf({ user: undefined, usedMs: undefined, status: 'IDLE', link: undefined }),
    ],
    [
      'in an unknown state is somebody’s',
      { BindInfo: undefined, SessionStatus: undefined, Status: 'DREAMING' },
      sessionOf({ user: undefined, usedMs: undefined, status: 'DREAMING', link: undefined }),
    ],
    [
      'without a state is somebody’s',
      { BindInfo: undefined, SessionStatus: undefined, Status: undefined },
      sessionOf({ user: undefined, usedMs: undefined, status: undefined, link: undefined }),
    ],
    ['in use whose id is missing cannot be named', { AppInstanceId: '' }, 'unreadable'],
  ])('%s', (_name, change, expected) => {
    expect(mapSession(row(change), none)).toEqual(expected);
  });

  test.each([undefined, null, 7, 'text', []])('that is %s cannot be read', (value) => {
    expect(mapSession(value, none)).toBe('unreadable');
  });

  test('of a persistent session carries its id', () => {
    const persistent = persistentByInstance([
      { AppInstanceId: 'ai-1', AppInstancePersistentId: 'p-1' },
      { AppInstancePersistentId: 'p-2' },
      3,
    ]);
    expect(mapSession(row(), persistent)).toMatchObject({ persistentId: 'p-1' });
    // One that runs and does not tell its id is persistent all the same.
    expect(mapSession(row(), persistentByInstance([{ AppInstanceId: 'ai-1' }]))).toMatchObject({ persistentId: '' });
  });
});

describe('the parts of a group', () => {
  test('are its sessions by user, and further ones of a user by app instance too', () => {
    const sessions = [sessionOf({ instanceId: 'ai-3' }), sessionOf({ user: 'ben', instanceId: 'ai-2' }), sessionOf()];
    expect(partsWith(sessions).map(({ id, instanceId }) => [id, instanceId])).toEqual([
      ['g/ann', 'ai-1'],
      ['g/ben', 'ai-2'],
      ['g/ann/ai-3', 'ai-3'],
    ]);
  });

  test('name an unknown user by the app instance', () => {
    expect(partsWith([sessionOf({ user: undefined })]).map(({ id }) => id)).toEqual(['g/ai-1']);
  });

  test('have the group as what they are a part of, without a loop in it', () => {
    expect(() => JSON.stringify(partsWith([sessionOf()]))).not.toThrow();
  });

  test('have its drain among them where a tag of one is set', () => {
    const kinds = (tags: Readonly<Record<string, string>> | undefined) => partsOf(groupOf({ tags, sessions: [] })).map(({ id }) => id);
    expect([kinds(undefined), kinds({}), kinds({ 'streamwarden:drain-until': '' })]).toEqual([[], [], ['g/(drain)']]);
  });

  test('name all users, or none where one is not known', () => {
    expect(usersOf(groupOf({ sessions: [sessionOf(), sessionOf({ user: 'ben' })] }))).toEqual(['ann', 'ben']);
    expect(usersOf(groupOf({ sessions: [sessionOf(), sessionOf({ user: undefined })] }))).toBeUndefined();
    expect([usersOf(groupOf({ sessions: 'unknown' })), usersOf(groupOf())]).toEqual([undefined, undefined]);
  });
});
