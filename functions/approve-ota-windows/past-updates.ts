import type { EpochMs } from '../../shared/client/clock.ts';
import type { OtaTask } from '../../shared/fleet/ota-group.ts';

/** Ends of an update that are final. */
const ends: Readonly<Record<string, 'finished' | 'failed'>> = { FINISHED: 'finished', FAILED: 'failed', PART_FINISHED: 'failed' };

/** The last update of a version on a group that has come to an end. */
interface EndedUpdate {
  readonly version: string;
  readonly end: 'finished' | 'failed';
  /** As the service spells it. */
  readonly status: string;
  readonly startMs: EpochMs;
}

/** An update that was approved and has not ended. */
interface PendingUpdate {
  readonly version: string;
  readonly status: 'STANDBY' | 'RUNNING';
  readonly startMs: EpochMs;
}

/** What the list of a group's updates says. */
export interface PastUpdates {
  /** By version, the last that ended. */
  readonly ended: ReadonlyMap<string, EndedUpdate>;
  /** The last that ended, of any version. */
  readonly last: EndedUpdate | undefined;
  readonly pending: readonly PendingUpdate[];
  /** Starts of updates that were ended before they ran, by version. */
  readonly terminated: ReadonlyMap<string, ReadonlySet<EpochMs>>;
  /** The version of the last update that has begun, however it ended; terminated ones apart. */
  readonly lastBegun: string | undefined;
}

/**
 * What a list of updates says, in whatever order it comes (none is documented). A row that waits without a start is a mere offer and says
 * nothing. Gives the row that cannot be understood instead where there is one: a state or a start that is not known could be anything.
 */
export function pastUpdates(tasks: readonly OtaTask[]): PastUpdates | { readonly unclear: OtaTask } {
  const ended = new Map<string, EndedUpdate>();
  const terminated = new Map<string, Set<EpochMs>>();
  const pending: PendingUpdate[] = [];
  let last: EndedUpdate | undefined;
  let lastBegun: { readonly version: string; readonly startMs: EpochMs } | undefined;
  for (const task of tasks) {
    const { version, startMs } = task;
    const status = task.status?.toUpperCase();
    if (status === 'STANDBY' && startMs === null) continue;
    if (version === undefined || status === undefined || typeof startMs !== 'number') return { unclear: task };
    const end = Object.hasOwn(ends, status) ? ends[status] : undefined;
    if (status === 'STANDBY' || status === 'RUNNING') pending.push({ version, status, startMs });
    else if (status === 'TERMINATED') terminated.set(version, (terminated.get(version) ?? new Set<EpochMs>()).add(startMs));
    else if (end === undefined) return { unclear: task };
    if (end !== undefined) {
      const update = { version, end, status, startMs };
      if (isLater(update, ended.get(version))) ended.set(version, update);
      if (isLater(update, last)) last = update;
    }
    if (status !== 'STANDBY' && status !== 'TERMINATED' && (lastBegun === undefined || startMs >= lastBegun.startMs)) {
      lastBegun = { version, startMs };
    }
  }
  return { ended, last, pending, terminated, lastBegun: lastBegun?.version };
}

/** Of two that start at the same instant the failure counts: what is contradictory must not open a ring. */
function isLater(a: EndedUpdate, b: EndedUpdate | undefined): boolean {
  if (b === undefined || a.startMs !== b.startMs) return b === undefined || a.startMs > b.startMs;
  return a.end === 'failed';
}
