import type { NativeWeek } from '../../shared/fleet/delivery-group.ts';

/**
 * Work on a week that is done once for each week object. A fleet shares few weeks, and writing them out is most of the cost of an action.
 * Weeks are never changed after they were made.
 */
export function perWeek<T>(work: (week: NativeWeek) => T): (week: NativeWeek) => T {
  const done = new WeakMap<NativeWeek, { readonly result: T }>();
  return (week) => {
    const known = done.get(week);
    if (known !== undefined) return known.result;
    const result = work(week);
    done.set(week, { result });
    return result;
  };
}
