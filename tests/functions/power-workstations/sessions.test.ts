import { describe, expect, test } from 'vitest';
import { mapWorkstation } from '../../../shared/fleet/map-workstation.ts';

describe('who is on a workstation', () => {
  const row = { WuyingServerId: 'ws-1', Status: 'RUNNING' };
  const amy = { UserId: 'amy', ResourceSessionStartTime: '2026-01-01T08:00:00Z' };

  test.each<readonly [string, Readonly<Record<string, unknown>>, unknown]>([
    ['an empty list is nobody', { Sessions: [] }, []],
    ['a list is those in it', { Sessions: [amy] }, [{ user: 'amy', startedAtMs: Date.parse('2026-01-01T08:00:00Z') }]],
    ['an entry without a name is somebody', { Sessions: [{}] }, [{ user: undefined, startedAtMs: undefined }]],
    [
      'a time without a zone is unknown',
      { Sessions: [{ ...amy, ResourceSessionStartTime: '2026-01-01 08:00' }] },
      [{ user: 'amy', startedAtMs: undefined }],
    ],
    ['connected without a list is somebody', { ResourceSessionStatus: 'Connected' }, [{ user: undefined, startedAtMs: undefined }]],
    ['no list is nobody, since gateways leave out lists that are empty', {}, []],
    ['no list beside another empty list is unknown', { DataDisk: [] }, undefined],
    ['what is no list is unknown', { Sessions: 'amy' }, undefined],
    ['an empty list beside a state that nobody has described is unknown', { Sessions: [], ResourceSessionStatus: 'Idle' }, undefined],
    ['an empty list beside an empty state is nobody', { Sessions: [], ResourceSessionStatus: '' }, []],
  ])('%s', (_name, fields, expected) => {
    expect(mapWorkstation({ ...row, ...fields })?.sessions).toEqual(expected);
  });

  test.each([
    ['ccg-1', 'ccg-1'],
    ['', undefined],
    [undefined, undefined],
  ])('the timer %s is %s', (TimerGroupId, expected) => {
    expect(mapWorkstation({ ...row, TimerGroupId })?.timerGroupId).toBe(expected);
  });
});
