import { tickMs } from './configuration.ts';
import type { Emit, Model } from './model.ts';
import { type Begin, ourShift, theirShift } from './scene.ts';
import { shifted } from './service-moves.ts';
import { type Order, pair, type State } from './state.ts';
import { laterMoments } from './time.ts';

/** What people do meanwhile, in the console and with Streamwarden's commands. */
export function peopleMoves(model: Model, state: State, emit: Emit): void {
  const { faults } = model;
  const may = (fault: Parameters<typeof faults.may>[1]): boolean => faults.may(state.left, fault);
  const mayBegin = state.processes.filter(({ kind, position }) => kind === 'person' && position).length < model.setting.peopleAtOnce;
  if (may('renew')) {
    const left = faults.spend(state.left, 'renew');
    for (const resource of state.expiry.keys()) emit(shifted(model, { ...state, left }, resource, theirShift), 'a person renews', -1);
  }
  for (const [index, order] of state.orders.entries()) {
    const becomes = (status: Order['status'], left = state.left): State => ({
      ...state,
      left,
      orders: state.orders.with(index, { ...order, status }),
    });
    if (order.status === 'unpaid') {
      emit(shifted(model, becomes('paid'), order.resource, ourShift), 'a person pays the order', order.process);
      emit(becomes('cancelled'), 'a person cancels the order', order.process);
    }
    if (order.status === 'paid' && may('refund')) {
      emit(
        shifted(model, becomes('refunded', faults.spend(state.left, 'refund')), order.resource, -ourShift),
        'a person has the order refunded',
        order.process,
      );
    }
    if (order.status === 'refunded' && mayBegin) openSlot(model, state, order, emit);
  }
  if (mayBegin && may('resolve')) resolve(model, state, emit);
}

/** A person opens a slot once, for what was refunded and is not ordered again. */
function openSlot(model: Model, state: State, { resource, expiry }: Order, emit: Emit): void {
  const slot = pair(resource, expiry);
  if (state.slots.includes(slot) || state.expiry[resource] !== expiry) return;
  const alive = state.orders.some(
    (order) => order.resource === resource && order.expiry === expiry && (order.status === 'paid' || order.status === 'unpaid'),
  );
  if (alive) return;
  const nowMs = model.nowMs(state);
  const code = model.scene.slot(`r${resource}`, model.scene.expiresAtMs(resource, expiry), nowMs);
  emit(
    begin(model, { ...state, slots: [...state.slots, slot].sort((a, b) => a - b) }, `slot ${slot} ${nowMs}`, code),
    'a person opens a slot',
    -1,
  );
}

/** A person reads the bill, rightly, and says what it has about an open claim. */
function resolve(model: Model, state: State, emit: Emit): void {
  const { scene, faults, setting } = model;
  for (const id of state.store.ids) {
    const claim = model.code.claimOf(id);
    if (!claim || state.store.under(claim.endKey) !== 0) continue;
    const { process, resource, n } = claim;
    const order = state.orders.find((each) => each.process === process && each.resource === resource);
    if (order?.status === 'unpaid' || order?.status === 'refunded') continue;
    const outcome = order?.status === 'paid' ? 'moved' : 'void';
    const expiry = outcome === 'moved' ? (state.expiry[resource] as number) : 0;
    const left = faults.spend(state.left, 'resolve');
    for (const later of laterMoments(model, state)) {
      for (const skew of setting.skews) {
        const nowMs = model.nowMs(later) + skew * tickMs;
        // The order as the service names it in the model; it counts only where the claim knows one.
        const orderId = `order-${process}-${resource}`;
        const verdict = {
          resourceId: `r${resource}`,
          n,
          outcome,
          orderId,
          expiresAtMs: scene.expiresAtMs(resource, expiry),
          nowMs,
        } as const;
        const key = `verdict ${resource} ${n} ${outcome} ${orderId} ${expiry} ${nowMs}`;
        emit(
          begin(model, { ...later, left }, key, scene.verdict(verdict)),
          outcome === 'void' ? 'a person finds no order' : 'a person finds the order',
          process,
        );
      }
    }
  }
}

function begin(model: Model, state: State, key: string, code: Begin): State {
  const position = model.tree.root(key, code);
  const person = { position, kind: 'person', skew: 0, alarms: [], sending: false, partial: undefined } as const;
  return { ...state, processes: [...state.processes, person] };
}
