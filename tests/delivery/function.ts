/**
 * The code of a deployed function for the torture: the shipped handlers, whose time is that of the simulated world. An instance in a process of
 * its own loads it as a bundle; which function it is stands in its environment.
 */
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler, type InvocationSummary } from '../../shared/fc/handle.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { controlledClock } from '../chaos/controlled-clock.ts';

/** How often the world's time is asked for while a run is under way, in milliseconds of real time. */
const lookMs = 5;

const runner =
  process.env['TORTURE_FUNCTION'] === 'renew-before-expiry' ? renewalRunner(renewBeforeExpiry) : automationRunner(scaleOnSchedule);
const clock = controlledClock(process.env['STREAMWARDEN_SIMULATOR'] ?? '', 0);
const ready = clock.then((each) => createHandler(runner, { clock: each }));

/** What the instance calls. */
export async function handler(event: Uint8Array, context: FunctionContext): Promise<InvocationSummary> {
  const { look } = await clock;
  await look();
  // Time goes on while the run is under way, as other messages arrive.
  const watch = setInterval(() => void look().catch(() => undefined), lookMs);
  try {
    return await (await ready)(event, context);
  } finally {
    clearInterval(watch);
  }
}
