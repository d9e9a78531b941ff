import type { EpochMs } from '../shared/client/clock.ts';
import type { Account } from './world/account.ts';
import type { World } from './world/world.ts';

/** What a handler knows besides its input. */
export interface HandlerContext {
  readonly world: World;
  readonly account: Account;
  readonly requestId: string;
  /** The world's time at which the operation executes. */
  readonly nowMs: EpochMs;
}

/** One operation of the simulated service: reads and changes the world, returns the answer without RequestId. */
// biome-ignore lint/suspicious/noExplicitAny: each handler narrows its own input; the front has validated it against the operation table.
export type Handler = (input: any, context: HandlerContext) => Record<string, unknown>;

/** Refuses a call with an HTTP error in the service's shape. */
export class ServiceFault extends Error {
  readonly code: string;
  readonly httpStatus: number;
  constructor(code: string, message: string, httpStatus = 400) {
    super(message);
    this.name = 'ServiceFault';
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

/** Refuses a call with HTTP 200 and a failure `Code` in the body, as twelve operations can. */
export class BodyFault extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'BodyFault';
    this.code = code;
  }
}
