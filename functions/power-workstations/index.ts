import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { powerWorkstations } from './automation.ts';

/** The Function Compute handler: one run for each target of the policy, on a timer. One that fired a quarter of an hour ago begins nothing. */
export const handler = createHandler(automationRunner(powerWorkstations), { staleAfterMs: 15 * 60_000 });
