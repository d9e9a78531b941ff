import type { EpochMs } from '../../shared/client/clock.ts';
import { heartbeatDays } from '../../shared/journal/log/runs.ts';
import { JournalError, type Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { foldDay, foldedDays, type ReadDay, readFoldedDay, recordDay, type UsageTarget } from '../../shared/journal/usage/read-usage.ts';
import { dayMs } from '../../shared/journal/usage/usage-day.ts';

/** Days that one run folds at most: what is left is for the next. */
const daysAtOnce = 4;

/** Runs last ten minutes at most, and a heartbeat carries the minute in which its run began. */
const heartbeatLagMs = 20 * 60_000;

/** The last day of each target that is known to be folded, as long as the process lives. */
export type FoldedUntil = Map<string, EpochMs>;

/**
 * Folds each day, in UTC, that is over and has no record yet into one, the oldest first, 40 days back at most; the last day has a record even if nothing
 * was seen, so that the next runs need one read to see that all is folded. Gives the keys of heartbeats that could not be read.
 * @throws StoreError
 */
export async function foldUsage(store: Store, target: UsageTarget, nowMs: EpochMs, known: FoldedUntil): Promise<readonly string[]> {
  const lastMs = Math.floor((nowMs - heartbeatLagMs) / dayMs) * dayMs - dayMs;
  if ((known.get(target.name) ?? Number.NEGATIVE_INFINITY) >= lastMs) return [];
  const unreadable: string[] = [];
  if ((await dayBefore(store, target, lastMs + dayMs)) === 'none') {
    const foldedMs = (await foldedDays(store, target.name)).at(-1);
    const firstMs = Math.max(lastMs - (heartbeatDays - 1) * dayMs, (foldedMs ?? Number.NEGATIVE_INFINITY) + dayMs);
    const there = await dayBefore(store, target, firstMs);
    let before = typeof there === 'string' ? undefined : there;
    let folded = 0;
    for (let startMs = firstMs; startMs <= lastMs; startMs += dayMs) {
      if (folded === daysAtOnce) return unreadable;
      const day = await foldDay(store, target, startMs, before);
      unreadable.push(...day.unreadable);
      // Before the first day that anything was seen on there is nothing to keep.
      if (before === undefined && day.day.looks.length === 0 && day.quotes.length === 0 && startMs < lastMs) continue;
      await runStoring(store, recordDay(target.name, day));
      before = day;
      folded += 1;
    }
  }
  known.set(target.name, lastMs);
  return unreadable;
}

/** The record of the day that ends at an instant; `damaged` where it stands there and cannot be read. */
async function dayBefore(store: Store, { name }: UsageTarget, endMs: EpochMs): Promise<ReadDay | 'none' | 'damaged'> {
  try {
    return (await readFoldedDay(store, name, endMs - dayMs)) ?? 'none';
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return 'damaged';
  }
}
