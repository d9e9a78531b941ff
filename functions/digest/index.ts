import { approvalLinks } from '../../shared/fc/approval-links.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { digest } from './digesting.ts';
import { digestRunner } from './run-digest.ts';

/** The Function Compute handler: one run for each target of the policy in turn, on a timer of a quarter of an hour to an hour. */
export const handler = createHandler(digestRunner(digest), { keepsOrder: true, links: approvalLinks });
