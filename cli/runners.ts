import { renewBeforeExpiry } from '../functions/renew-before-expiry/renewals.ts';
import { scaleOnSchedule } from '../functions/scale-on-schedule/automation.ts';
import { renewalRunner } from '../shared/engine/renewals/run-renewals.ts';
import { automationRunner, type Runner } from '../shared/engine/runner.ts';

/** The functions that the command line can run, in the order in which it runs them. */
export const runners: readonly Runner[] = [automationRunner(scaleOnSchedule), renewalRunner(renewBeforeExpiry)];
