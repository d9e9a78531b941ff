import { describe, expect, it } from 'vitest';
import { offerUpdate, pendingTask } from '../../simulator/world/ota-task.ts';
import { day, type Estate, estate, hour, minute } from './estate.ts';

const seed = {
  groups: [
    {
      id: 'aig-1',
      name: 'office',
      region: 'cn-hangzhou',
      users: [{ ids: ['alice'] }],
      sessions: [{ user: 'alice' }],
      ota: { current: '7.3.0', offered: '7.4.0', note: 'Fixes' },
    },
    { id: 'aig-2', name: 'current', region: 'cn-hangzhou' },
  ],
};
const info = ({ call }: Estate) =>
  call('GetAppInstanceGroup', { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' }).AppInstanceGroupModels.OtaInfo;
const approval = (place: Estate, change: object = {}) => ({
  AppInstanceGroupId: 'aig-1',
  BizRegionId: 'cn-hangzhou',
  OtaType: 'Fota',
  TaskId: info(place).TaskId,
  StartTime: '2026-11-25T18:00:00Z',
  ...change,
});
const tasks = ({ call }: Estate) =>
  call('ListOtaTask', { AppInstanceGroupId: 'aig-1', OtaType: 'Fota', PageNumber: 1, PageSize: 100 }).TaskList;
const group = ({ account }: Estate) => account.groups.get('aig-1');

describe('approving an update', () => {
  it('changes the task id, lists a waiting task and leaves the offer in place', () => {
    const place = estate(seed);
    const before = info(place);
    expect(place.call('ApproveOtaTask', approval(place))).toEqual({ Code: 'success' });
    const after = info(place);
    expect(after.TaskId).not.toBe(before.TaskId);
    expect(after.NewOtaVersion).toBe('7.4.0');
    expect(tasks(place)).toEqual([
      { TaskId: after.TaskId, OtaVersion: '7.4.0', TaskDisplayStatus: 'STANDBY', TaskStartTime: '2026-11-26T02:00:00+08:00' },
    ]);
  });

  it('with the id from before is refused: a repeat does not happen by accident', () => {
    const place = estate(seed);
    const first = approval(place);
    place.call('ApproveOtaTask', first);
    expect(place.refusal('ApproveOtaTask', first)).toBe('InvalidParameter.TaskId');
    expect(tasks(place)).toHaveLength(1);
  });

  it('with the fresh id moves the start, and the first start does nothing', () => {
    const place = estate(seed);
    place.call('ApproveOtaTask', approval(place));
    place.call('ApproveOtaTask', approval(place, { StartTime: '2026-11-25T20:00:00Z' }));
    expect(tasks(place)).toHaveLength(1);
    place.world.clock.advanceTo(Date.parse('2026-11-25T19:00:00Z'));
    expect(tasks(place)[0].TaskDisplayStatus).toBe('STANDBY');
    place.world.clock.advanceTo(Date.parse('2026-11-25T20:01:00Z'));
    expect(tasks(place)[0].TaskDisplayStatus).toBe('RUNNING');
  });

  it('runs at its time: sessions end, the group is maintained, then the version is the new one', () => {
    const place = estate(seed);
    place.call('ApproveOtaTask', approval(place, { StartTime: '2026-11-25T01:00:00Z' }));
    place.pass(19 * minute);
    expect(group(place)?.sessions.size).toBe(1);
    place.pass(minute);
    expect([group(place)?.status, group(place)?.sessions.size]).toEqual(['MAINTAINING', 0]);
    expect(place.refusal('ApproveOtaTask', approval(place))).toBe('OtaTask.Running');
    expect(place.refusal('GetOtaTaskByTaskId', { TaskId: info(place).TaskId })).toBe('OtaTask.Running');
    place.pass(15 * minute);
    expect(group(place)?.status).toBe('PUBLISHED');
    expect(info(place)).toMatchObject({ OtaVersion: '7.4.0' });
    expect(info(place).NewOtaVersion ?? '').toBe('');
    expect(tasks(place)[0].TaskDisplayStatus).toBe('FINISHED');
  });

  it.each([
    ['FAILED', 'MAINTAIN_FAILED'],
    ['PART_FINISHED', 'PUBLISHED'],
  ])('can end as %s with the group %s, the offer still open', (otaOutcome, status) => {
    const place = estate(seed, { otaOutcome });
    place.call('ApproveOtaTask', approval(place));
    place.pass(day);
    expect([tasks(place)[0].TaskDisplayStatus, group(place)?.status, info(place).NewOtaVersion]).toEqual([otaOutcome, status, '7.4.0']);
  });

  it('is terminated when the group is not published at its time', () => {
    const place = estate(seed);
    place.call('ApproveOtaTask', approval(place));
    group(place)?.beginMaintenance(place.world.clock.nowMs);
    place.pass(day);
    expect(tasks(place)[0].TaskDisplayStatus).toBe('TERMINATED');
  });

  it('leaves sessions alone where that is assumed', () => {
    const place = estate(seed, { otaCutsSessions: false });
    if (group(place)) (group(place) as { sessionTimeoutMinutes: number }).sessionTimeoutMinutes = -1;
    place.call('ApproveOtaTask', approval(place, { StartTime: '2026-11-25T01:00:00Z' }));
    place.pass(hour);
    expect([group(place)?.sessions.size, tasks(place)[0].TaskDisplayStatus]).toEqual([1, 'FINISHED']);
  });

  it.each([
    ['in the past', { StartTime: '2026-11-25T00:00:00Z' }, {}, 'InvalidParameter.StartTime'],
    ['too far ahead', { StartTime: '2027-11-25T00:00:00Z' }, {}, 'InvalidParameter.StartTime'],
    ['in no known form', { StartTime: 'tomorrow' }, {}, 'InvalidParameter.StartTime'],
    [
      'not in UTC where that is assumed',
      { StartTime: '2026-11-26T02:00:00+08:00' },
      { otaStartTimeFormat: 'utc' },
      'InvalidParameter.StartTime',
    ],
    ['in another region', { BizRegionId: 'cn-shanghai' }, {}, 'InvalidRegion.NotMatch'],
    ['of a kind that is not on offer', { OtaType: 'ImageUpdate' }, {}, 'InvalidParameter.OtaType'],
    ['of a group without an offer', { AppInstanceGroupId: 'aig-2' }, {}, 'InvalidParameter.OtaType'],
    ['of a group that is not there', { AppInstanceGroupId: 'aig-none' }, {}, 'InvalidAppInstanceGroup.NotFound'],
  ])('%s is refused', (_, change, assumptions, code) => {
    const place = estate(seed, assumptions);
    expect(place.refusal('ApproveOtaTask', approval(place, change))).toBe(code);
    const aig = group(place);
    expect(aig && pendingTask(aig)).toBeUndefined();
  });

  it('in the past means now, and a second one is refused, where that is assumed', () => {
    const place = estate(seed, { otaPastStart: 'now', otaSecondApproval: 'refuse' });
    const later = estate(seed, { otaSecondApproval: 'refuse' });
    place.call('ApproveOtaTask', approval(place, { StartTime: '2026-11-25T00:00:00Z' }));
    place.pass(0);
    expect(tasks(place)[0].TaskDisplayStatus).toBe('RUNNING');
    later.call('ApproveOtaTask', approval(later));
    expect(later.refusal('ApproveOtaTask', approval(later))).toBe('OtaTask.Approved');
  });
});

describe('reading updates', () => {
  it('gives the release note of an offer that nobody approved, and of an approved one with its start', () => {
    const place = estate(seed);
    expect(place.call('GetOtaTaskByTaskId', { TaskId: info(place).TaskId })).toEqual({
      Code: 'success',
      OtaVersion: '7.4.0',
      ReleaseNote: 'Fixes',
    });
    place.call('ApproveOtaTask', approval(place));
    expect(place.call('GetOtaTaskByTaskId', { TaskId: info(place).TaskId }).TaskStartTime).toBe('2026-11-26T02:00:00+08:00');
    expect(place.refusal('GetOtaTaskByTaskId', { TaskId: 'ota-none' })).toBe('InvalidParameter.TaskId');
  });

  it('lists a mere offer only where that is assumed, and nothing of other kinds', () => {
    expect(tasks(estate(seed))).toEqual([]);
    expect(tasks(estate(seed, { otaOfferIsTask: true }))).toMatchObject([{ TaskDisplayStatus: 'STANDBY', OtaVersion: '7.4.0' }]);
    const other = { AppInstanceGroupId: 'aig-1', OtaType: 'AppUpdate', PageNumber: 1, PageSize: 10 };
    expect(estate(seed, { otaOfferIsTask: true }).call('ListOtaTask', other)).toMatchObject({ TaskList: [], TotalCount: 0 });
  });

  it('lists the newest first when one update follows another', () => {
    const place = estate(seed);
    place.call('ApproveOtaTask', approval(place));
    place.pass(day);
    const aig = group(place);
    if (aig) offerUpdate(aig, '7.5.0');
    place.call('ApproveOtaTask', approval(place, { StartTime: '2026-11-27T18:00:00Z' }));
    expect(tasks(place).map(({ OtaVersion }: { OtaVersion: string }) => OtaVersion)).toEqual(['7.5.0', '7.4.0']);
  });
});
