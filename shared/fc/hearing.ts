import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { awaitedBy, takeEvents } from './event-turns.ts';
import { occasionsOf } from './occasions.ts';
import type { Environment } from './settings.ts';

/** How a function follows events. A part of its own: what a function on timers alone never does is not in its bundle. */
export interface Hearing {
  /** What an event says to targets; undefined where it is no audit event, as that of a timer. */
  occasions(
    text: string,
    place: { readonly policy: CompiledPolicy; readonly targets: readonly CompiledTarget[]; readonly environment: Environment },
  ): ReturnType<typeof occasionsOf>;
  /** Sees to what was heard, together with what other invocations hear at the time. */
  readonly take: typeof takeEvents;
  /** What runs before wait for. */
  readonly awaited: typeof awaitedBy;
}

/** Hears the events of some operations of the audit trail. */
export function hearing(operations: readonly string[]): Hearing {
  return { occasions: (text, place) => occasionsOf(text, { operations, ...place }), take: takeEvents, awaited: awaitedBy };
}
