import { createFailureReporter } from './failure-reporter.ts';

/** The Function Compute handler: the destination of the other functions' failures. */
export const handler = createFailureReporter();
