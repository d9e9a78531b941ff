import type { Message } from './message.ts';

/** Why a receiver did not take a message. Fit for logs: no address, no secret, no word of the answer. */
export interface Refusal {
  readonly because: string;
  /** Set where it was told too fast: it takes messages again after this long, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What became of a message: `delivered` only where the receiver itself said so. */
export type Delivery = { readonly delivered: true } | ({ readonly delivered: false } & Refusal);

/** A way to tell people. */
export interface Channel {
  /** What kind of channel it is, as the policy spells it; `dead` for one that cannot be used as it is set up. */
  readonly kind: string;
  /** Delivers one message; never throws and never waits longer than a few seconds. */
  send(message: Message): Promise<Delivery>;
}

/** A message that was delivered. */
export const delivered: Delivery = { delivered: true };

/** A message that was not delivered, and why. `retryAfterMs`: see `Refusal`. */
export function undelivered(because: string, retryAfterMs?: number): Delivery & { readonly delivered: false } {
  return { delivered: false, because, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** A channel that delivers nothing and always says why: people learn of it from the report of each run that would have used it. */
export function deadChannel(because: string): Channel {
  return { kind: 'dead', send: async () => undelivered(because) };
}
