import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { utcText } from '../../shared/planning/local-time.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import type { TemplateValues } from './template.ts';

/** Operations by which a group comes to be, as events name them: only their caller is its creator. */
const creations: ReadonlySet<string> = new Set(['CreateAppInstanceGroup', 'Create']);

/**
 * What templates are filled with. Of the event only the caller and what the call came through are taken, where it tells that the group was made;
 * all else was read. `time` does not change from run to run, so that looking again gives the same tags.
 */
export function templateValues(group: DeliveryGroup, { policy, target, nowMs, occasions }: PlanContext): TemplateValues {
  const occasion = occasions?.get(group.id);
  const made = occasion && creations.has(occasion.operation) ? occasion : undefined;
  const zone = policy.zones[target.timezone];
  const madeMs = group.createdAtMs ?? made?.atMs;
  return {
    ...(zone === undefined ? {} : { date: localTimeAt(zone, nowMs).date }),
    ...(madeMs === undefined ? {} : { time: utcText(madeMs) }),
    ...(group.region === undefined ? {} : { region: group.region }),
    ...(made?.caller === undefined ? {} : { creator: made.caller }),
    ...(made?.source === undefined ? {} : { source: made.source }),
  };
}
