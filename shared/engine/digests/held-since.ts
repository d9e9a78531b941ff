import type { EpochMs } from '../../client/clock.ts';
import { holdIdentity } from '../report.ts';
import type { PastRun } from './run-records.ts';

/** Since when a hold stands. `orBefore`: it stood already when the journal was first looked at. */
export interface Since {
  readonly sinceMs: EpochMs;
  readonly orBefore: boolean;
}

/** Since when each hold of one function on one target stands, by its identity from run to run. */
export type HoldAges = ReadonlyMap<string, Since>;

/**
 * The ages after one more run. Only a run whose set of holds differed from the one before says what holds; one that came out the same may
 * have seen a part of the fleet only. `newHolds` of a run are not needed: what was not known before begins with it, unless nothing at all
 * was known before, when it may be older.
 */
export function foldHolds(ages: HoldAges | undefined, run: Pick<PastRun, 'holdsChanged' | 'decisions' | 'atMs'>): HoldAges | undefined {
  if (!run.holdsChanged) return ages;
  const holds = run.decisions
    .filter(({ verdict }) => verdict === 'hold')
    .map(({ resource, because }) => holdIdentity({ resource: { id: resource.id }, because }));
  return new Map(holds.map((identity) => [identity, ages?.get(identity) ?? { sinceMs: run.atMs, orBefore: ages === undefined }]));
}
