import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import { hearing } from '../../shared/fc/work.ts';
import { enforcePolicy, hears } from './automation.ts';

/** The function's entry: a sweep over everything on a timer, one resource on an event. */
export const handler = createHandler(automationRunner(enforcePolicy), { hears: hearing(hears) });
