import type { EpochMs } from '../client/clock.ts';
import type { WrittenState } from './written-state.ts';

/** The stretch that rolling limits look back over, in milliseconds. */
export const rollingMs = 24 * 60 * 60 * 1000;

/** What was done within the 24 hours before an instant, for the rolling limits. */
export interface RollingCounts {
  readonly actions: number;
  /** Ids of the distinct resources acted on. */
  readonly resources: ReadonlySet<string>;
  /** Connected sessions under those actions. */
  readonly sessions: number;
}

/** What was done for a target in `(now − 24 h, now]`; what lies in the future of a slow clock counts too. */
export function countsOf(state: WrittenState, target: string, nowMs: EpochMs): RollingCounts {
  const acts = state.acts.filter((each) => each.target === target && each.atMs > nowMs - rollingMs).flatMap((each) => each.acts);
  return {
    actions: acts.length,
    resources: new Set(acts.map(([resource]) => resource)),
    sessions: acts.reduce((sum, [, , sessions]) => sum + sessions, 0),
  };
}
