import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { subscriptionTo } from '../../shared/fc/work.ts';
import { enforcePolicy, subscribedOperations } from './automation.ts';

/** The function's entry: a sweep over everything on a timer, one resource on an event. */
export const handler = createHandler(automationRunner(enforcePolicy), { subscription: subscriptionTo(subscribedOperations) });
