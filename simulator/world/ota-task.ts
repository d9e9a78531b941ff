import type { EpochMs } from '../../shared/client/clock.ts';
import type { DeliveryGroupEntity } from './delivery-group.ts';
import { minuteMs } from './local-time.ts';
import { hash32 } from './random.ts';

/** State of an update (service notes). */
type OtaStatus = 'STANDBY' | 'RUNNING' | 'FINISHED' | 'PART_FINISHED' | 'FAILED' | 'TERMINATED';

/** An update that was approved for a group. */
export interface OtaTask {
  /** Id after the last approval. */
  id: string;
  readonly groupId: string;
  readonly version: string;
  readonly note: string | undefined;
  status: OtaStatus;
  startMs: EpochMs;
}

/** Offers an update to a group, in place of one that is on offer. */
export function offerUpdate(group: DeliveryGroupEntity, version: string, note?: string): void {
  group.ota = { ...group.ota, offeredVersion: version, taskId: group.world.newId('ota'), note };
}

/** The update of a group that waits for its start or runs. */
export function pendingTask(group: DeliveryGroupEntity): OtaTask | undefined {
  return group.account.otaTasks.get(group.id)?.find(({ status }) => status === 'STANDBY' || status === 'RUNNING');
}

/**
 * Lets the update on offer run at `startMs`, or moves the start of one that waits already. The group's task id changes; the new
 * id is given.
 */
export function approve(group: DeliveryGroupEntity, startMs: EpochMs): OtaTask {
  const { world, account, ota } = group;
  const id = world.newId('ota');
  group.ota = { ...ota, taskId: id };
  const waiting = pendingTask(group);
  const task: OtaTask = waiting ?? { id, groupId: group.id, version: ota.offeredVersion ?? '', note: ota.note, status: 'STANDBY', startMs };
  if (!waiting) account.otaTasks.set(group.id, [...(account.otaTasks.get(group.id) ?? []), task]);
  task.id = id;
  task.startMs = startMs;
  world.clock.schedule(startMs, (nowMs) => {
    // An earlier approval of the same task finds that its start has moved.
    if (task.status === 'STANDBY' && task.startMs === startMs && task.id === id) begin(group, task, nowMs);
  });
  return task;
}

function begin(group: DeliveryGroupEntity, task: OtaTask, nowMs: EpochMs): void {
  if (group.status !== 'PUBLISHED' || !group.account.groups.has(group.id)) {
    task.status = 'TERMINATED';
    return;
  }
  const { otaMinutes, otaCutsSessions } = group.world.assumptions;
  task.status = 'RUNNING';
  if (otaCutsSessions) group.beginMaintenance(nowMs);
  group.world.clock.schedule(nowMs + otaMinutes * minuteMs, () => finish(group, task));
}

/** How updates of a group end: as its seed says, else as all do, else about every third fails, always in the same groups. */
function outcomeOf(group: DeliveryGroupEntity): 'FINISHED' | 'FAILED' | 'PART_FINISHED' {
  const { otaOutcome } = group.world.assumptions;
  if (group.otaOutcome !== undefined) return group.otaOutcome;
  if (otaOutcome !== 'some-fail') return otaOutcome;
  return hash32(`${group.id} update`) % 3 === 0 ? 'FAILED' : 'FINISHED';
}

function finish(group: DeliveryGroupEntity, task: OtaTask): void {
  const otaOutcome = outcomeOf(group);
  task.status = otaOutcome;
  group.endMaintenance(otaOutcome === 'FAILED' ? 'MAINTAIN_FAILED' : 'PUBLISHED');
  if (otaOutcome === 'FINISHED') {
    // A version that came on offer meanwhile stays on offer.
    const isOther = group.ota.offeredVersion !== task.version;
    group.ota = isOther
      ? { ...group.ota, version: task.version }
      : { version: task.version, offeredVersion: undefined, taskId: undefined, note: undefined };
  } else {
    group.ota = { ...group.ota, taskId: group.world.newId('ota') };
  }
}
