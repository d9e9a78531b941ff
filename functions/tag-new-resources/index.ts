import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { subscriptionTo } from '../../shared/fc/work.ts';
import { subscribedOperations, tagNewResources } from './automation.ts';

/** The function's entry: a sweep over every group on a timer, one group on an event. */
export const handler = createHandler(automationRunner(tagNewResources), { subscription: subscriptionTo(subscribedOperations) });
