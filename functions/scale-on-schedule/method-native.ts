import type { Reason } from '../../shared/engine/decision.ts';
import type { NativePeriod, NativeWeek } from '../../shared/fleet/delivery-group.ts';
import { addDays, dayMs, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { fitDay } from './native-day.ts';
import type { NativeSchedule } from './native-schedule.ts';
import { found, type Outcome } from './outcome.ts';
import { reason } from './reasons.ts';
import { type ServiceDay, spanDays } from './service-day.ts';
import { nodesOfWeek } from './strategy-level.ts';
import { sameDay } from './strategy-text.ts';
import type { ScheduleStrategy } from './strategy-types.ts';

/** A schedule with fewer days left than this is extended (protocols, native schedule). */
const leastDaysLeft = 30;

/** Days that a schedule lasts where an ordinary week has nothing: what it adds ends by itself. The service takes no fewer (API notes). */
const passingDays = 7;

/** With so few days left it is extended at once, quiet time or not. */
const lapseDays = 2;

/**
 * The weekly schedule to write for a wish. Days whose kind is not published are as in an ordinary week, which is said.
 */
export function nativeStrategy(native: NativeSchedule, warmUp: boolean, day: ServiceDay): Outcome<ScheduleStrategy> {
  const because: Reason[] = [];
  const { week, resumes, deviations } = native;
  if (native.unknown.length > 0) {
    because.push(reason('unpublished-day', 'the kind of today or tomorrow is not published yet; that day is as in an ordinary week'));
  }
  if (resumes !== undefined) {
    const text = `no nodes are wanted until ${resumes}; the schedule pauses and begins again by itself on that day`;
    because.push(reason('day-deviates', text, { resumes }));
  }
  if (deviations.length > 0) {
    const dates = deviations.map(({ date }) => date);
    const text = `${dates.join(' and ')} ${dates.length === 1 ? 'differs' : 'differ'} from an ordinary week and will be restored afterwards`;
    because.push(reason('day-deviates', text, { dates }));
  }
  if (native.endsEarly) because.push(reason('ends-a-minute-early', 'periods end at 23:59, since the service ends each within its day'));
  const enableDate = resumes ?? day.date;
  const days = Object.keys(native.ordinary).length === 0 ? passingDays : spanDays;
  return found(
    {
      type: 'schedule',
      week,
      warmUp,
      enableDate,
      disableDate: addDays(enableDate, days),
    },
    ...because,
  );
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
 * so is one that has not begun. A schedule that is to end within days, since an ordinary week has nothing, is extended only while it is `wanted`.
 */
export function reArm(observed: ScheduleStrategy, day: ServiceDay, wanted?: ScheduleStrategy): ReArm {
  const today = day.date;
  if ((wanted?.enableDate ?? today) > today) return { when: 'not-needed' };
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
  const passing = (wanted?.disableDate ?? day.endDate) < day.endDate;
  if (daysLeft >= (passing ? lapseDays + 1 : leastDaysLeft)) return { when: 'not-needed' };
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
