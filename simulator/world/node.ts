import type { EpochMs } from '../../shared/client/clock.ts';
import { idText } from './random.ts';
import type { ChargeSeed } from './seed.ts';
import type { SessionEntity } from './session.ts';

/** `booting` and `ready` nodes are there to stay; `draining` takes no new sessions; `stopping` is on its way out. */
export type NodeState = 'booting' | 'ready' | 'draining' | 'stopping';

/** An app instance: room for one session on a node. */
export interface Instance {
  readonly id: string;
  readonly node: NodeEntity;
  readonly createdMs: EpochMs;
  modifiedMs: EpochMs;
  session: SessionEntity | undefined;
  /** Until when it is wiped and takes no session. */
  resettingUntilMs: EpochMs;
  /** True from the moment its deletion was triggered. */
  deleting: boolean;
}

/** A machine of a node pool. */
export class NodeEntity {
  readonly #poolId: string;
  readonly #serial: number;
  readonly createdMs: EpochMs;
  /** When it can take sessions. */
  readyMs: EpochMs;
  state: NodeState;
  charge: ChargeSeed;
  /** Sessions on it. */
  used = 0;
  /** Since when no session has been on it. */
  idleSinceMs: EpochMs;
  #instances: Instance[] | undefined;
  #generation = 0;

  constructor(poolId: string, serial: number, charge: ChargeSeed, createdMs: EpochMs, readyMs: EpochMs) {
    this.#poolId = poolId;
    this.#serial = serial;
    this.charge = charge;
    this.createdMs = createdMs;
    this.readyMs = readyMs;
    this.idleSinceMs = readyMs;
    this.state = readyMs > createdMs ? 'booting' : 'ready';
  }

  /** Identifier such as `i-1x7k…`. */
  get id(): string {
    return `i-${idText(`${this.#poolId} node ${this.#serial}`)}`;
  }

  /** Its app instances, made when first looked at. */
  instances(capacity: number): Instance[] {
    this.#instances ??= [];
    while (this.#instances.length < capacity) this.#instances.push(this.#newInstance(this.createdMs));
    return this.#instances;
  }

  /** Puts a fresh app instance in the place of a deleted one. */
  replaceInstance(instance: Instance, nowMs: EpochMs): void {
    const place = this.#instances?.indexOf(instance) ?? -1;
    if (place >= 0) this.#instances?.splice(place, 1, this.#newInstance(nowMs));
  }

  #newInstance(createdMs: EpochMs): Instance {
    const id = `ai-${idText(`${this.#poolId} node ${this.#serial} instance ${this.#generation++}`)}`;
    return { id, node: this, createdMs, modifiedMs: createdMs, session: undefined, resettingUntilMs: 0, deleting: false };
  }
}
