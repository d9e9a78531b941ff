import { approveOtaTask } from '../../shared/client/operations/approve-ota-task.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { rulesCheck } from '../../shared/engine/policy-format.ts';
import type { OtaGroup, OtaSessions, OtaTask } from '../../shared/fleet/ota-group.ts';
import { countOtaGroups, observeOtaGroups, readOtaSessions, readOtaTasks, rereadOtaGroup } from '../../shared/fleet/ota-observe.ts';
import { loadHalts } from '../../shared/journal/people/halts.ts';
import { compiledOtaRule } from './compiled-rule.ts';
import { notedDetail } from './detail.ts';
import { heldByOthers, seenOfTarget } from './failed-elsewhere.ts';
import { planner } from './plan.ts';
import { ringMemory } from './rings.ts';

/** The only kind of update of which a group says what is on offer. */
const type = 'Fota';

/** Approves updates of delivery groups for the windows of their rings. */
export const approveOtaWindows: Automation<OtaGroup> = {
  name: 'approve-ota-windows',
  neverWord: 'approve-ota',
  rules: rulesCheck('approve-ota-windows', compiledOtaRule),
  operations: { ApproveOtaTask: approveOtaTask },
  planner,
  // A ring waits for every group of the rings before it.
  needsWhole: true,
  halts: loadHalts,
  ofTarget: seenOfTarget,
  elsewhere: (decisions, context, log) =>
    heldByOthers(decisions, context, log, ({ resource }) => ringMemory(context).candidates.get(resource.id)?.version),
  observe: (client, _target, signal) => observeOtaGroups(client, signal),
  count: (client, _target, signal) => countOtaGroups(client, signal),
  async fetchDetail(client, _target, group, signal) {
    const tasks = await readOtaTasks(client, group.id, type, signal);
    const sessions = notedDetail(group) === 'updates' ? undefined : await readOtaSessions(client, group.id, signal);
    return [withDetail(group, tasks, sessions)];
  },
  async reread(client, _target, { id }, signal) {
    const group = await rereadOtaGroup(client, id, signal);
    if (group === undefined) return undefined;
    // Sessions last: they are what changes most.
    const tasks = await readOtaTasks(client, id, type, signal);
    return withDetail(group, tasks, await readOtaSessions(client, id, signal));
  },
  // Read with the group moments ago.
  sessionUsers: async (_client, _target, { sessions }) => sessions?.users,
};

function withDetail(group: OtaGroup, tasks: readonly OtaTask[] | undefined, sessions: OtaSessions | undefined): OtaGroup {
  return { ...group, ...(tasks === undefined ? {} : { tasks }), ...(sessions === undefined ? {} : { sessions }) };
}
