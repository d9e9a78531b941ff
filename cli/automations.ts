import { scaleOnSchedule } from '../functions/scale-on-schedule/automation.ts';
import type { Automation } from '../shared/engine/automation.ts';
import type { DeliveryGroup } from '../shared/fleet/delivery-group.ts';

/** The automations that the command line can run, in the order in which it runs them. */
export const automations: readonly Automation<DeliveryGroup>[] = [scaleOnSchedule];
