import { approvalLinks } from '../../shared/fc/approval-links.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { renewBeforeExpiry } from './renewals.ts';
import { renewalRunner } from './run/run-renewals.ts';

/** The Function Compute handler: one run for each target of the policy in turn, on a timer. */
export const handler = createHandler(renewalRunner(renewBeforeExpiry), { links: approvalLinks });
