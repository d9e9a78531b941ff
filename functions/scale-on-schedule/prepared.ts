import type { Strategy } from '../../shared/fleet/delivery-group.ts';
import type { Timeline } from '../../shared/policy/compiled.ts';
import type { ExceptionEffects } from './exception-effects.ts';
import { nativeStrategy } from './method-native.ts';
import { type NativeSchedule, nativeSchedule } from './native-schedule.ts';
import type { Outcome } from './outcome.ts';
import type { ServiceDay } from './service-day.ts';
import type { ScheduleStrategy } from './strategy-types.ts';
import { type Wish, wishOf } from './wish.ts';

/** A wish that many groups share, with its weekly schedule worked out when first asked for. */
export interface Prepared {
  readonly wish: Wish;
  native(): NativeSchedule;
  /** The weekly schedule to write for a pool that has `observed` now. `warmUp`: what the rule says of it, if anything. */
  strategyFor(observed: Strategy, warmUp: boolean | undefined): Outcome<ScheduleStrategy>;
}

interface Shelf {
  readonly date: string;
  readonly minute: number;
  readonly zone: object;
  readonly prepared: Map<string, Prepared>;
}

const shelves = new WeakMap<Timeline, Shelf>();

/**
 * The wish for a timeline and a peak under some exceptions. Most groups of a fleet share all of them, and a week depends on nothing else
 * but the service's date and minute, so it is worked out once. Kept for later runs of the process too.
 */
export function prepare(timeline: Timeline, peak: number, effects: ExceptionEffects, stepwise: boolean, day: ServiceDay): Prepared {
  let shelf = shelves.get(timeline);
  if (shelf === undefined || shelf.date !== day.date || shelf.minute !== day.minute || shelf.zone !== day.zone) {
    shelf = { date: day.date, minute: day.minute, zone: day.zone, prepared: new Map() };
    shelves.set(timeline, shelf);
  }
  const key = `${peak}|${stepwise}|${effectsKey(effects)}`;
  let prepared = shelf.prepared.get(key);
  if (prepared === undefined) {
    prepared = make(wishOf(timeline, peak, effects), stepwise, day);
    shelf.prepared.set(key, prepared);
  }
  return prepared;
}

/** Exceptions by what they ask: their places in the policy change with the target, and when somebody adds one or ends one. */
function effectsKey({ floors, ratchets }: ExceptionEffects): string {
  return floors.length + ratchets.length === 0 ? '' : JSON.stringify([floors, ratchets]);
}

function make(wish: Wish, stepwise: boolean, day: ServiceDay): Prepared {
  let schedule: NativeSchedule | undefined;
  const usual = new Map<boolean, Outcome<ScheduleStrategy>>();
  const native = () => {
    schedule ??= nativeSchedule(wish, day, stepwise);
    return schedule;
  };
  return {
    wish,
    native,
    strategyFor(observed, asked) {
      // A pool that says nothing of warm-up gets it, so that its nodes are ready when a period begins.
      const warmUp = asked ?? (observed.type === 'schedule' ? observed.warmUp : undefined) ?? true;
      let strategy = usual.get(warmUp);
      if (strategy === undefined) {
        strategy = nativeStrategy(native(), warmUp, day);
        usual.set(warmUp, strategy);
      }
      return strategy;
    },
  };
}
