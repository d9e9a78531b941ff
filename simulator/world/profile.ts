import type { EpochMs } from '../../shared/client/clock.ts';
import { minuteMs } from './local-time.ts';
import type { RandomStream } from './random.ts';
import type { ProfileName } from './seed.ts';

/** One visit of a user: when it begins and ends, and the time away from the desk in the middle. */
export interface Visit {
  readonly arriveMs: EpochMs;
  readonly leaveMs: EpochMs;
  /** Half-open; undefined where the user stays connected throughout. */
  readonly away: { readonly fromMs: EpochMs; readonly toMs: EpochMs } | undefined;
}

/** A shift: arrival and departure in minutes of the local day around which visits scatter. */
interface Shift {
  /** Share of the users who work it; the last shift takes the rest. */
  readonly share: number;
  readonly arrive: number;
  readonly leave: number;
  readonly spread: number;
}

/** Habits of a kind of user. */
interface Profile {
  /** Probability of a visit on a working day and on a day off. */
  readonly workday: number;
  readonly restday: number;
  readonly shifts: readonly Shift[];
  /** Shift of a day off, where it differs. */
  readonly restShift?: Shift;
  /** Probability of a break, and its usual start in minutes after arrival. */
  readonly breakChance: number;
  readonly breakAfter: number;
}

const profiles: Readonly<Record<Exclude<ProfileName, 'idle'>, Profile>> = {
  office: {
    workday: 0.92,
    restday: 0.02,
    shifts: [{ share: 1, arrive: 8 * 60 + 50, leave: 18 * 60 + 20, spread: 55 }],
    breakChance: 0.7,
    breakAfter: 190,
  },
  studio: {
    workday: 0.95,
    restday: 0.2,
    shifts: [{ share: 1, arrive: 10 * 60, leave: 21 * 60 + 30, spread: 100 }],
    restShift: { share: 1, arrive: 13 * 60 + 30, leave: 19 * 60, spread: 60 },
    breakChance: 0.8,
    breakAfter: 160,
  },
  service: {
    workday: 0.72,
    restday: 0.7,
    shifts: [
      { share: 0.12, arrive: 22 * 60 + 55, leave: 31 * 60, spread: 15 },
      { share: 0.46, arrive: 6 * 60 + 55, leave: 15 * 60, spread: 15 },
      { share: 0.42, arrive: 14 * 60 + 50, leave: 23 * 60, spread: 15 },
    ],
    breakChance: 0.9,
    breakAfter: 230,
  },
};

/** Length of a break in minutes and how much it varies. */
const breakMinutes = 50;
const breakSpread = 25;

/**
 * The visit of a user on the local day that begins at `dayStartMs`; undefined on a day without one. It draws the same count of
 * random numbers in each case, so that one day off does not change the days after it.
 */
export function planVisit(
  name: Exclude<ProfileName, 'idle'>,
  dayStartMs: EpochMs,
  workday: boolean,
  shiftDraw: number,
  random: RandomStream,
): Visit | undefined {
  const profile = profiles[name];
  const comes = random.chance(workday ? profile.workday : profile.restday);
  const shift = (!workday && profile.restShift) || pickShift(profile.shifts, shiftDraw);
  const arrive = random.around(shift.arrive, shift.spread);
  const leave = random.around(shift.leave, shift.spread);
  const breaks = random.chance(profile.breakChance);
  const from = arrive + random.around(profile.breakAfter, 40);
  const to = from + random.around(breakMinutes, breakSpread);
  if (!comes) return undefined;
  const at = (minute: number) => dayStartMs + Math.round(minute * minuteMs);
  return { arriveMs: at(arrive), leaveMs: at(leave), away: breaks && to < leave ? { fromMs: at(from), toMs: at(to) } : undefined };
}

function pickShift(shifts: readonly Shift[], draw: number): Shift {
  let left = draw;
  for (const shift of shifts) {
    if (left < shift.share) return shift;
    left -= shift.share;
  }
  return shifts.at(-1) as Shift;
}
