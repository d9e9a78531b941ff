import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import type { PastUpdates } from './past-updates.ts';
import type { SeenEnd } from './sightings.ts';

/** A group of a ring after which others come. */
export interface RingMember {
  readonly id: string;
  readonly position: number;
  readonly index: number;
  readonly current: string | undefined;
  /** Its updates by version, where they were read. */
  readonly ended: PastUpdates['ended'] | undefined;
  /** How its last update ended, and since when that is known. */
  readonly seen: (SeenEnd & { readonly sinceMs: EpochMs }) | undefined;
  /** False where what deciding needs could not be read. */
  readonly known: boolean;
}

/** A group that may belong to a ring, or to one after it; a position of -1 is before all rules. */
interface Unplaced {
  readonly id: string;
  readonly position: number;
  readonly index: number;
}

/** An approval that only the rings stand against. */
export interface Candidate {
  readonly position: number;
  readonly index: number;
  readonly version: string;
}

/** What is on offer in a ring. */
export interface RingOffers {
  readonly versions: Set<string>;
  /** The group that says for all of the ring when no version reaches it: the one that did before, as long as something is on offer for it. */
  readonly speaker: string;
}

/** What a run has seen of the rings. By id, since a group may be decided twice in a run. Groups of last rings are in it only where they act or failed. */
export interface RingMemory {
  readonly members: Map<string, RingMember>;
  readonly unplaced: Map<string, Unplaced>;
  /** Versions that failed, by the group on which they did. */
  readonly failures: Map<string, readonly string[]>;
  readonly candidates: Map<string, Candidate>;
  /** By `[position, index]` of the ring, as JSON. */
  readonly offers: Map<string, RingOffers>;
}

const memories = new WeakMap<PlanContext, RingMemory>();

/** What was seen of the rings in the run of a context. */
export function ringMemory(context: PlanContext): RingMemory {
  let memory = memories.get(context);
  if (memory === undefined) {
    memory = { members: new Map(), unplaced: new Map(), failures: new Map(), candidates: new Map(), offers: new Map() };
    memories.set(context, memory);
  }
  return memory;
}
