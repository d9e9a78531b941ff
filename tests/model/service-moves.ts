import { sendTimeoutMs } from '../../functions/renew-before-expiry/purchase/renew.ts';
import { ApiError } from '../../shared/client/errors.ts';
import { tickMs } from './configuration.ts';
import type { Position, Prepared } from './known-code.ts';
import type { Emit, Model } from './model.ts';
import { ourShift } from './scene.ts';
import type { Order, OrderStatus, Process, Request, State } from './state.ts';
import { laterMonths } from './time.ts';

const base = { operation: 'RenewAppInstanceGroup', requestId: undefined, attempts: 1, message: 'failed' };
const refusal = { error: new ApiError({ ...base, code: 'Throttling.User', executed: 'no', httpStatus: 400 }) };
const outOfTime = { error: new ApiError({ ...base, code: 'DeadlineExceeded', executed: 'no', httpStatus: undefined, attempts: 0 }) };
const noAnswer = { error: new ApiError({ ...base, code: 'AnswerTimeout', executed: 'unknown', httpStatus: undefined }) };
const unread = {
  error: new ApiError({ ...base, operation: 'GetAppInstanceGroup', code: 'AnswerTimeout', executed: 'no', httpStatus: undefined }),
};

/** What can come of reading a resource. */
export function rereadMoves(model: Model, state: State, index: number, position: Position, { resource }: Prepared, emit: Emit): void {
  const { tree, faults, scene } = model;
  const hear = (expiry: number): Position =>
    tree.step(position, `${expiry}`, { value: { expiresAtMs: scene.expiresAtMs(resource, expiry) } });
  const expiry = state.expiry[resource] as number;
  emit(model.moved(state, index, hear(expiry)), 'reads the resource', index);
  const before = state.before[resource] as number;
  if (before !== expiry && faults.may(state.left, 'stale-read')) {
    emit(
      model.moved({ ...state, left: faults.spend(state.left, 'stale-read') }, index, hear(before)),
      'reads the resource as it was before',
      index,
    );
  }
  if (faults.may(state.left, 'read-fails')) {
    const left = faults.spend(state.left, 'read-fails');
    emit(model.moved({ ...state, left }, index, tree.step(position, 'fails', unread)), 'cannot read the resource', index);
  }
}

/** An order goes out, and what can come of one that is out. */
export function sendMoves(model: Model, state: State, index: number, position: Position, prepared: Prepared, emit: Emit): void {
  const process = state.processes[index] as Process;
  if (!process.sending) {
    if (model.nowMs(state) + process.skew * tickMs > prepared.signedMs + sendTimeoutMs) {
      emit(model.moved(state, index, model.tree.step(position, 'over', outOfTime)), 'has no time left to send the order', index);
      return;
    }
    emit(transmit(model, state, index, prepared), 'sends the order', index);
    return;
  }
  const { tree, faults } = model;
  const answered = { ...state, requests: state.requests.filter((request) => !(request.awaited && request.process === index)) };
  const ordered = (): Position => tree.step(position, 'ordered', { value: { OrderId: `order-${index}-${prepared.resource}` } });
  const lost = (): Position => tree.step(position, 'lost', noAnswer);
  const until = state.requests.find((request) => request.awaited && request.process === index)?.until ?? 0;
  for (const later of laterMonths(model, answered, until))
    emit(model.moved(execute(model, later, prepared, index, 'paid'), index, ordered()), 'ordered', index);
  if (faults.may(state.left, 'unpaid')) {
    const left = faults.spend(state.left, 'unpaid');
    emit(model.moved(execute(model, { ...answered, left }, prepared, index, 'unpaid'), index, ordered()), 'ordered, unpaid', index);
  }
  if (faults.may(state.left, 'refused')) {
    const left = faults.spend(state.left, 'refused');
    emit(model.moved({ ...answered, left }, index, tree.step(position, 'refused', refusal)), 'order refused', index);
  }
  if (faults.may(state.left, 'lost-answer')) {
    const left = faults.spend(state.left, 'lost-answer');
    emit(model.moved(execute(model, { ...answered, left }, prepared, index, 'paid'), index, lost()), 'ordered, answer lost', index);
    emit(model.moved({ ...answered, left }, index, lost()), 'order lost on its way', index);
    // Only who asks billing can tell it from one that was not placed.
    if (model.setting.billed) {
      emit(
        model.moved(execute(model, { ...answered, left }, prepared, index, 'unpaid'), index, lost()),
        'ordered, unpaid, answer lost',
        index,
      );
    }
  }
  if (faults.may(state.left, 'late')) {
    const next = {
      ...state,
      left: faults.spend(state.left, 'late'),
      requests: state.requests.map((each) => (each.process === index ? { ...each, awaited: false } : each)),
    };
    emit(model.moved(next, index, lost()), 'gives up on an order that is still on its way', index);
  }
}

function transmit(model: Model, state: State, index: number, { resource, expiry, signedMs }: Prepared): State {
  const { instants } = model.setting;
  const process = state.processes[index] as Process;
  // A signature lives for a tick after its date, and what the gateway accepts is executed within another.
  const until = instants.findLastIndex((instant) => instant <= signedMs + 2 * tickMs);
  const request: Request = { resource, expiry, process: index, awaited: true, until };
  return { ...state, requests: [...state.requests, request], processes: state.processes.with(index, { ...process, sending: true }) };
}

/** The order is placed; when it is paid, the expiry moves. */
function execute(
  model: Model,
  state: State,
  { resource, expiry }: { readonly resource: number; readonly expiry: number },
  process: number,
  status: OrderStatus,
): State {
  const order: Order = { resource, expiry, process, instant: state.instant, status };
  const next = { ...state, orders: [...state.orders, order] };
  return status === 'paid' ? shifted(model, next, resource, ourShift) : next;
}

/** The state with an expiry moved. The one before is kept only where somebody may still see it. */
export function shifted(model: Model, state: State, resource: number, by: number): State {
  const before = state.expiry[resource] as number;
  const expiry = state.expiry.with(resource, before + by);
  return { ...state, expiry, before: model.faults.may(state.left, 'stale-read') ? state.before.with(resource, before) : expiry };
}

/** Requests whose sender gave up are executed at some time, or never. */
export function lateMoves(model: Model, state: State, emit: Emit): void {
  for (const request of state.requests) {
    if (request.awaited) continue;
    for (const later of laterMonths(model, state, request.until)) {
      const rest = { ...later, requests: later.requests.filter((each) => each !== request) };
      emit(execute(model, rest, request, request.process, 'paid'), 'the late order is placed', request.process);
    }
  }
}
