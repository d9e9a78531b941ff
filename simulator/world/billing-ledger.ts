import type { EpochMs } from '../../shared/client/clock.ts';
import type { Amount } from './amount.ts';

/** What a bill can be about: a delivery group or a workstation, also one that is gone. */
export interface BilledResource {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly tags?: ReadonlyMap<string, { readonly value: string }>;
}

/** Where things held by the hour are counted: machines of one price, of one resource. */
export interface MeterPlace {
  readonly resource: BilledResource;
  /** Tells the meters of one resource apart. */
  readonly part: string;
  /** True where the time counts in which no power is drawn; whether that is billed is a switch. */
  readonly unpowered?: boolean;
  /** Price of one for an hour; zero for what is not on sale any more. */
  readonly hourly: Amount;
}

/** For how long how many were held. Spans follow each other in time; each knows the sum before it, so that any day is found at once. */
export class Meter {
  readonly place: MeterPlace;
  readonly #starts: EpochMs[] = [];
  readonly #ends: EpochMs[] = [];
  readonly #held: number[] = [];
  readonly #before: number[] = [];

  constructor(place: MeterPlace) {
    this.place = place;
  }

  /** Adds a span after those that are there; one that goes on as before makes the last one longer. */
  add(fromMs: EpochMs, toMs: EpochMs, held: number): void {
    if (toMs <= fromMs || held === 0) return;
    const last = this.#ends.length - 1;
    if (last >= 0 && this.#ends[last] === fromMs && this.#held[last] === held) {
      this.#ends[last] = toMs;
      return;
    }
    this.#before.push(this.heldUntil(fromMs));
    this.#starts.push(fromMs);
    this.#ends.push(toMs);
    this.#held.push(held);
  }

  /** Milliseconds, summed over what was held, from the world's start until an instant. */
  heldUntil(ms: EpochMs): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as EpochMs) < ms) low = middle + 1;
      else high = middle;
    }
    const at = low - 1;
    if (at < 0) return 0;
    const within = Math.min(ms, this.#ends[at] as EpochMs) - (this.#starts[at] as EpochMs);
    return (this.#before[at] as number) + within * (this.#held[at] as number);
  }
}

/** Money that the service gives back, or that it charges later. Negative: to the account's favor. */
export interface Correction {
  readonly item: 'Refund' | 'Adjustment';
  readonly resource: BilledResource;
  readonly subscription: boolean;
  readonly currency: string;
  /** In millionths. */
  readonly micros: bigint;
  /** When it is made. */
  readonly madeMs: EpochMs;
  /** The time that it is about. */
  readonly aboutMs: EpochMs;
}

/** How a subscription goes on when it ends, as the billing API says it. */
export type RenewStatus = 'AutoRenewal' | 'ManualRenewal' | 'NotRenewal';

/** What the bills of an account are made of besides its orders. */
export class BillingLedger {
  /** What was given back or charged later; whoever plays the vendor adds to it. */
  readonly corrections: Correction[] = [];
  /** Resources that renew themselves, or never, by id; all others are renewed by hand. Nothing in this world renews by itself. */
  readonly renewStatus = new Map<string, RenewStatus>();
  readonly #meters = new Map<string, Meter>();

  /** All meters, in the order in which they first counted. */
  get meters(): Iterable<Meter> {
    return this.#meters.values();
  }

  /** The meter of a place, made when it is new. */
  meter(place: MeterPlace): Meter {
    const key = `${place.resource.id} ${place.part}`;
    let meter = this.#meters.get(key);
    if (!meter) {
      meter = new Meter(place);
      this.#meters.set(key, meter);
    }
    return meter;
  }
}
