import * as z from 'zod/mini';
import { explainIssues } from './front/issues.ts';
import { hash32, RandomStream } from './world/random.ts';

const count = z.int().check(z.minimum(0));
const status = z.int().check(z.minimum(200), z.maximum(599));

/** What every fault says: which calls it meets, and how often. */
const reach = {
  /** Operation, or `*` for all of the service; of the OSS beside it one such as `oss:PutObject`, or `oss:*`. */
  action: z.string().check(z.minLength(1)),
  /** Only calls of this kind. */
  access: z.optional(z.literal(['read', 'write'])),
  /** Only calls of this account. */
  account: z.optional(z.string()),
  /** Only calls that need this permission of RAM, e.g. `appstreaming:ModifyAppInstanceGroupAttribute`. */
  ram: z.optional(z.string()),
  /** Matching calls that pass before the fault begins. Default 0. */
  skip: z.optional(count),
  /** Calls that it meets before it is used up. Default 1; with `probability`, or as `always`, without end. */
  times: z.optional(z.union([count, z.literal('always')])),
  /** Chance to strike, 0 to 1, from a stream of the simulator's seed. Default: certain. */
  probability: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
};

const execute = z.optional(z.boolean());

/** Every kind of fault with its settings. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Refuses before anything ran. Default: 500 `InternalError`. */
  z.strictObject({
    ...reach,
    kind: z.literal('fail'),
    httpStatus: z.optional(status),
    code: z.optional(z.string()),
    message: z.optional(z.string()),
  }),
  /** Answers HTTP 200 with a failure `Code` in the body; nothing ran. */
  z.strictObject({ ...reach, kind: z.literal('body-code'), code: z.string(), message: z.optional(z.string()) }),
  /** Throttles. Default: 400 `Throttling.User`, no header. `retryAfterMs` sends x-acs-retry-after, `retryAfterSeconds` Retry-After. */
  z.strictObject({
    ...reach,
    kind: z.literal('throttle'),
    httpStatus: z.optional(status),
    code: z.optional(z.string()),
    retryAfterMs: z.optional(count),
    retryAfterSeconds: z.optional(count),
  }),
  /** RAM refuses: 403 `NoPermission` with AccessDeniedDetail. */
  z.strictObject({ ...reach, kind: z.literal('deny') }),
  /** The connection ends; nothing ran. */
  z.strictObject({ ...reach, kind: z.literal('drop') }),
  /** The operation runs, then the connection ends without an answer. */
  z.strictObject({ ...reach, kind: z.literal('lose-answer') }),
  /**
   * The request is held, runs and is answered if the caller still listens. It runs when the caller has gone (default), when the
   * world has moved on by `worldMs`, or after `realMs` of real time, whichever comes first.
   */
  z.strictObject({ ...reach, kind: z.literal('delay'), worldMs: z.optional(count), realMs: z.optional(count) }),
  /** A proxy's page. Default: 503; `execute` runs the operation all the same. */
  z.strictObject({ ...reach, kind: z.literal('html'), httpStatus: z.optional(status), execute }),
  /** A redirect, as STS answers when it throttles. Default: 302; nothing ran. */
  z.strictObject({ ...reach, kind: z.literal('redirect'), httpStatus: z.optional(status), location: z.optional(z.string()) }),
  /** The answer announces its length and ends after `keepBytes`. Default: half. `execute` default true. */
  z.strictObject({ ...reach, kind: z.literal('cut-body'), keepBytes: z.optional(count), execute }),
  /** The answer is not JSON. `execute` default true. */
  z.strictObject({ ...reach, kind: z.literal('malformed'), execute }),
  /** The answer has no body. `execute` default true. */
  z.strictObject({ ...reach, kind: z.literal('empty'), execute }),
  /** A read answers what it answered to the same input at least `ageMs` of world time ago (default 0: whatever came last). */
  z.strictObject({ ...reach, kind: z.literal('stale'), ageMs: z.optional(count) }),
  /** A read shows no write of the last `seconds` of world time: it answers what it answered before. */
  z.strictObject({ ...reach, kind: z.literal('late'), seconds: z.int().check(z.minimum(1), z.maximum(3_600)) }),
  /**
   * The list has moved between pages: from page 2 on, the window is `rows` rows later (rows were removed ahead) or, when
   * negative, earlier (rows were added). Default -1.
   */
  z.strictObject({ ...reach, kind: z.literal('shifted-page'), rows: z.optional(z.int()) }),
]);

/** A fault as scripts, scenarios and the control API write it. */
export type Fault = z.infer<typeof faultSchema>;

/** A call as the fault plan sees it. */
export interface FaultTarget {
  readonly action: string;
  readonly access: 'read' | 'write';
  readonly accountId: string;
  readonly ramAction: string;
}

/** A fault in force. */
export interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  /** Calls it has met so far. */
  readonly struck: number;
  /** False once it is used up. */
  readonly live: boolean;
}

/** Raised for a fault that cannot be read. */
export class FaultError extends Error {
  readonly code = 'InvalidFault';
  constructor(problems: readonly string[]) {
    super(`This fault cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'FaultError';
  }
}

/** Reads a fault. @throws FaultError that lists every problem */
export function parseFault(value: unknown): Fault {
  const result = z.safeParse(faultSchema, value);
  if (!result.success) throw new FaultError(explainIssues(result.error));
  return result.data;
}

interface Slot {
  readonly id: string;
  readonly fault: Fault;
  readonly stream: RandomStream;
  toSkip: number;
  left: number;
  struck: number;
}

/** The faults in force, met in the order in which they were added. */
export class FaultPlan {
  readonly #seed: number;
  #slots: Slot[] = [];
  #added = 0;

  /** `seed` decides where faults with a probability strike. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Adds faults at the end of the list and gives their ids. */
  add(...faults: readonly Fault[]): string[] {
    return faults.map((fault) => {
      this.#added += 1;
      const id = `fault-${this.#added}`;
      const endless = fault.times === 'always' || (fault.times === undefined && fault.probability !== undefined);
      const left = endless ? Number.POSITIVE_INFINITY : ((fault.times as number | undefined) ?? 1);
      const stream = new RandomStream(hash32(`${this.#seed} ${id}`));
      this.#slots.push({ id, fault, stream, toSkip: fault.skip ?? 0, left, struck: 0 });
      return id;
    });
  }

  /** The fault that meets this call, if any; using it up is counted here. */
  next(target: FaultTarget): Fault | undefined {
    for (const slot of this.#slots) {
      if (slot.left <= 0 || !reaches(slot.fault, target)) continue;
      if (slot.toSkip > 0) {
        slot.toSkip -= 1;
        continue;
      }
      if (slot.fault.probability !== undefined && !slot.stream.chance(slot.fault.probability)) continue;
      slot.left -= 1;
      slot.struck += 1;
      return slot.fault;
    }
    return undefined;
  }

  /** True where a fault may ask for old answers, so that they have to be kept. */
  get wantsHistory(): boolean {
    return this.#slots.some(({ fault, left }) => fault.kind === 'stale' && left > 0);
  }

  /** True where a fault lets reads lag behind writes, so that what they showed before has to be kept. */
  get wantsLateReads(): boolean {
    return this.#slots.some(({ fault, left }) => fault.kind === 'late' && left > 0);
  }

  /** All faults, used up or not, in their order. */
  list(): ActiveFault[] {
    return this.#slots.map(({ id, fault, struck, left }) => ({ id, fault, struck, live: left > 0 }));
  }

  /** Takes one fault away; false where there is none of this id. */
  remove(id: string): boolean {
    const before = this.#slots.length;
    this.#slots = this.#slots.filter((slot) => slot.id !== id);
    return this.#slots.length < before;
  }

  /** Takes all faults away. */
  clear(): void {
    this.#slots = [];
  }
}

function reaches(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.action === target.action || fault.action === (target.action.startsWith('oss:') ? 'oss:*' : '*')) &&
    (fault.access === undefined || fault.access === target.access) &&
    (fault.account === undefined || fault.account === target.accountId) &&
    (fault.ram === undefined || fault.ram === target.ramAction)
  );
}
