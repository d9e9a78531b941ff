import type { Charge, Strategy } from '../../shared/fleet/delivery-group.ts';
import { type CostEstimate, type Money, timesHours, timesRatio } from '../../shared/policy/money.ts';
import type { Costs, Transition } from './change.ts';
import type { NativeSchedule } from './native-schedule.ts';
import type { ServiceDay } from './service-day.ts';
import { asSet, combined, monthDays, perDay, pricedDays, type Trajectory } from './trajectory.ts';

/** What a change is priced by. */
export interface Pricing {
  readonly transition: Transition;
  readonly from: Strategy;
  readonly charge: Charge;
  /** What the pool has in 30 days as it is set. */
  readonly before: () => Trajectory;
  /** What the rule makes of it. Undefined: nobody wants anything but what is written. */
  readonly after?: (() => Trajectory) | undefined;
  /** The schedule of which merged periods cost something more. */
  readonly native?: NativeSchedule | undefined;
}

/**
 * What a change costs more, or saves when negative: the difference of two trajectories over the next 30 days, as it is set and as the rule makes it, what
 * is restored in that time included. `cost` is what 30 ordinary days make of it, which lasts; `once` is the rest: days that are otherwise than
 * ordinary, before or after the change. The two together are what the bill of these 30 days differs by. Exact node time at the hourly price; always
 * an estimate, and a bound where nodes follow use, since these count as if all were used.
 */
export function costsOf({ from, charge, before, after }: Pricing, form: Transition, price: Money, today: ServiceDay): Costs {
  const present = before();
  // A week of nothing but raises is fitted to the service's rules by itself, and may have more than the two that it is made of.
  const isAsWritten = form.isAsItWas || !after || (form.onlyRaises && form.to.type === 'schedule');
  const changed = formed(form, present, isAsWritten ? asSet(form.to, charge, form.standsInFor, today) : after());
  const differing = (a: readonly number[], b: readonly number[]) => a.map((ms, day) => (b[day] ?? 0) - ms);
  const ordinary = differing(perDay(present.ordinary, today), perDay(changed.ordinary, today));
  const apart = differing(ordinary, differing(perDay(present.real, today), perDay(changed.real, today)));
  const [lasting, single] = [sumOf(ordinary), sumOf(apart)];
  const estimate = (ms: number, per: string): CostEstimate => {
    // What use decides is the most that a side can have, and as much as nothing of it can be.
    const isMost = form.to.type === 'usage' ? from.type === 'usage' || ms > 0 : ms < 0;
    const bound = from.type !== 'usage' && form.to.type !== 'usage' ? {} : { bound: isMost ? ('at most' as const) : ('at least' as const) };
    return { kind: 'estimate', amount: timesHours(price, ms), per, ...bound };
  };
  const dates = pricedDays(today).flatMap(({ date }, day) => (apart[day] === 0 ? [] : [date]));
  const on = dates.length > 2 ? `from ${dates[0]} to ${dates.at(-1)}` : `on ${dates.join(' and ')}`;
  return {
    ...(lasting !== 0 || dates.length === 0 ? { cost: estimate(lasting, `per ${monthDays} days`) } : {}),
    ...(dates.length === 0 ? {} : { once: estimate(single, `one-off, ${on}`) }),
  };
}

/** What is left of a trajectory in a form of a change: no more nodes than a limit allows, none fewer than there were. */
function formed({ most = Number.POSITIVE_INFINITY, onlyRaises }: Transition, before: Trajectory, after: Trajectory): Trajectory {
  const capped = most < Number.POSITIVE_INFINITY ? combined(after, after, (nodes) => Math.min(nodes, most)) : after;
  return onlyRaises ? combined(before, capped, Math.max) : capped;
}

function sumOf(list: readonly number[]): number {
  return list.reduce((sum, each) => sum + each, 0);
}

/** What merging touching steps adds in 30 ordinary days. */
export function mergingCost(native: NativeSchedule, price: Money): Money {
  return timesRatio(price, native.extraNodeMinutes * monthDays, 60 * 7);
}
