import type { Clock, EpochMs } from './clock.ts';

/** What one answer told of the time at the server that sent it. */
interface Reading {
  readonly host: string;
  /** How far the server's clock was ahead of ours, in milliseconds. */
  readonly offsetMs: number;
  /** When it came, by our clock. */
  readonly atMs: EpochMs;
}

/** One exchange with a server, by our clock. */
export interface TimedExchange {
  readonly host: string;
  readonly sentMs: EpochMs;
  readonly answeredMs: EpochMs;
  /** What its Date header says, as `dateMs` reads it; undefined where it says nothing usable. */
  readonly serverMs: EpochMs | undefined;
  /** The date in the signature. */
  readonly signedMs: EpochMs;
  /** What the server made of that date. Default: it took it. */
  readonly refused?: boolean;
}

/** The service takes signatures whose date is off by at most this (signing facts, clock skew). */
const windowMs = 15 * 60_000;

/** A Date header has whole seconds, and an answer takes a while: what is off by less says nothing. */
const grainMs = 60_000;

/** Two readings agree where they differ by at most this. */
const agreeMs = 30_000;

/** A reading counts so long: a machine may be frozen, or its clock be set, between two calls. */
const lifeMs = 10 * 60_000;

/** Up to this the clocks count as equal. */
const looseMs = 2 * 60_000;

/** So many readings of each server are kept. */
const mostKept = 4;

/**
 * How far the clocks of servers are from ours, as their answers show. An offset is believed where two answers agree on it, for ten minutes. A Date
 * header that what the server did with the signature contradicts counts for nothing.
 */
export class ServiceClock {
  #readings: readonly Reading[] = [];

  /** Takes what an answer shows. Gives the offset in milliseconds with which a refused call may be signed again; undefined where the answer shows none. */
  note({ host, sentMs, answeredMs, serverMs, signedMs, refused = false }: TimedExchange): number | undefined {
    if (serverMs === undefined || answeredMs - sentMs > grainMs) return undefined;
    // Whole seconds, cut off.
    const offsetMs = serverMs + 500 - (sentMs + answeredMs) / 2;
    const signedOffMs = Math.abs(serverMs - signedMs);
    if (refused ? signedOffMs < windowMs - grainMs : signedOffMs > windowMs + grainMs) return undefined;
    const kept = this.#fresh(answeredMs);
    const ofHost = kept.filter((reading) => reading.host === host).slice(0, mostKept - 1);
    this.#readings = [{ host, offsetMs, atMs: answeredMs }, ...ofHost, ...kept.filter((reading) => reading.host !== host)];
    return offsetMs;
  }

  /** How far the clock of a server is ahead of ours, in milliseconds, where two answers agree that it is more than two minutes off; else 0. */
  offsetOf(host: string, nowMs: EpochMs): number {
    const fresh = this.#fresh(nowMs);
    const agrees = (one: Reading) => fresh.some((other) => other !== one && Math.abs(other.offsetMs - one.offsetMs) <= agreeMs);
    const offsetMs = fresh.find((reading) => reading.host === host && agrees(reading))?.offsetMs ?? 0;
    return Math.abs(offsetMs) > looseMs ? offsetMs : 0;
  }

  /** The largest of these offsets over all servers. */
  offset(nowMs: EpochMs): number {
    const offsets = [...new Set(this.#readings.map(({ host }) => host))].map((host) => this.offsetOf(host, nowMs));
    return offsets.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0);
  }

  #fresh(nowMs: EpochMs): readonly Reading[] {
    return this.#readings.filter(({ atMs }) => Math.abs(nowMs - atMs) <= lifeMs);
  }
}

const clocks = new WeakMap<Clock, ServiceClock>();

/** What is known of the servers' clocks beside one clock of ours: all clients that go by that clock share it. */
export function serviceClock(clock: Clock): ServiceClock {
  const known = clocks.get(clock) ?? new ServiceClock();
  clocks.set(clock, known);
  return known;
}
