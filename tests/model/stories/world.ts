import type { ProtocolRules, PurchaseOrder } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { Dimension } from './dimensions.ts';
import type { Family } from './families.ts';
import type { Memory } from './memory.ts';
import { Shelf, textHash } from './shelf.ts';

/** A subscription as the service has it. */
export interface Subscription {
  readonly currency: 'CNY' | 'USD';
  /** What a month costs as usual, in whole units. */
  readonly month: number;
  readonly expiresAtMs: EpochMs;
  /** The expiry before its last change, for reads that lag behind. */
  readonly beforeMs: EpochMs;
  /** How dear it is: 0 as usual, 1 after a rise, -1 after a fall. */
  readonly price: -1 | 0 | 1;
}

/** An order of ours, as the bill has it. */
export interface Order {
  readonly id: string;
  readonly purchase: PurchaseOrder;
  /** Index of the resource. */
  readonly resource: number;
  readonly atMs: EpochMs;
  readonly month: string;
  readonly status: 'paid' | 'unpaid' | 'cancelled' | 'refunded';
}

/** A request of ours that may still be executed. */
export interface Request {
  readonly id: string;
  readonly purchase: PurchaseOrder;
  readonly resource: number;
  /** The sender still waits for the answer. */
  readonly awaited: boolean;
  /** From this instant on it is not executed any more. */
  readonly untilMs: EpochMs;
}

/** What people were told about an expiry, on a channel that delivered. */
export interface Told {
  readonly resource: number;
  readonly expiresAtMs: EpochMs;
  /** Which of the alarms it was; undefined for others. */
  readonly step: string | undefined;
  /** The state that it told of; undefined where it was no alarm. */
  readonly state: string | undefined;
}

/** What an approver means to write down. */
export interface Answer {
  readonly resource: number;
  readonly expiresAtMs: EpochMs;
  readonly verdict: 'approve' | 'refuse';
  readonly by: string;
  readonly micros: bigint;
  /** How many answers the journal had when it was read. */
  readonly hadSeen: number;
  /** Its record, as its writer tried to create it. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** How finely time is cut. `fine`: ticks of five seconds around deadlines. `coarse`: right after them. */
export type Grain = 'fine' | 'coarse';

/** What a story may be made of. */
export interface Setup {
  readonly grain: Grain;
  readonly rules: ProtocolRules;
  /** The dimensions in which something goes wrong. Default: all. */
  readonly only?: readonly Dimension[] | undefined;
}

/** What happened, newest first. */
export interface Trace {
  readonly what: string;
  readonly before: Trace | undefined;
}

/** One world of a story. Copied where the story branches. */
export class World {
  readonly family: Family;
  nowMs: EpochMs;
  readonly shelf: Shelf;
  readonly subscriptions: Subscription[];
  readonly orders: Order[];
  readonly requests: Request[];
  readonly told: Told[];
  /** Also those that never came to stand in the journal. */
  readonly answers: Answer[];
  /** Expiries for which a person wanted one more order after a refund, as `<resource>@<expiry>`, once for each time. */
  readonly slots: string[];
  /** Expiries that a run has seen in their last day and ended well: somebody must have been told of those. */
  readonly witnessed: Set<string>;
  /** Ids of messages of which a run that ended well says that somebody will have them. */
  readonly owed: Set<string>;
  /** Ids of messages about orders that somebody has. */
  readonly delivered: Set<string>;
  readonly setup: Setup;
  readonly memory: Memory;
  /** How much may still go wrong. */
  left: number;
  /** When something went wrong last. */
  troubledMs: EpochMs;
  /** Runs that ended well and began over an hour after that. */
  fairRuns: number;
  trace: Trace | undefined;

  constructor(family: Family, setup: Setup, memory: Memory) {
    this.family = family;
    this.setup = setup;
    this.memory = memory;
    this.nowMs = family.startMs;
    this.shelf = new Shelf(memory.records);
    this.subscriptions = family.resources.map(({ currency, month, expiresAtMs }) => ({
      currency,
      month,
      expiresAtMs,
      beforeMs: expiresAtMs,
      price: 0,
    }));
    this.orders = [];
    this.requests = [];
    this.told = [];
    this.answers = [];
    this.slots = [];
    this.witnessed = new Set();
    this.owed = new Set();
    this.delivered = new Set();
    this.left = 0;
    this.troubledMs = 0;
    this.fairRuns = 0;
  }

  copy(): World {
    const copy = Object.create(World.prototype) as { -readonly [K in keyof World]: World[K] };
    copy.family = this.family;
    copy.nowMs = this.nowMs;
    copy.shelf = this.shelf.copy();
    copy.subscriptions = [...this.subscriptions];
    copy.orders = [...this.orders];
    copy.requests = [...this.requests];
    copy.told = [...this.told];
    copy.answers = [...this.answers];
    copy.slots = [...this.slots];
    copy.witnessed = new Set(this.witnessed);
    copy.owed = new Set(this.owed);
    copy.delivered = new Set(this.delivered);
    copy.setup = this.setup;
    copy.memory = this.memory;
    copy.left = this.left;
    copy.troubledMs = this.troubledMs;
    copy.fairRuns = this.fairRuns;
    copy.trace = this.trace;
    return copy;
  }

  note(what: string): void {
    this.trace = { what, before: this.trace };
  }

  /** True where something may still go wrong. */
  may(dimension: Dimension): boolean {
    return this.left > 0 && this.setup.only?.includes(dimension) !== false;
  }

  spend(): void {
    this.left -= 1;
    this.troubledMs = this.nowMs;
    this.fairRuns = 0;
  }

  /** Writes the world as numbers, equal for worlds from which the same can follow, and gives how many they are. */
  encode(words: Int32Array): number {
    let length = 0;
    const put = (word: number): void => {
      words[length++] = word | 0;
    };
    put(this.nowMs / 1000);
    put(this.left);
    put(Math.min(this.fairRuns, 2));
    put(this.fairRuns > 1 ? 0 : this.troubledMs / 1000);
    this.shelf.hash.forEach(put);
    put(this.shelf.size);
    for (const key of [...this.shelf.late.keys()].sort()) put(textHash(key));
    for (const { expiresAtMs, beforeMs, price } of this.subscriptions) {
      put(expiresAtMs / 1000);
      put(beforeMs / 1000);
      put(price);
    }
    const texts = [
      // How old an order is matters to who asks billing for it.
      ...this.orders.map(({ id, status, atMs }) => (this.family.billed ? `${id} ${status} ${atMs}` : `${id} ${status}`)),
      ...this.requests.map(({ id, untilMs }) => `${id} ${untilMs}`),
      ...this.told.map(({ resource, expiresAtMs, step, state }, place) => `${place} ${resource} ${expiresAtMs} ${step} ${state}`),
      ...[...this.owed].map((id) => `owed ${id}`),
      ...[...this.delivered].map((id) => `has ${id}`),
      ...this.answers.map(({ key, verdict, hadSeen }) => `${key} ${verdict} ${hadSeen}`),
      ...this.slots,
      ...[...this.witnessed].map((each) => `seen ${each}`),
    ];
    for (const text of texts.sort()) put(textHash(text));
    return length;
  }
}

/** How often something is in a list. */
export function countOf(list: readonly string[], wanted: string): number {
  return list.filter((each) => each === wanted).length;
}
