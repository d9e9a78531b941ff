import type { Reason } from '../../shared/engine/decision.ts';
import type { NativePeriod, NativeWeek, Strategy } from '../../shared/fleet/delivery-group.ts';
import { dayMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { fitDay } from './native-day.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { found, held, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import type { ServiceDay } from './service-day.ts';
import { nodesOfWeek } from './strategy-level.ts';
import { sameDay } from './strategy-text.ts';
import type { ScheduleStrategy } from './strategy-types.ts';

/** A schedule with fewer days left than this is extended (protocols, native schedule). */
const leastDaysLeft = 30;

/** With so few days left it is extended at once, quiet time or not. */
const lapseDays = 2;

/**
 * The weekly schedule to write for a wish. A day whose kind is not published keeps what the service has, so that restoring the days
 * around it goes on; without a schedule in the service there is nothing to keep, and the decision holds.
 */
export function nativeStrategy(native: NativeSchedule, observed: Strategy, day: ServiceDay): Outcome<ScheduleStrategy> {
  const because: Reason[] = [];
  let week: NativeWeek = native.week;
  if (native.unknown.length > 0) {
    const unpublished = reason(
      'unpublished-day',
      'the kind of today or tomorrow is not published yet; that day stays as it is in the service',
    );
    if (observed.type !== 'schedule' || !native.unknown.every((weekday) => canBeSent(observed.week[weekday] ?? [])))
      return held(unpublished);
    const kept: Partial<Record<1 | 2 | 3 | 4 | 5 | 6 | 7, NativeWeek[1]>> = { ...week };
    for (const weekday of native.unknown) {
      if (observed.week[weekday] === undefined) delete kept[weekday];
      else kept[weekday] = observed.week[weekday];
    }
    week = kept as NativeWeek;
    because.push(unpublished);
  }
  if (native.deviating.length > 0) {
    const text = `${native.deviating.join(' and ')} ${native.deviating.length === 1 ? 'differs' : 'differ'} from an ordinary week and will be restored afterwards`;
    because.push(reason('day-deviates', text, { dates: native.deviating }));
  }
  if (native.endsEarly) because.push(reason('ends-a-minute-early', 'periods end at 23:59, since the service ends each within its day'));
  const warmUp = observed.type === 'schedule' ? (observed.warmUp ?? false) : false;
  return found({ type: 'schedule', week, warmUp, enableDate: day.date, disableDate: day.endDate }, ...because);
}

/** Whether a week that was read would be taken again as it is. */
export function weekCanBeSent(week: NativeWeek): boolean {
  const days = Object.values(week);
  return days.length > 0 && days.every(canBeSent);
}

/** Whether periods that were read would be taken again as they are. */
function canBeSent(periods: readonly NativePeriod[]): boolean {
  return sameDay(fitDay(periods).periods, periods);
}

/** Whether a schedule that is right otherwise has to be written again for its dates alone. */
export type ReArm = { readonly when: 'not-needed' } | { readonly when: 'now' | 'later'; readonly because: Reason };

/**
 * Extends a schedule with fewer than 30 days left outside its periods, and only while the date is the same in the service's zone
 * and in UTC (08:00 to 24:00 in China), so that the enable date is not in the past by either. With two days left it is extended at once;
 * so is one that has not begun.
 */
export function reArm(observed: ScheduleStrategy, day: ServiceDay): ReArm {
  const today = day.date;
  const { enableDate, disableDate } = observed;
  if (disableDate === undefined) return { when: 'not-needed' };
  const daysLeft = Math.round((localMsOf(disableDate, 0) - localMsOf(today, 0)) / dayMs);
  const data = { disableDate, daysLeft };
  if (enableDate !== undefined && enableDate > today) {
    return {
      when: 'now',
      because: reason('re-arm', `the weekly schedule only begins on ${enableDate}; it is set to begin today`, { ...data, enableDate }),
    };
  }
  if (daysLeft >= leastDaysLeft) return { when: 'not-needed' };
  if (daysLeft <= lapseDays) {
    const text = daysLeft > 0 ? `the weekly schedule ends on ${disableDate}` : `the weekly schedule ended on ${disableDate}`;
    return { when: 'now', because: reason('lapses-soon', `${text}; it is extended at once`, data) };
  }
  const quiet = nodesOfWeek(observed.week, day) === 0 && day.sameDateInUtc;
  return quiet
    ? { when: 'now', because: reason('re-arm', `the weekly schedule ends on ${disableDate}, in ${daysLeft} days; it is extended`, data) }
    : {
        when: 'later',
        because: reason('re-arm-waits', `the weekly schedule ends on ${disableDate}; it is extended outside its periods, by day`, data),
      };
}
