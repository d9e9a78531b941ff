import { StoreError } from '../../shared/journal/store/store.ts';
import type { Position, Prepared } from './known-code.ts';
import type { Emit, Model } from './model.ts';
import { withNumber } from './records.ts';
import type { Process, State } from './state.ts';

const unclear = { error: new StoreError('Unreachable', 'no answer', { maybeWritten: true }) };
const down = { error: new StoreError('Unreachable', 'down') };
const created = { value: 'created' };
const exists = { value: 'exists' };

/** What can come of an effect on the store. */
export function storeMoves(model: Model, state: State, index: number, position: Position, prepared: Prepared, emit: Emit): void {
  const { tree, faults } = model;
  if (faults.may(state.left, 'store-down')) {
    const left = faults.spend(state.left, 'store-down');
    emit(model.moved({ ...state, left }, index, tree.step(position, 'down', down)), 'the store does not answer', index);
  }
  if (prepared.effect.type === 'store-create') create(model, state, index, position, prepared, emit);
  else if (prepared.effect.type === 'store-read') read(model, state, index, position, prepared, emit);
  else list(model, state, index, position, prepared, emit);
}

function create(model: Model, state: State, index: number, position: Position, { record }: Prepared, emit: Emit): void {
  const { tree, faults, records } = model;
  const taken = state.store.under(records.get(record).keyId) !== 0;
  const made = taken ? state : { ...state, store: state.store.with(record) };
  emit(
    model.moved(made, index, tree.step(position, taken ? 'exists' : 'created', taken ? exists : created)),
    taken ? 'finds the record' : 'creates the record',
    index,
  );
  if (faults.may(state.left, 'lost-create')) {
    const left = faults.spend(state.left, 'lost-create');
    const heard = tree.step(position, 'unclear', unclear);
    emit(model.moved({ ...state, left }, index, heard), 'create lost on its way', index);
    if (!taken) emit(model.moved({ ...made, left }, index, heard), 'creates the record, answer lost', index);
  }
  if (faults.may(state.left, 'late-put') && !taken) {
    const left = faults.spend(state.left, 'late-put');
    const heard = tree.step(position, 'unclear', unclear);
    emit(model.moved({ ...state, left, late: withNumber(state.late, record) }, index, heard), 'create is late', index);
  }
}

function read(model: Model, state: State, index: number, position: Position, { keys }: Prepared, emit: Emit): void {
  const { records, tree } = model;
  const process = state.processes[index] as Process;
  const before = process.partial ?? [];
  const wanted = model.setting.splitReads ? keys.slice(before.length, before.length + 1) : keys;
  const found = [...before, ...wanted.map((key) => state.store.under(key))];
  if (found.length < keys.length) {
    emit({ ...state, processes: state.processes.with(index, { ...process, partial: found }) }, 'reads a record', index);
    return;
  }
  const heard = { value: found.map((id) => records.bytes(id)) };
  emit(model.moved(state, index, tree.step(position, `${found}`, heard)), 'reads', index);
}

function list(model: Model, state: State, index: number, position: Position, { effect }: Prepared, emit: Emit): void {
  if (effect.type !== 'store-list') return;
  const { tree, faults } = model;
  const hear = (key: string | undefined): Position => tree.step(position, key ?? '', { value: key === undefined ? [] : [key] });
  const keys = state.store.keys(effect.prefix);
  emit(model.moved(state, index, hear(keys.at(-1))), 'lists', index);
  if (keys.length === 0 || !faults.may(state.left, 'stale-list')) return;
  const left = faults.spend(state.left, 'stale-list');
  // Any key that was the last one at some time before, or none.
  for (const key of [undefined, ...keys.slice(0, -1)])
    emit(model.moved({ ...state, left }, index, hear(key)), 'lists, lagging behind', index);
}

/**
 * A create whose caller gave up takes effect, unless the key is taken. Nobody can tell when it did but who looks at that key next, so it does
 * right before that, or never; people who look for open claims look at all.
 */
export function latePuts(model: Model, state: State, emit: Emit): void {
  const { records, faults } = model;
  const anybodyLooks = model.setting.plain || faults.may(state.left, 'resolve');
  for (const record of state.late) {
    const { keyId } = records.get(record);
    if (!anybodyLooks && !state.processes.some(({ position }) => position && touches(model, position, keyId))) continue;
    const late = state.late.filter((each) => each !== record);
    const taken = state.store.under(records.get(record).keyId) !== 0;
    emit({ ...state, late, store: taken ? state.store : state.store.with(record) }, 'the late create takes effect', -1);
  }
}

function touches(model: Model, position: Position, keyId: number): boolean {
  const { effect, keys, record } = model.code.prepare(position);
  if (effect.type === 'store-read') return keys.includes(keyId);
  return effect.type === 'store-create' && model.records.get(record).keyId === keyId;
}
