import { randomUUID } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import type { Call, CallResult, DeliveryEvent, DeployedFunction, Message } from './deployed.ts';

/** The time in which messages travel: that of a world, or one of its own. */
interface VirtualTime {
  readonly nowMs: EpochMs;
  /** Moves on; an instant that has passed already changes nothing. */
  advanceTo(toMs: EpochMs): void;
}

/** How messages travel. */
export interface DeliveryOptions {
  readonly time: VirtualTime;
  readonly functions: readonly DeployedFunction[];
  /**
   * When each copy of a message arrives first, in milliseconds after it was taken: several for duplicates, long ones for late delivery, and different
   * ones for messages that overtake each other. Default: one, at once.
   */
  readonly arrivals?: ((message: Message) => readonly number[]) | undefined;
}

/** Throttled messages come back after this, doubled each time (Function Compute facts, delivery). */
const firstBackoffMs = 500;
/** For so long throttled messages are tried (Function Compute facts, delivery). */
const throttledForMs = 5 * 3_600_000;
/** The longest back-off is not documented; it stays below what a day's run would notice. */
const longestBackoffMs = 3_600_000;
/** How long after a failure an execution is repeated is not documented. */
const errorRetryMs = 1000;

const defaultAttempts = 3;
const defaultAgeMs = 86_400_000;
const defaultTakesMs = 1000;

interface Copy {
  readonly message: Message;
  attempt: number;
  throttles: number;
  throttledSinceMs: EpochMs | undefined;
}

/**
 * The asynchronous queue of Function Compute as far as it is known: at least once, task ids once, throttling with back-off for hours, failures
 * repeated, old messages dropped. Nothing happens until its time is moved on.
 */
export class Delivery {
  /** All that happened, oldest first. */
  readonly events: DeliveryEvent[] = [];
  readonly #options: DeliveryOptions;
  readonly #queue = new WorkQueue();
  readonly #functions: ReadonlyMap<string, DeployedFunction>;
  readonly #running = new Map<string, number>();
  readonly #taskIds = new Set<string>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#functions = new Map(options.functions.map((each) => [each.name, each]));
  }

  /** Work that waits or is under way. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** True where a function of this name is deployed. */
  has(functionName: string): boolean {
    return this.#functions.has(functionName);
  }

  /** How often something happened. `functionName` narrows it. */
  count(kind: DeliveryEvent['kind'], functionName?: string): number {
    return this.events.filter((event) => event.kind === kind && (functionName === undefined || event.functionName === functionName)).length;
  }

  /**
   * Takes a message, as an asynchronous invocation or a trigger brings it. A task id that was there before is not taken again; how long the
   * platform remembers one is not documented: here for good. @throws RangeError for a function that is not deployed
   */
  enqueue(functionName: string, payload: Uint8Array, taskId?: string): { readonly taken: boolean; readonly requestId: string } {
    const requestId = randomUUID();
    if (!this.has(functionName)) throw new RangeError(`There is no function ${functionName}; deploy it first.`);
    if (taskId !== undefined) {
      const key = `${functionName}/${taskId}`;
      if (this.#taskIds.has(key)) {
        this.#note('duplicate-task', functionName, requestId);
        return { taken: false, requestId };
      }
      this.#taskIds.add(key);
    }
    const { time, arrivals } = this.#options;
    const message: Message = { functionName, requestId, payload, taskId, enqueuedAtMs: time.nowMs };
    this.#note('accepted', functionName, requestId);
    for (const delayMs of arrivals?.(message) ?? [0]) {
      const copy: Copy = { message, attempt: 1, throttles: 0, throttledSinceMs: undefined };
      this.#queue.push(time.nowMs + delayMs, () => this.#arrive(copy));
    }
    return { taken: true, requestId };
  }

  /** Runs a function at once, as a synchronous invocation does: never repeated. Undefined where it is throttled. */
  async invokeNow(
    functionName: string,
    payload: Uint8Array,
  ): Promise<{ readonly requestId: string; readonly result: CallResult } | undefined> {
    const deployed = this.#functions.get(functionName);
    const requestId = randomUUID();
    if (!deployed) throw new RangeError(`There is no function ${functionName}; deploy it first.`);
    if (!this.#enter(deployed)) {
      this.#note('throttled', functionName, requestId);
      return undefined;
    }
    this.#note('started', functionName, requestId);
    const result = await deployed.call({ requestId, payload, atMs: this.#options.time.nowMs, attempt: 1 });
    this.#leave(deployed);
    this.#note(result.ok ? 'done' : 'error', functionName, requestId);
    return { requestId, result };
  }

  /** Moves time on to `toMs`, and does all that is due on the way. What runs at once in virtual time runs at once for real. */
  async advanceTo(toMs: EpochMs): Promise<void> {
    const { time } = this.#options;
    for (let next = this.#queue.take(toMs); next; next = this.#queue.take(toMs)) {
      if (next.atMs > time.nowMs) time.advanceTo(next.atMs);
      await next.work();
    }
    if (toMs > time.nowMs) time.advanceTo(toMs);
  }

  /** Moves time on until nothing waits any more. @throws RangeError when that is not so after `withinMs` of virtual time */
  async settle(withinMs = 7 * 86_400_000): Promise<void> {
    const limitMs = this.#options.time.nowMs + withinMs;
    for (let nextMs = this.#queue.nextMs; nextMs !== undefined; nextMs = this.#queue.nextMs) {
      if (nextMs > limitMs) throw new RangeError(`${this.waiting} messages still wait after ${withinMs} ms.`);
      await this.advanceTo(Math.max(nextMs, this.#options.time.nowMs));
    }
  }

  #arrive(copy: Copy): void {
    const { message } = copy;
    const { functionName, enqueuedAtMs, requestId } = message;
    const deployed = this.#functions.get(functionName) as DeployedFunction;
    const { nowMs } = this.#options.time;
    if (nowMs - enqueuedAtMs > (deployed.maxAsyncEventAgeMs ?? defaultAgeMs)) {
      this.#note('too-old', functionName, requestId);
      return;
    }
    if (!this.#enter(deployed)) {
      this.#note('throttled', functionName, requestId);
      copy.throttledSinceMs ??= nowMs;
      const backoffMs = Math.min(firstBackoffMs * 2 ** copy.throttles++, longestBackoffMs);
      if (nowMs + backoffMs - copy.throttledSinceMs > throttledForMs) this.#giveUp(deployed, copy, throttledError);
      else this.#queue.push(nowMs + backoffMs, () => this.#arrive(copy));
      return;
    }
    this.#note('started', functionName, requestId);
    const call: Call = { requestId, payload: message.payload, atMs: nowMs, attempt: copy.attempt };
    const underWay = deployed.call(call);
    this.#queue.push(nowMs + (deployed.takesMs ?? defaultTakesMs), async () => this.#end(deployed, copy, await underWay));
  }

  #end(deployed: DeployedFunction, copy: Copy, result: CallResult): void {
    this.#leave(deployed);
    const { requestId } = copy.message;
    this.#note(result.ok ? 'done' : 'error', deployed.name, requestId);
    if (result.ok) return;
    if (copy.attempt > (deployed.maxAsyncRetryAttempts ?? defaultAttempts)) {
      this.#giveUp(deployed, copy, result.error);
      return;
    }
    copy.attempt += 1;
    copy.throttles = 0;
    copy.throttledSinceMs = undefined;
    this.#queue.push(this.#options.time.nowMs + errorRetryMs, () => this.#arrive(copy));
  }

  #giveUp(deployed: DeployedFunction, { message, attempt }: Copy, error: { readonly errorMessage: string }): void {
    this.#note('given-up', deployed.name, message.requestId);
    if (deployed.onFailure === undefined) return;
    this.enqueue(deployed.onFailure, failureNotice(message, { attempts: attempt, error, atMs: this.#options.time.nowMs }));
  }

  #enter({ name, reservedConcurrency }: DeployedFunction): boolean {
    const running = this.#running.get(name) ?? 0;
    if (running >= (reservedConcurrency ?? Number.POSITIVE_INFINITY)) return false;
    this.#running.set(name, running + 1);
    return true;
  }

  #leave({ name }: DeployedFunction): void {
    this.#running.set(name, (this.#running.get(name) ?? 1) - 1);
  }

  #note(kind: DeliveryEvent['kind'], functionName: string, requestId: string): void {
    this.events.push({ atMs: this.#options.time.nowMs, kind, functionName, requestId });
  }
}

const throttledError = { errorMessage: 'The function was throttled for too long.', errorType: 'ResourceThrottled' };

/** What a failure destination receives (Function Compute facts, async destinations). */
function failureNotice(
  { requestId, functionName, payload }: Message,
  { attempts, error, atMs }: { readonly attempts: number; readonly error: object; readonly atMs: EpochMs },
): Uint8Array {
  const notice = {
    timestamp: atMs,
    requestContext: {
      requestId,
      functionArn: `acs:fc:cn-hangzhou:0000000000000000:functions/${functionName}`,
      condition: 'UnhandledInvocationError',
      approximateInvokeCount: attempts,
    },
    requestPayload: Buffer.from(payload).toString('utf8'),
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
    responsePayload: JSON.stringify(error),
  };
  return Buffer.from(JSON.stringify(notice));
}

/** Something that is due at an instant. */
interface Work {
  readonly atMs: EpochMs;
  /** The order in which it was added, which decides between those of one instant. */
  readonly order: number;
  readonly work: () => void | Promise<void>;
}

/** What is due, earliest first. Short queues: it is searched, not sorted. */
class WorkQueue {
  readonly #waiting = new Set<Work>();
  #order = 0;

  /** How much waits. */
  get size(): number {
    return this.#waiting.size;
  }

  /** When the earliest is due; undefined where nothing waits. */
  get nextMs(): EpochMs | undefined {
    return this.#first()?.atMs;
  }

  /** Adds work. */
  push(atMs: EpochMs, work: Work['work']): void {
    this.#waiting.add({ atMs, order: this.#order++, work });
  }

  /** Takes out the earliest work that is due at or before `untilMs`; undefined when there is none. */
  take(untilMs: EpochMs): Work | undefined {
    const first = this.#first();
    if (!first || first.atMs > untilMs) return undefined;
    this.#waiting.delete(first);
    return first;
  }

  #first(): Work | undefined {
    let first: Work | undefined;
    for (const each of this.#waiting) {
      if (!first || each.atMs < first.atMs || (each.atMs === first.atMs && each.order < first.order)) first = each;
    }
    return first;
  }
}
