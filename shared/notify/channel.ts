import type { Message } from './message.ts';

/** What became of a message: `delivered` only where the receiver itself said so. `because` is fit for logs: no address, no secret. */
export type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly because: string };

/** A way to tell people. */
export interface Channel {
  /** What kind of channel it is, as the policy spells it; `dead` for one that cannot be used as it is set up. */
  readonly kind: string;
  /** Delivers one message; never throws and never waits longer than a few seconds. */
  send(message: Message): Promise<Delivery>;
}

/** A message that was delivered. */
export const delivered: Delivery = { delivered: true };

/** A message that was not delivered, and why. */
export function undelivered(because: string): Delivery {
  return { delivered: false, because };
}

/** A channel that delivers nothing and always says why: people learn of it from the report of each run that would have used it. */
export function deadChannel(because: string): Channel {
  return { kind: 'dead', send: async () => undelivered(because) };
}
