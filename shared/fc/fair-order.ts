import type { EpochMs } from '../client/clock.ts';
import { runError } from '../engine/report.ts';
import { lastHeartbeat } from '../journal/log/runs.ts';
import { type Store, StoreError } from '../journal/store/store.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import type { Log } from './log.ts';

/** What putting targets in order needs. */
export interface TurnOrder {
  readonly functionName: string;
  readonly store: Store;
  readonly nowMs: EpochMs;
  /** The longest that one invocation may take, in milliseconds. */
  readonly invocationMs: number;
  readonly log: Log;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** Gives a signal that stops after so many milliseconds. */
export type Timeout = (ms: number) => AbortSignal;

/** Heartbeats are kept by the minute. */
const minuteMs = 60_000;

/**
 * The order in which an invocation runs its targets: first those that the last invocation did not finish, by their signs of life. Among those
 * the order is drawn by lot, and so among the others: one that ends the process each time, or takes all of its time, must not
 * keep those behind it from their turn for good. Where the journal cannot be read all is drawn by lot.
 */
export async function inTurn<T extends { readonly target: CompiledTarget }>(work: readonly T[], order: TurnOrder): Promise<readonly T[]> {
  if (work.length < 2) return work;
  const lots = work.map((item) => ({ item, lot: order.random(), lastMs: undefined as EpochMs | undefined }));
  try {
    for (const each of lots) {
      const { name, shard } = each.item.target;
      each.lastMs = await lastHeartbeat(order.store, { functionName: order.functionName, target: name, region: shard }, order.nowMs);
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    order.log('warn', 'turns-unknown', { ...runError(error) });
  }
  const newestMs = Math.max(...lots.map(({ lastMs }) => lastMs ?? 0));
  // Those that the last invocation finished gave a sign of life within its time.
  const behind = ({ lastMs }: (typeof lots)[number]): boolean => lastMs === undefined || lastMs + order.invocationMs + minuteMs < newestMs;
  return lots.sort((a, b) => Number(behind(b)) - Number(behind(a)) || a.lot - b.lot).map(({ item }) => item);
}

/**
 * The signal that ends one target's turn: an even part of the time that is left, for what is still to come. Whoever needs less leaves more to
 * the others. What is ordered or written at its end goes by the deadline of the invocation, not by this.
 */
export function turnSignal(
  signal: AbortSignal | undefined,
  {
    endMs,
    nowMs,
    left,
    timeout,
  }: { readonly endMs: EpochMs | undefined; readonly nowMs: EpochMs; readonly left: number; readonly timeout: Timeout },
): AbortSignal | undefined {
  if (signal === undefined || endMs === undefined || left < 2) return signal;
  return AbortSignal.any([signal, timeout(Math.max(0, Math.floor((endMs - nowMs) / left)))]);
}

/** How a target, or its region, is called in messages. */
export function placeName({ name, shard }: CompiledTarget): string {
  return shard === undefined ? name : `${name} (${shard})`;
}
