import { approveOtaWindows } from '../functions/approve-ota-windows/automation.ts';
import { enforcePolicy } from '../functions/enforce-policy/automation.ts';
import { logOffSessions } from '../functions/log-off-sessions/automation.ts';
import { powerWorkstations } from '../functions/power-workstations/automation.ts';
import { renewBeforeExpiry } from '../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../functions/renew-before-expiry/run/run-renewals.ts';
import { scaleOnSchedule } from '../functions/scale-on-schedule/automation.ts';
import { tagNewResources } from '../functions/tag-new-resources/automation.ts';
import { automationRunner, type Runner } from '../shared/engine/runner.ts';

/** The functions that the command line can run, in the order in which it runs them. */
export const runners: readonly Runner[] = [
  automationRunner(tagNewResources),
  automationRunner(scaleOnSchedule),
  renewalRunner(renewBeforeExpiry),
  automationRunner(approveOtaWindows),
  automationRunner(logOffSessions),
  automationRunner(enforcePolicy),
  automationRunner(powerWorkstations),
];
