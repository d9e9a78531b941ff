import { type Configuration, type Setting, settingOf, tickMs } from './configuration.ts';
import { FaultBudget } from './fault-budget.ts';
import { KnownCode, type Position } from './known-code.ts';
import { monthOf } from './policy.ts';
import type { ProcessTree } from './process-tree.ts';
import { type Records, withNumber } from './records.ts';
import type { ModelEffect, Scene } from './scene.ts';
import type { Process, State } from './state.ts';

/** Takes each state that can follow, with what happened. The texts are constants, so that nothing is built for states known already. */
export type Emit = (next: State, what: string, process: number) => void;

/** One world to be explored: its processes' code, its records and its faults. */
export class Model {
  readonly configuration: Configuration;
  readonly setting: Setting;
  /** The month of each instant, as policy and bill count it. */
  readonly months: readonly string[];
  readonly code: KnownCode;
  readonly scene: Scene;
  readonly tree: ProcessTree<ModelEffect>;
  readonly records: Records;
  readonly faults: FaultBudget;

  constructor(configuration: Configuration) {
    this.configuration = configuration;
    this.setting = settingOf(configuration);
    this.months = this.setting.instants.map(monthOf);
    this.code = KnownCode.of(configuration, this.setting);
    this.scene = this.code.scene;
    this.tree = this.code.tree;
    this.records = this.code.records;
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
    const position = this.tree.root(`run ${index} ${nowMs} ${seen}`, this.scene.run(index, nowMs, seen));
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
