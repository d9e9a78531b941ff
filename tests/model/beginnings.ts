import type { Emit, Model } from './model.ts';
import type { State } from './state.ts';
import { laterMoments } from './time.ts';

/** A run begins: one of those due, or one more for an event that came twice or late. Only so many are at work at once. */
export function beginnings(model: Model, state: State, emit: Emit): void {
  const left = leftToBegin(model, state);
  if (left) begin(model, state, left, emit);
}

/** What is left of the faults where one more run begins; undefined where none can. */
export function leftToBegin({ faults, setting }: Model, { processes, left }: State): readonly number[] | undefined {
  const runs = processes.filter(({ kind }) => kind === 'run');
  if (runs.filter(({ position }) => position).length >= setting.atOnce) return undefined;
  if (runs.length < setting.runs + faults.happened(left, 'duplicate')) return left;
  return faults.may(left, 'duplicate') ? faults.spend(left, 'duplicate') : undefined;
}

function begin(model: Model, state: State, left: readonly number[], emit: Emit): void {
  const index = state.processes.length;
  const spent = model.faults.may(left, 'stale-read') ? model.faults.spend(left, 'stale-read') : undefined;
  const moved = state.before.some((expiry, resource) => expiry !== state.expiry[resource]);
  for (const later of laterMoments(model, state)) {
    for (const skew of model.setting.skews) {
      emit(model.started({ ...later, left }, index, skew, state.expiry), 'begins', index);
      if (spent && moved)
        emit(model.started({ ...later, left: spent }, index, skew, state.before), 'begins, seeing the expiry of before', index);
    }
  }
}
