import type { EpochMs } from '../../shared/client/clock.ts';
import type { Action } from '../../shared/engine/decision.ts';
import { utcText } from '../../shared/planning/local-time.ts';
import { approvalSetting, approvalValue } from './own-approvals.ts';

/** What an approval is made of. */
export interface Approval {
  readonly groupId: string;
  readonly region: string;
  readonly type: string;
  readonly current: string | undefined;
  readonly version: string;
  readonly taskId: string;
  /** When the update is to start. */
  readonly startMs: EpochMs;
  /** The same for people. */
  readonly startText: string;
  readonly connected: number;
  readonly claim: string;
}

/** The call that lets an update run at the beginning of its window. It cuts whoever is connected then. */
export function approvalAction({
  groupId,
  region,
  type,
  current,
  version,
  taskId,
  startMs,
  startText,
  connected,
  claim,
}: Approval): Action {
  // UTC without fractions satisfies both forms that the definition shows (API notes, Times).
  const start = utcText(startMs);
  return {
    key: `update ${type} to ${version} at ${start}`,
    operation: 'ApproveOtaTask',
    input: { AppInstanceGroupId: groupId, BizRegionId: region, OtaType: type, StartTime: start, TaskId: taskId },
    effect: 'disruptive',
    harms: ['cut'],
    change: [
      { field: 'OtaVersion', from: current ?? null, to: version },
      { field: 'StartTime', from: null, to: startText },
    ],
    writes: { setting: approvalSetting, value: approvalValue(version, start) },
    sessionsAtRisk: connected,
    claim,
  };
}
