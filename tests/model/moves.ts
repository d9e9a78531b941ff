import { beginnings } from './beginnings.ts';
import { billingMoves } from './billing-moves.ts';
import { tickMs } from './configuration.ts';
import type { Position } from './known-code.ts';
import { isOrderNoticed } from './late-orders.ts';
import type { Emit, Model } from './model.ts';
import { peopleMoves } from './people-moves.ts';
import { lateMoves, rereadMoves, sendMoves } from './service-moves.ts';
import type { Process, State } from './state.ts';
import { latePuts, storeMoves } from './store-moves.ts';
import { laterMoments } from './time.ts';

/**
 * All that can happen next: a step of any process, a fault, an act of people. Time passes when somebody looks at a clock. Where a process is
 * about to do what nothing else can change or notice, its steps alone are enough: whatever happens first commutes with them.
 */
export function moves(model: Model, state: State, emit: Emit): void {
  const { plain } = model.setting;
  const settled = plain ? -1 : state.processes.findIndex(({ position }) => position && isSettled(model, state, position));
  if (settled >= 0) {
    // A run that dies right before such a step leaves what one leaves that dies right after it.
    steps(model, state, settled, emit);
    return;
  }
  for (const [index, { position, kind }] of state.processes.entries()) {
    if (!position) continue;
    if (kind === 'run' && model.faults.may(state.left, 'crash') && isNoticed(model, position))
      emit(crashed(model, state, index), 'dies', index);
    steps(model, state, index, emit);
  }
  beginnings(model, state, emit);
  if (plain || isOrderNoticed(model, state)) lateMoves(model, state, emit);
  latePuts(model, state, emit);
  peopleMoves(model, state, emit);
}

/**
 * The state after all steps that nothing else can change or notice and that can come out in one way only: those before it need no place of
 * their own. `onStep` is told of each.
 */
export function hurried(model: Model, state: State, onStep?: (before: State, what: string, process: number) => void): State {
  let now = state;
  while (!model.setting.plain) {
    const settled = now.processes.findIndex(({ position }) => position && isSettled(model, now, position));
    if (settled < 0) return now;
    let ways = 0;
    let after = now;
    let told = '';
    steps(model, now, settled, (next, what) => {
      ways += 1;
      after = next;
      told = what;
    });
    if (ways !== 1) return now;
    onStep?.(now, told, settled);
    now = after;
  }
  return now;
}

/**
 * Records never change or go, and the last instant stays: what comes of such a step is the same now and later. A list is a hint that decides
 * only where exact reads begin: it is taken along with the step before, so that it may lag behind what others do after that; one that lags
 * further behind is the fault `stale-list`.
 */
function isSettled(model: Model, state: State, position: Position): boolean {
  const { effect, keys, record } = model.code.prepare(position);
  switch (effect.type) {
    case 'store-read':
      return keys.every((key) => state.store.under(key) !== 0);
    case 'store-create':
      return state.store.under(model.records.get(record).keyId) !== 0;
    case 'store-list':
      return true;
    case 'clock-now':
      return state.instant === model.setting.instants.length - 1;
    default:
      return false;
  }
}

function steps(model: Model, state: State, index: number, emit: Emit): void {
  const position = state.processes[index]?.position as Position;
  const prepared = model.code.prepare(position);
  switch (prepared.effect.type) {
    case 'clock-now':
      readClock(model, state, index, position, emit);
      return;
    case 'reread':
      rereadMoves(model, state, index, position, prepared, emit);
      return;
    case 'read-order':
      billingMoves(model, state, index, position, prepared.effect.question, emit);
      return;
    case 'send':
      sendMoves(model, state, index, position, prepared, emit);
      return;
    case 'alarm':
    case 'random-token':
      throw new Error('These are taken along with the step before.');
    default:
      storeMoves(model, state, index, position, prepared, emit);
  }
}

/**
 * Whether others can notice a step. Who dies while he only looks leaves the world as one who dies right before he next does something, so
 * it is enough that he dies there.
 */
function isNoticed(model: Model, position: Position): boolean {
  const { type } = model.code.prepare(position).effect;
  return type === 'store-create' || type === 'send';
}

/** The process is gone; an order of its own may still be on its way. */
function crashed(model: Model, state: State, index: number): State {
  return {
    ...state,
    left: model.faults.spend(state.left, 'crash'),
    requests: state.requests.map((request) => (request.process === index ? { ...request, awaited: false } : request)),
    processes: state.processes.with(index, {
      ...(state.processes[index] as Process),
      position: undefined,
      sending: false,
      partial: undefined,
    }),
  };
}

/** A process reads its clock; time may have passed since anybody looked last. */
function readClock(model: Model, state: State, index: number, position: Position, emit: Emit): void {
  const { faults, tree } = model;
  const { skew } = state.processes[index] as Process;
  for (const later of laterMoments(model, state)) {
    const nowMs = model.nowMs(later) + skew * tickMs;
    emit(model.moved(later, index, tree.step(position, `${nowMs}`, { value: { nowMs, stopping: false } })), 'reads the clock', index);
    if (!faults.may(state.left, 'stop')) continue;
    const left = faults.spend(state.left, 'stop');
    const told = tree.step(position, `${nowMs} stop`, { value: { nowMs, stopping: true } });
    emit(model.moved({ ...later, left }, index, told), 'is told to stop', index);
  }
}
