import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { type Assumptions, type AssumptionValue, resolveAssumptions } from '../assumptions.ts';
import { Account } from './account.ts';
import { WorldClock } from './clock.ts';
import { hash32, idText, Random, RandomStream } from './random.ts';

/** What a new world needs. */
export interface WorldOptions {
  /** The world's first instant. */
  readonly startMs: EpochMs;
  /** Names the world. Default: a new name, so that a world that begins anew does not get the journal of the one before. */
  readonly id?: string;
  /** Seed of all random streams. Default 1. */
  readonly seed?: number;
  /** Switches that differ from their defaults. */
  readonly assumptions?: Readonly<Record<string, AssumptionValue>>;
  /** Hears of each switch that is looked at. A switch that never is cannot change what happens. */
  readonly onLookedAt?: (name: string) => void;
}

/** The simulated service: accounts, and the time in which things happen to them. */
export class World {
  /** Names this world, so that state kept beside it belongs to it alone. */
  readonly id: string;
  readonly startMs: EpochMs;
  readonly clock: WorldClock;
  readonly random: Random;
  readonly assumptions: Assumptions;
  /** Accounts by number. */
  readonly accounts = new Map<string, Account>();
  /** Machine types of which no more nodes can be bought. */
  readonly outOfStock = new Set<string>();
  readonly #seed: number;
  readonly #requests: RandomStream;
  #serial = 0;

  /** @throws RangeError when an assumption is not known */
  constructor(options: WorldOptions) {
    this.#seed = options.seed ?? 1;
    this.startMs = options.startMs;
    this.clock = new WorldClock(options.startMs);
    this.random = new Random(this.#seed);
    this.assumptions = watched(resolveAssumptions(options.assumptions), options.onLookedAt);
    this.#requests = new RandomStream(hash32(`requests ${this.#seed}`));
    this.id = options.id ?? `world-${randomBytes(5).toString('hex')}`;
  }

  /** The account with this number, made empty when it is new. */
  account(id: string): Account {
    let account = this.accounts.get(id);
    if (!account) {
      account = new Account(id);
      this.accounts.set(id, account);
    }
    return account;
  }

  /** Brings the node times in all statistics up to the present instant; between such calls they lag behind. */
  settleStatistics(): void {
    for (const account of this.accounts.values()) {
      for (const group of account.groupList) for (const pool of group.pools) pool.settle(this.clock.nowMs);
      for (const workstation of account.workstations.values()) workstation.settle(this.clock.nowMs);
    }
  }

  /** A new identifier such as `aig-4p5f8tj16yb8b`, never given twice. */
  newId(prefix: string): string {
    this.#serial += 1;
    return `${prefix}-${idText(`${this.#seed} ${prefix} ${this.#serial}`)}`;
  }

  /** A new request id in the service's shape: a UUID in capitals. */
  newRequestId(): string {
    const word = () => this.#requests.integer(0, 0xffff).toString(16).padStart(4, '0');
    const variant = this.#requests.integer(8, 11).toString(16);
    return `${word()}${word()}-${word()}-4${word().slice(1)}-${variant}${word().slice(1)}-${word()}${word()}${word()}`.toUpperCase();
  }
}

/** The switches, each look at one of them told. */
function watched(assumptions: Assumptions, onLookedAt: WorldOptions['onLookedAt']): Assumptions {
  if (!onLookedAt) return assumptions;
  return new Proxy(assumptions, {
    get(switches, name) {
      if (typeof name === 'string') onLookedAt(name);
      return Reflect.get(switches, name);
    },
  });
}
