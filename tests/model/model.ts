import { sendTimeoutMs } from '../../shared/engine/purchase/renew.ts';
import { parseRecord } from '../../shared/journal/record.ts';
import { parseRenewalKey, renewalKey } from '../../shared/journal/renewal-key.ts';
import { type Configuration, type Setting, settingOf, tickMs } from './configuration.ts';
import { FaultBudget } from './fault-budget.ts';
import { monthOf } from './policy.ts';
import { type ModelEffect, type Position, ProcessTree } from './process-tree.ts';
import { Records, withNumber } from './records.ts';
import { Scene } from './scene.ts';
import type { Process, State } from './state.ts';

/** Takes each state that can follow, with what happened. The texts are constants, so that nothing is built for states known already. */
export type Emit = (next: State, what: string, process: number) => void;

/** An effect with all numbers that performing it needs, worked out once per position. */
export interface Prepared {
  readonly effect: ModelEffect;
  /** Of a create. */
  readonly record: number;
  /** Of a read. */
  readonly keys: readonly number[];
  /** Of an order or a read of the service. */
  readonly resource: number;
  /** Of an order. */
  readonly expiry: number;
  /** Of an order: the date of its signature at the latest, by its sender's clock. */
  readonly signedMs: number;
}

/** A claim in the store of the model. */
export interface ModelClaim {
  /** Number of the run that made it. */
  readonly process: number;
  readonly resource: number;
  readonly n: number;
  /** Number of the key of its end. */
  readonly endKey: number;
}

/** One world to be explored: its processes' code, its records and its faults. */
export class Model {
  readonly configuration: Configuration;
  readonly setting: Setting;
  /** The month of each instant, as policy and bill count it. */
  readonly months: readonly string[];
  readonly scene: Scene;
  readonly tree = new ProcessTree();
  readonly records = new Records();
  readonly faults: FaultBudget;
  readonly #prepared: Prepared[] = [];
  readonly #claims = new Map<number, ModelClaim | undefined>();

  constructor(configuration: Configuration) {
    this.configuration = configuration;
    this.setting = settingOf(configuration);
    this.months = this.setting.instants.map(monthOf);
    this.scene = new Scene(configuration, this.setting);
    this.faults = new FaultBudget(configuration);
  }

  /** The first run begins; nothing else has happened yet. Which of two runs begins first is only a matter of their names. */
  initial(): readonly State[] {
    const { resources } = this.setting;
    const expiry = new Array<number>(resources).fill(0);
    const before: State = {
      instant: 0,
      expiry,
      before: expiry,
      orders: [],
      requests: [],
      told: [],
      silent: [],
      slots: [],
      store: this.records.shelf([]),
      late: [],
      left: this.faults.initial,
      processes: [],
    };
    return this.setting.skews.map((skew) => this.started(before, 0, skew, expiry));
  }

  /** The state in which a run has begun, having observed these expiries. */
  started(state: State, index: number, skew: number, seen: readonly number[]): State {
    const nowMs = this.nowMs(state) + skew * tickMs;
    const position = this.tree.root(`run ${index} ${nowMs} ${seen}`, `token-${index}`, this.scene.run(index, nowMs, seen));
    const alarms = this.scene.alarms(nowMs, seen);
    const process: Process = { position, kind: 'run', skew, alarms, sending: false, partial: undefined };
    return this.#pastAlarm({ ...state, processes: [...state.processes, process] }, index, position);
  }

  /**
   * Alarms are no step of their own: nobody asks who was told but the invariant, which looks at runs that have ended, and a run that dies
   * right before its alarm is one that never began.
   */
  #pastAlarm(state: State, index: number, position: Position): State {
    if (position.offer.type !== 'asks' || position.offer.effect.type !== 'alarm') return state;
    const told = (state.processes[index] as Process).alarms.reduce(withNumber, state.told);
    return this.moved({ ...state, told }, index, this.tree.step(position, 'told', { value: undefined }));
  }

  /** The present instant, epoch milliseconds. */
  nowMs(state: State): number {
    return this.setting.instants[state.instant] as number;
  }

  /** The claim that a record is; undefined for other records. */
  claimOf(id: number): ModelClaim | undefined {
    if (!this.#claims.has(id)) this.#claims.set(id, this.#readClaim(id));
    return this.#claims.get(id);
  }

  #readClaim(id: number): ModelClaim | undefined {
    const { key, bytes } = this.records.get(id);
    const place = parseRenewalKey(key);
    if (place?.part !== 'claim') return undefined;
    const { kind, owner } = parseRecord(key, bytes);
    if (kind !== 'claim') return undefined;
    const endKey = this.records.keyId(renewalKey(place.stream, place.n, 'end'));
    return { process: Number(owner.slice('run-'.length)), resource: resourceNumber(place.resourceId), n: place.n, endKey };
  }

  prepare(position: Position): Prepared {
    const known = this.#prepared[position.id];
    if (known) return known;
    if (position.offer.type !== 'asks') throw new Error('A process that has ended asks for nothing.');
    const prepared = this.#prepareEffect(position.offer.effect);
    this.#prepared[position.id] = prepared;
    return prepared;
  }

  #prepareEffect(effect: ModelEffect): Prepared {
    const none = { effect, record: 0, keys: [], resource: 0, expiry: 0, signedMs: 0 };
    switch (effect.type) {
      case 'store-create':
        return { ...none, record: this.records.id(effect.key, effect.bytes) };
      case 'store-read':
        return { ...none, keys: effect.keys.map((key) => this.records.keyId(key)) };
      case 'reread':
        return { ...none, resource: resourceNumber(effect.resource.id) };
      case 'send': {
        const resource = resourceNumber(effect.wish.resource.id);
        return { ...none, resource, expiry: this.scene.expiryOf(resource, effect.wish.expiresAtMs), signedMs: effect.byMs - sendTimeoutMs };
      }
      default:
        return none;
    }
  }

  /** The state in which a process has gone on to a position, or has ended. */
  moved(state: State, index: number, position: Position): State {
    const before = state.processes[index] as Process;
    const ended = position.offer.type === 'ended';
    const { kind, skew, alarms } = before;
    const processes = state.processes.slice();
    processes[index] = { position: ended ? undefined : position, kind, skew, alarms, sending: false, partial: undefined };
    const next = { ...state, processes };
    if (!ended) return this.#pastAlarm(next, index, position);
    return before.kind === 'run' ? withSilence(next, alarms) : next;
  }
}

/** Notes of what a run has ended without telling. */
function withSilence(state: State, alarms: readonly number[]): State {
  const untold = alarms.filter((each) => !state.told.includes(each));
  return untold.length === 0 ? state : { ...state, silent: untold.reduce(withNumber, state.silent) };
}

/** Number of a resource by its id, `r0` or `r1`. */
function resourceNumber(id: string): number {
  return Number(id.slice(1, 2));
}
