import { createHash } from 'node:crypto';
import type { EpochMs } from '../client/clock.ts';
import type { IntentOutcome } from './written-record.ts';

/** The stretch that rolling limits look back over, in milliseconds. */
export const rollingMs = 24 * 60 * 60 * 1000;

/** What was done within the 24 hours before an instant, for the rolling limits. */
export interface RollingCounts {
  readonly actions: number;
  /** Connected sessions under those actions. */
  readonly sessions: number;
  /** How many distinct resources were acted on, with these ones. */
  distinctWith(ids: Iterable<string>): number;
}

/** The counts where nothing was done. */
export const noCounts: RollingCounts = { actions: 0, sessions: 0, distinctWith: (ids) => new Set([...ids].map(wholeIdOf)).size };

/** The acts of one `intents` record. Those whose outcome is known shrink to what limits count. */
export interface Acts {
  readonly target: string;
  readonly atMs: EpochMs;
  /** Acts without an outcome: they count as if they had run. */
  readonly open: readonly (readonly [resource: string, setting: string, sessions: number])[];
  /** Those that ran, or may have. `marks`: a mark for each resource, one behind the other. */
  readonly ran: { readonly actions: number; readonly sessions: number; readonly marks: string };
}

/** Length of a mark, in characters of six bits. */
const markLength = 8;

/** The id of the resource of the fleet by which an id counts: a part is named `<resource>/<part>`, and its resource stands for it. */
export function wholeIdOf(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? id : id.slice(0, slash);
}

/** Stands for a resource in counts: a day of a hundred thousand acts fits into a snapshot then. Two resources share one by a rare accident. */
function markOf(resource: string): string {
  return createHash('sha256').update(wholeIdOf(resource)).digest('base64url').slice(0, markLength);
}

/** Acts after outcomes became known. An act that certainly did not run, or had nothing to do, counts no more. */
export function settleActs(acts: Acts, outcomes: Iterable<{ resource: string; setting: string; outcome: IntentOutcome }>): Acts {
  const open = new Map(acts.open.map((act) => [JSON.stringify([act[0], act[1]]), act]));
  let { actions, sessions, marks } = acts.ran;
  for (const { resource, setting, outcome } of outcomes) {
    const key = JSON.stringify([resource, setting]);
    const act = open.get(key);
    open.delete(key);
    if (!act || (outcome !== 'done' && outcome !== 'unknown')) continue;
    actions += 1;
    sessions += act[2];
    marks += markOf(resource);
  }
  return { ...acts, open: [...open.values()], ran: { actions, sessions, marks } };
}

/** What was done for a target in `(now − 24 h, now]`; what lies in the future of a slow clock counts too. */
export function countsOf(all: Iterable<Acts>, target: string, nowMs: EpochMs): RollingCounts {
  const within = [...all].filter((acts) => acts.target === target && acts.atMs > nowMs - rollingMs);
  const sum = (of: (acts: Acts) => number): number => within.reduce((total, acts) => total + of(acts), 0);
  return {
    actions: sum(({ open, ran }) => open.length + ran.actions),
    sessions: sum(({ open, ran }) => open.reduce((total, [, , sessions]) => total + sessions, ran.sessions)),
    distinctWith(ids) {
      const marks = new Set<string>();
      for (const { open, ran } of within) {
        for (const [resource] of open) marks.add(markOf(resource));
        for (let at = 0; at < ran.marks.length; at += markLength) marks.add(ran.marks.slice(at, at + markLength));
      }
      for (const id of ids) marks.add(markOf(id));
      return marks.size;
    },
  };
}
