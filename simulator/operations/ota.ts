import type { EpochMs } from '../../shared/client/clock.ts';
import type { InputOf } from '../../shared/client/operation.ts';
import type { approveOtaTask } from '../../shared/client/operations/approve-ota-task.ts';
import type { getOtaTaskByTaskId } from '../../shared/client/operations/get-ota-task-by-task-id.ts';
import type { listOtaTask } from '../../shared/client/operations/list-ota-task.ts';
import { BodyFault, type Handler, type HandlerContext } from '../handler.ts';
import { beijingOffsetMs, dayMs, instantText } from '../world/local-time.ts';
import { approve, type OtaTask, pendingTask } from '../world/ota-task.ts';
import { checkRegion, groupOf } from './lookup.ts';
import { numberedPage } from './page.ts';

/** Times of updates carry the offset of UTC+8 and no milliseconds. */
const otaTime = (ms: EpochMs): string => instantText(ms, beijingOffsetMs).replace('.000', '');

function taskModel({ id, version, status, startMs }: OtaTask): Record<string, unknown> {
  return { TaskId: id, OtaVersion: version, TaskDisplayStatus: status, TaskStartTime: otaTime(startMs) };
}

/** Updates of a group, newest first. Only those of the agent exist here. */
function list(input: InputOf<typeof listOtaTask>, context: HandlerContext): Record<string, unknown> {
  const group = groupOf(context, input.AppInstanceGroupId);
  if (input.OtaType !== 'Fota') return numberedPage([], input, 'TaskList', taskModel);
  const rows = (context.account.otaTasks.get(group.id) ?? []).toReversed().map(taskModel);
  const { offeredVersion, taskId } = group.ota;
  const offer = offeredVersion !== undefined && !pendingTask(group) && context.world.assumptions.otaOfferIsTask;
  if (offer) rows.unshift({ TaskId: taskId, OtaVersion: offeredVersion, TaskDisplayStatus: 'STANDBY' });
  return numberedPage(rows, input, 'TaskList', (row) => row);
}

/** Release note and planned start of an update, by the id that is valid now. */
function get(input: InputOf<typeof getOtaTaskByTaskId>, { account }: HandlerContext): Record<string, unknown> {
  for (const tasks of account.otaTasks.values()) {
    const task = tasks.find(({ id }) => id === input.TaskId);
    if (task?.status === 'RUNNING') throw new BodyFault('OtaTask.Running', `The update ${task.id} is running.`);
    if (task) return { Code: 'success', OtaVersion: task.version, ReleaseNote: task.note ?? '', TaskStartTime: otaTime(task.startMs) };
  }
  const group = account.groupList.find(({ ota }) => ota.taskId === input.TaskId);
  if (!group) throw new BodyFault('InvalidParameter.TaskId', `The specified update ${input.TaskId} does not exist.`);
  return { Code: 'success', OtaVersion: group.ota.offeredVersion, ReleaseNote: group.ota.note ?? '' };
}

function startOf(text: string, { world, nowMs }: HandlerContext): EpochMs {
  const { otaStartTimeFormat, otaPastStart, otaDaysAhead } = world.assumptions;
  const refuse = (why: string): never => {
    throw new BodyFault('InvalidParameter.StartTime', `The start time ${text} ${why}.`);
  };
  const startMs = Date.parse(text);
  if (Number.isNaN(startMs)) refuse('is no instant');
  if (otaStartTimeFormat === 'utc' && !text.endsWith('Z')) refuse('is not in UTC');
  if (startMs < nowMs && otaPastStart === 'refuse') refuse('has passed');
  if (startMs > nowMs + otaDaysAhead * dayMs) refuse(`is more than ${otaDaysAhead} days ahead`);
  return Math.max(startMs, nowMs);
}

/** Lets the update on offer run at a time; the task id of the group changes with that. */
function approveTask(input: InputOf<typeof approveOtaTask>, context: HandlerContext): Record<string, unknown> {
  const { otaStaleTaskId, otaSecondApproval } = context.world.assumptions;
  const group = groupOf(context, input.AppInstanceGroupId);
  checkRegion(input.BizRegionId, group.region);
  const pending = pendingTask(group);
  if (pending?.status === 'RUNNING') throw new BodyFault('OtaTask.Running', `The update ${pending.id} is running.`);
  if (input.OtaType !== 'Fota' || group.ota.offeredVersion === undefined) {
    throw new BodyFault('InvalidParameter.OtaType', `No update of type ${input.OtaType} is on offer for ${group.id}.`);
  }
  if (input.TaskId !== group.ota.taskId && otaStaleTaskId === 'refuse') {
    throw new BodyFault('InvalidParameter.TaskId', `The specified update ${input.TaskId} is not the one on offer.`);
  }
  if (pending && otaSecondApproval === 'refuse') throw new BodyFault('OtaTask.Approved', `The update ${pending.id} has been approved.`);
  approve(group, startOf(input.StartTime, context));
  return { Code: 'success' };
}

/** Updates of delivery groups. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListOtaTask: list,
  GetOtaTaskByTaskId: get,
  ApproveOtaTask: approveTask,
};
