import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { logOffSessions } from './automation.ts';

/** The Function Compute handler: one run for each target of the policy, on a timer. */
export const handler = createHandler(automationRunner(logOffSessions));
