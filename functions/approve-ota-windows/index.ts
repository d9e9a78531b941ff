import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { approveOtaWindows } from './automation.ts';
import { manifest } from './manifest.ts';

/** The Function Compute handler: one run for each target of the policy, on a timer. One that fired a quarter of an hour ago begins nothing. */
export const handler = createHandler(automationRunner(approveOtaWindows), { staleAfterMs: manifest.staleAfterMs });
