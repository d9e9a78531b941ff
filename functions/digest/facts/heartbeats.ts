import type { EpochMs } from '../../../shared/client/clock.ts';
import { parseRecord } from '../../../shared/journal/log/record.ts';
import { heartbeatMs, heartbeatsOf } from '../../../shared/journal/log/runs.ts';
import { JournalError, type Store } from '../../../shared/journal/store/store.ts';
import type { Stretch } from './capacity-tally.ts';

/** What a function's signs of life on a target say. */
export interface LifeSigns {
  readonly functionName: string;
  readonly target: string;
  /** The region, where runs are made for each region of the target apart. */
  readonly region?: string | undefined;
  /** How often it runs, in milliseconds: as the rule says, or half of the gaps between its runs are shorter. */
  readonly intervalMs: number;
  /** `rule`, `evidence` of its own runs, or `assumed` where there are too few of them. */
  readonly intervalBy: 'rule' | 'evidence' | 'assumed';
  /** Since when it is expected to run: no silence is older. */
  readonly watchedFromMs: EpochMs;
  /** The start of its first run in the days looked at; undefined where there was none. */
  readonly firstRunMs: EpochMs | undefined;
  /** The start of its last run; undefined where there was none in the days looked at. */
  readonly lastRunMs: EpochMs | undefined;
  /** The start of its last run that did not fail; undefined where there was none among those looked at. */
  readonly lastSuccessMs: EpochMs | undefined;
  /** Stretches longer than two intervals between two runs, in the stretch asked for: silences that are over. */
  readonly gaps: readonly Stretch[];
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Days that are searched for signs of life, newest first. */
const daysBack = 14;
/** Where there are fewer runs, nothing is concluded from the time between them. */
const fewest = 4;
/** The interval of a function of which nothing is known: most run far more often, so it is silent for long when it counts as silent. */
const assumedMs = 12 * hourMs;
/** The shortest interval: runs by hand come close together and say nothing about the timer. */
const shortestMs = 60_000;
/** Runs that are looked at for the last one that did not fail. */
const mostReads = 50;

/**
 * Reads the signs of life of a function on a target. Lists two days, more while there are too few runs, and those of `stretch`; reads the newest
 * records until one did not fail.
 * @throws StoreError
 */
export async function readLifeSigns(
  store: Store,
  place: Pick<LifeSigns, 'functionName' | 'target' | 'region'>,
  nowMs: EpochMs,
  options: { readonly watchedFromMs: EpochMs; readonly everyMs?: number | undefined; readonly stretch?: Stretch | undefined },
): Promise<LifeSigns> {
  const { everyMs, stretch, watchedFromMs } = options;
  const prefix = heartbeatsOf(place);
  const runs = new Map<EpochMs, string>();
  const oldest = Math.min(stretch?.fromMs ?? nowMs, nowMs);
  for (let back = 0; back <= daysBack; back++) {
    const dayEndMs = Math.floor((nowMs - back * dayMs) / dayMs) * dayMs + dayMs;
    if (back > 1 && runs.size >= fewest && dayEndMs <= oldest) break;
    const day = new Date(nowMs - back * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    for await (const key of store.list(`${prefix}/${day}`)) {
      const ms = heartbeatMs(key);
      if (ms !== undefined && ms <= nowMs) runs.set(ms, key);
    }
  }
  const times = [...runs.keys()].sort((a, b) => a - b);
  const evidence = times.length >= fewest ? Math.max(shortestMs, medianGap(times)) : undefined;
  const intervalMs = everyMs ?? evidence ?? assumedMs;
  return {
    ...{ ...place, intervalMs, watchedFromMs, firstRunMs: times[0], lastRunMs: times.at(-1) },
    intervalBy: everyMs !== undefined ? 'rule' : evidence === undefined ? 'assumed' : 'evidence',
    lastSuccessMs: await lastSuccess(store, times, runs),
    gaps: stretch === undefined ? [] : gapsOf(times, 2 * intervalMs, stretch),
  };
}

/** The silence of a function. `sinceMs`: its last run, or its last success; undefined where there was none in the days looked at. */
export interface HeartbeatGap {
  readonly sinceMs: EpochMs | undefined;
  /** It runs, and every run fails. */
  readonly failing: boolean;
}

/** The function whose silence costs subscriptions: for it a run that failed is none (purchase protocol, P14). */
export const watchdog = 'renew-before-expiry';

/** The silence that there is to tell of a function: more than two of its intervals. Undefined where it runs as it should, or is too new to tell. */
export function heartbeatGap(life: LifeSigns, nowMs: EpochMs): HeartbeatGap | undefined {
  const { functionName, intervalMs, watchedFromMs, firstRunMs, lastRunMs, lastSuccessMs } = life;
  const isLong = (sinceMs: EpochMs): boolean => nowMs - sinceMs > 2 * intervalMs;
  if (isLong(lastRunMs ?? watchedFromMs)) return { sinceMs: lastRunMs, failing: false };
  if (functionName !== watchdog || lastRunMs === undefined) return undefined;
  return isLong(lastSuccessMs ?? firstRunMs ?? watchedFromMs) ? { sinceMs: lastSuccessMs ?? firstRunMs, failing: true } : undefined;
}

function medianGap(times: readonly EpochMs[]): number {
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] as number;
}

function gapsOf(times: readonly EpochMs[], longerThanMs: number, { fromMs, untilMs }: Stretch): readonly Stretch[] {
  return times.slice(1).flatMap((time, index) => {
    const before = times[index] as number;
    // A gap belongs to the stretch in which it ended.
    return time - before > longerThanMs && time >= fromMs && time < untilMs ? [{ fromMs: before, untilMs: time }] : [];
  });
}

async function lastSuccess(store: Store, times: readonly EpochMs[], keys: ReadonlyMap<EpochMs, string>): Promise<EpochMs | undefined> {
  for (const time of times.slice(-mostReads).reverse()) {
    const key = keys.get(time) as string;
    const bytes = await store.read(key);
    if (bytes && !failed(key, bytes)) return time;
  }
  return undefined;
}

/** A record that cannot be read proves no success. */
function failed(key: string, bytes: Uint8Array): boolean {
  try {
    return parseRecord(key, bytes).body['failed'] !== false;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return true;
  }
}
