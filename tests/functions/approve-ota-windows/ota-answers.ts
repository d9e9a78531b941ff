import type { Handler } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { handlers as instanceHandlers } from '../../../simulator/operations/instances.ts';
import { handlers as otaHandlers } from '../../../simulator/operations/ota.ts';

type Handlers = Readonly<Record<string, Handler>>;

function changed<A>(action: string, from: Handlers, change: (answer: A) => unknown): Handlers {
  return { [action]: (input, context) => change(from[action]?.(input, context) as A) as Record<string, unknown> };
}

/** A group as the service lists it. */
type ListedGroup = { readonly OtaInfo: object; readonly RegionId: string; readonly AppInstanceGroupId: string };

/** Lists groups with something else in their rows. */
export function listedAs(change: (group: ListedGroup) => object): Handlers {
  return changed<{ readonly AppInstanceGroupModels: readonly ListedGroup[] }>('ListAppInstanceGroup', groupHandlers, (answer) => ({
    ...answer,
    AppInstanceGroupModels: answer.AppInstanceGroupModels.map(change),
  }));
}

type TaskList = { readonly TaskList: readonly object[]; readonly TotalCount: number };

/** Lists updates of groups otherwise. */
export function updatesAs(change: (answer: TaskList) => object): Handlers {
  return changed('ListOtaTask', otaHandlers, change);
}

/** Lists an update more, first of all: 7.4.0, waiting for 12:30 of 2026-11-25, but for what `row` says. */
export function updateMore(row: object): Handlers {
  const first = { TaskId: 't', OtaVersion: '7.4.0', TaskDisplayStatus: 'STANDBY', TaskStartTime: '2026-11-25T12:30:00+08:00', ...row };
  return updatesAs(({ TaskList, TotalCount }) => ({ TaskList: [first, ...TaskList], TotalCount: TotalCount + 1 }));
}

type InstanceList = { readonly AppInstanceModels: readonly object[] };

/** Lists app instances otherwise. */
export function instancesAs(change: (answer: InstanceList) => object): Handlers {
  return changed('ListAppInstances', instanceHandlers, change);
}

/** Lists app instances with something else in each row. */
export function instancesWith(fields: object): Handlers {
  return instancesAs((answer) => ({ ...answer, AppInstanceModels: answer.AppInstanceModels.map((row) => ({ ...row, ...fields })) }));
}
