import { createDispatcher } from './dispatcher.ts';
import { planDispatch } from './plan.ts';

/** The Function Compute handler: on a timer it begins other functions, one invocation for each target or region. */
export const handler = createDispatcher(planDispatch);
