import type { EpochMs } from '../../shared/client/clock.ts';
import type { Window, Windows } from './ota-rule.ts';
import type { ReadyRing } from './ready-rules.ts';

/** What a moment is to the windows of a ring. */
export type Timing =
  /** Updates of this window are to be approved now. */
  | { readonly is: 'open'; readonly window: Window }
  /** Whether the next window is one is not published; its updates would be approved now. */
  | { readonly is: 'doubtful'; readonly window: Window }
  /** Not now. `missed`: a window runs, whose beginning has passed. `next`: the next one that is sure, if any. */
  | { readonly is: 'closed'; readonly missed: boolean; readonly next: Window | undefined };

/**
 * An update is approved in `[start − ahead, start)` of a window, since it starts at the window's beginning and nothing withdraws an approval.
 * Of several windows that are near enough the earliest counts.
 */
export function timingAt({ sure, doubtful }: Windows, aheadMs: number, nowMs: EpochMs): Timing {
  const next = firstAfter(sure, nowMs);
  const maybe = firstAfter(doubtful, nowMs);
  const isNear = (window: Window | undefined): window is Window => window !== undefined && window[0] - aheadMs <= nowMs;
  if (isNear(maybe) && (next === undefined || maybe[0] < next[0])) return { is: 'doubtful', window: maybe };
  if (isNear(next)) return { is: 'open', window: next };
  const last = sure[firstIndexAfter(sure, nowMs) - 1];
  return { is: 'closed', missed: last !== undefined && nowMs < last[1], next };
}

/** Whether a window has ended in `(sinceMs, nowMs]` whose approvals could have been given from `sinceMs` on. */
export function hasPassed({ sure }: Windows, aheadMs: number, sinceMs: EpochMs, nowMs: EpochMs): boolean {
  const window = sure[firstIndexAfter(sure, sinceMs + aheadMs)];
  return window !== undefined && window[1] <= nowMs;
}

/**
 * When a version that comes on offer at `sinceMs` is through these rings where each of them takes its first window and soaks: the end of the last
 * window. Undefined: not within the windows that are known.
 */
export function endOfPass(rings: readonly Pick<ReadyRing, 'windows' | 'soakMs'>[], aheadMs: number, sinceMs: EpochMs): EpochMs | undefined {
  let readyMs = sinceMs;
  let endMs: EpochMs | undefined;
  for (const { windows, soakMs } of rings) {
    endMs = firstAfter(windows.sure, readyMs + aheadMs)?.[1];
    if (endMs === undefined) return undefined;
    readyMs = endMs + soakMs;
  }
  return endMs;
}

function firstAfter(windows: readonly Window[], nowMs: EpochMs): Window | undefined {
  return windows[firstIndexAfter(windows, nowMs)];
}

/** Position of the first window that begins after an instant. */
function firstIndexAfter(windows: readonly Window[], ms: EpochMs): number {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((windows[middle] as Window)[0] <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
