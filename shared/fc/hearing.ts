import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { occasionsOf } from './occasions.ts';
import { runOnOccasions } from './run-again.ts';
import type { Environment } from './settings.ts';

/** How a function follows events. A part of its own: what a function on timers alone never does is not in its bundle. */
export interface Hearing {
  /** What an event says to targets; undefined where it is no audit event, as that of a timer. */
  occasions(
    text: string,
    place: { readonly policy: CompiledPolicy; readonly targets: readonly CompiledTarget[]; readonly environment: Environment },
  ): ReturnType<typeof occasionsOf>;
  /** Runs on occasions, again where another run was in the way. */
  readonly run: typeof runOnOccasions;
}

/** Hears the events of some operations of the audit trail. */
export function hearing(operations: readonly string[]): Hearing {
  return { occasions: (text, place) => occasionsOf(text, { operations, ...place }), run: runOnOccasions };
}
