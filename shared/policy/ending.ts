import type { EpochMs } from '../client/clock.ts';
import type { CompiledWarning } from './compiled.ts';
import { dayMs } from './values/local-date-time.ts';

/** Days before the end of a compiled policy from which each run says so. */
const warnDaysBefore = 30;

/**
 * The warning that a policy ends: from that instant on every decision holds, and nobody would have touched anything.
 * @param when the instant as people read it
 */
export function endingWarning(untilMs: EpochMs, when: string): CompiledWarning {
  return {
    code: 'policy-ends',
    text: `The policy in force ends ${when}: from then on every decision holds. Push it again, unchanged if it is to stay as it is.`,
    fromMs: untilMs - warnDaysBefore * dayMs,
  };
}
