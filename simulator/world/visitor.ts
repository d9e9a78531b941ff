import type { EpochMs } from '../../shared/client/clock.ts';
import type { DeliveryGroupEntity } from './delivery-group.ts';
import type { ScheduledEvent } from './event-queue.ts';
import { beijingOffsetMs, dayMs, minuteMs, startOfDay, weekdayIndex } from './local-time.ts';
import { planVisit, type Visit } from './profile.ts';
import type { RandomStream } from './random.ts';
import type { ProfileName } from './seed.ts';
import type { SessionEnd, SessionEntity } from './session.ts';

/** How often a user tries again after a denial before giving the visit up. */
const retries = 3;
/** Share of visits that end with a log-off; the others are left to the session timeout. */
const logsOff = 0.7;

/** Days on which the users of a world work although it is a weekend, or stay away although it is not, as their first instants in UTC+8. */
export interface WorkingDays {
  readonly restdays: ReadonlySet<EpochMs>;
  readonly workdays: ReadonlySet<EpochMs>;
}

/**
 * A user who comes and goes by themselves, with one event in the world's future at a time. When they come does not depend on whether they got
 * in the days before, so that worlds of equal seeds have the same visits whatever is done in them, and can be compared.
 */
export class Visitor {
  readonly #group: DeliveryGroupEntity;
  readonly #user: string;
  readonly #profile: Exclude<ProfileName, 'idle'>;
  readonly #days: WorkingDays;
  /** Draws the visits, the same number of times for each day. */
  readonly #random: RandomStream;
  readonly #shiftDraw: number;
  /** Draws what happens on the day of the present visit. */
  #chance: RandomStream;
  #logsOff = true;
  #next: ScheduledEvent | undefined;
  #session: SessionEntity | undefined;
  #attempts = 0;

  constructor(group: DeliveryGroupEntity, user: string, profile: Exclude<ProfileName, 'idle'>, days: WorkingDays) {
    this.#group = group;
    this.#user = user;
    this.#profile = profile;
    this.#days = days;
    this.#random = group.world.random.stream(group.account.id, group.id, user);
    this.#shiftDraw = this.#random.next();
    this.#chance = this.#random;
  }

  /** Begins the user's life: in the middle of a visit if one is under way, else with the next one. */
  start(nowMs: EpochMs): void {
    const yesterday = startOfDay(nowMs, beijingOffsetMs) - dayMs;
    for (let day = yesterday; day <= nowMs; day += dayMs) {
      const visit = this.#visitOn(day);
      if (visit && visit.leaveMs > nowMs) {
        this.#begin(visit, day, nowMs);
        return;
      }
    }
    this.#planFrom(startOfDay(nowMs, beijingOffsetMs) + dayMs, nowMs);
  }

  /** Takes over a session that the world began with; the user stays in it until the usual end of the day. */
  adopt(session: SessionEntity, nowMs: EpochMs): void {
    const day = startOfDay(nowMs, beijingOffsetMs);
    const visit = this.#visitOn(day);
    this.#meet(day);
    const leaveMs = visit && visit.leaveMs > nowMs ? visit.leaveMs : nowMs + Math.round(this.#random.around(180, 120)) * minuteMs;
    this.#settleInto(session, { arriveMs: nowMs, leaveMs, away: undefined }, day, nowMs);
  }

  /** Draws what a day has in store beside the visit itself. */
  #meet(day: EpochMs): void {
    this.#chance = this.#group.world.random.stream(this.#group.account.id, this.#group.id, this.#user, String(day));
    this.#logsOff = this.#chance.chance(logsOff);
  }

  #visitOn(dayStartMs: EpochMs): Visit | undefined {
    const weekend = weekdayIndex(dayStartMs, beijingOffsetMs) >= 5;
    const workday = weekend ? this.#days.workdays.has(dayStartMs) : !this.#days.restdays.has(dayStartMs);
    return planVisit(this.#profile, dayStartMs, workday, this.#shiftDraw, this.#random);
  }

  #planFrom(dayStartMs: EpochMs, nowMs: EpochMs): void {
    for (let day = dayStartMs; ; day += dayMs) {
      const visit = this.#visitOn(day);
      if (visit && visit.leaveMs > nowMs) {
        this.#begin(visit, day, nowMs);
        return;
      }
    }
  }

  #begin(visit: Visit, day: EpochMs, nowMs: EpochMs): void {
    this.#attempts = 0;
    if (this.#group.account.groups.get(this.#group.id) !== this.#group) return;
    this.#meet(day);
    if (visit.arriveMs <= nowMs) this.#arrive(visit, day, nowMs);
    else this.#at(visit.arriveMs, (atMs) => this.#arrive(visit, day, atMs));
  }

  #arrive(visit: Visit, day: EpochMs, nowMs: EpochMs): void {
    const result = this.#group.connect(this.#user, nowMs);
    if (typeof result === 'object') {
      this.#attempts = 0;
      this.#settleInto(result, visit, day, nowMs);
      return;
    }
    this.#attempts += 1;
    this.#tryLater(visit, day, nowMs, this.#attempts > retries);
  }

  /** Comes back in a few minutes, unless the visit is over or not worth another try. */
  #tryLater(visit: Visit, day: EpochMs, nowMs: EpochMs, giveUp: boolean): void {
    const againMs = nowMs + this.#chance.integer(4, 14) * minuteMs;
    if (giveUp || againMs >= visit.leaveMs) {
      if (this.#attempts > 0) this.#group.count('visitsLost');
      this.#endDay(day, nowMs);
      return;
    }
    this.#at(againMs, (atMs) => this.#arrive(visit, day, atMs));
  }

  #settleInto(session: SessionEntity, visit: Visit, day: EpochMs, nowMs: EpochMs): void {
    this.#session = session;
    session.listener = (end, atMs) => this.#sessionOver(end, visit, day, atMs);
    const away = visit.away && visit.away.fromMs > nowMs ? visit.away : undefined;
    if (away) this.#at(away.fromMs, (atMs) => this.#goAway(session, { ...visit, away: undefined }, away.toMs, day, atMs));
    else this.#at(visit.leaveMs, (atMs) => this.#leave(session, day, atMs));
  }

  #goAway(session: SessionEntity, rest: Visit, backMs: EpochMs, day: EpochMs, nowMs: EpochMs): void {
    this.#group.disconnect(session, nowMs);
    this.#at(backMs, (atMs) => this.#arrive(rest, day, atMs));
  }

  #leave(session: SessionEntity, day: EpochMs, nowMs: EpochMs): void {
    this.#session = undefined;
    session.listener = undefined;
    if (this.#logsOff) this.#group.end(session, 'left', nowMs);
    else this.#group.disconnect(session, nowMs);
    this.#endDay(day, nowMs);
  }

  /** A session that is cut under the user's hands sends the user back to the door; one that ends while the user is away does not. */
  #sessionOver(end: SessionEnd, visit: Visit, day: EpochMs, nowMs: EpochMs): void {
    const wasConnected = this.#session?.state === 'connected';
    this.#session = undefined;
    if (end !== 'cut' || !wasConnected) return;
    this.#attempts = 0;
    this.#tryLater(visit, day, nowMs, false);
  }

  #endDay(day: EpochMs, nowMs: EpochMs): void {
    this.#next?.cancel();
    this.#next = undefined;
    this.#planFrom(day + dayMs, nowMs);
  }

  #at(atMs: EpochMs, event: (nowMs: EpochMs) => void): void {
    this.#next?.cancel();
    this.#next = this.#group.world.clock.schedule(atMs, event);
  }
}
