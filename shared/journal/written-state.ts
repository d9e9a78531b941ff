import type { EpochMs } from '../client/clock.ts';
import type { WrittenValue, WrittenView } from './written.ts';
import type { SnapshotBody, WrittenRecord } from './written-record.ts';

interface Value extends WrittenValue {
  /** Number of the `intents` record. */
  readonly of: number;
}

interface Act {
  readonly target: string;
  readonly resource: string;
  readonly setting: string;
  readonly atMs: EpochMs;
  readonly of: number;
  readonly sessions: number;
}

type BySetting<T> = Map<string, Map<string, T>>;

/** What a `written` stream says, folded. Changed in place by `fold` only. */
export interface WrittenState {
  readonly values: BySetting<readonly Value[]>;
  readonly foreign: BySetting<{ readonly value: string; readonly sinceMs: EpochMs }>;
  acts: readonly Act[];
  readonly holds: Map<string, { readonly digest: string; readonly run: string }>;
}

/** What was done within the 24 hours before an instant, for the rolling limits. */
export interface RollingCounts {
  readonly actions: number;
  /** Ids of the distinct resources acted on. */
  readonly resources: ReadonlySet<string>;
  /** Connected sessions under those actions. */
  readonly sessions: number;
}

/** The stretch that rolling limits look back over, in milliseconds. */
export const rollingMs = 24 * 60 * 60 * 1000;

/** After this long without a write of ours a setting is forgotten, in milliseconds. Longer than any native schedule lives (API notes). */
export const forgetAfterMs = 400 * 24 * 60 * 60 * 1000;

/** The state of a stream without records. */
export function emptyState(): WrittenState {
  return { values: new Map(), foreign: new Map(), acts: [], holds: new Map() };
}

/** Adds one record to the state. `sequence` and `atMs` are the record's. */
export function fold(state: WrittenState, sequence: number, atMs: EpochMs, { kind, body }: WrittenRecord): void {
  switch (kind) {
    case 'intents': {
      const recent = state.acts.filter((act) => act.atMs > atMs - rollingMs);
      for (const { resource, setting, value, sessions } of body.intents) {
        recent.push({ target: body.target, resource, setting, atMs, of: sequence, sessions });
        const before = get(state.values, resource, setting) ?? [];
        const kept = before.filter((earlier) => earlier.outcome === 'done' || earlier.value !== value);
        set(state.values, resource, setting, [...kept, { value, atMs, outcome: undefined, of: sequence }]);
      }
      state.acts = recent;
      return;
    }
    case 'outcomes':
      foldOutcomes(state, body);
      return;
    case 'foreign':
      for (const { resource, setting, value } of body.seen) {
        if (get(state.foreign, resource, setting)?.value !== value) set(state.foreign, resource, setting, { value, sinceMs: atMs });
      }
      for (const { resource, setting } of body.gone) remove(state.foreign, resource, setting);
      return;
    case 'holds':
      state.holds.set(body.target, { digest: body.digest, run: body.run });
      return;
    case 'snapshot':
      restore(state, body);
  }
}

function foldOutcomes(state: WrittenState, body: Extract<WrittenRecord, { kind: 'outcomes' }>['body']): void {
  const nothingRan = new Set<string>();
  for (const { resource, setting, outcome } of body.outcomes) {
    if (outcome !== 'done' && outcome !== 'unknown') nothingRan.add(identity(resource, setting));
    const values = get(state.values, resource, setting) ?? [];
    const index = values.findIndex((value) => value.of === body.of);
    const value = values[index];
    if (outcome === 'done' || outcome === 'already') remove(state.foreign, resource, setting);
    if (value === undefined) continue;
    const rest = values.slice(index + 1);
    const before = values.slice(0, index);
    if (outcome === 'done' || outcome === 'already') set(state.values, resource, setting, [{ ...value, outcome: 'done' }, ...rest]);
    else if (outcome === 'failed' || outcome === 'unknown')
      set(state.values, resource, setting, [...before, { ...value, outcome }, ...rest]);
    else set(state.values, resource, setting, [...before, ...rest]);
  }
  state.acts = state.acts.filter((act) => act.of !== body.of || !nothingRan.has(identity(act.resource, act.setting)));
}

/** What planners see of a state. Follows later folds. */
export function viewOf(state: WrittenState): WrittenView {
  return {
    values: (resourceId, setting) => get(state.values, resourceId, setting) ?? [],
    foreign: (resourceId, setting) => get(state.foreign, resourceId, setting),
  };
}

/** What was done for a target in `(now − 24 h, now]`; what lies in the future of a slow clock counts too. */
export function countsOf(state: WrittenState, target: string, nowMs: EpochMs): RollingCounts {
  const acts = state.acts.filter((act) => act.target === target && act.atMs > nowMs - rollingMs);
  return {
    actions: acts.length,
    resources: new Set(acts.map((act) => act.resource)),
    sessions: acts.reduce((sum, act) => sum + act.sessions, 0),
  };
}

/** The state as the body of a `snapshot` record, without what is older than anybody needs. */
export function snapshotOf(state: WrittenState, nowMs: EpochMs): SnapshotBody {
  const values = entries(state.values)
    .filter(([, , list]) => list.some((value) => value.atMs > nowMs - forgetAfterMs))
    .map(([resource, setting, list]): SnapshotBody['values'][number] => [
      resource,
      setting,
      list.map(({ outcome, ...value }) => (outcome ? { ...value, outcome } : value)),
    ]);
  const foreign = entries(state.foreign).filter(([, , value]) => value.sinceMs > nowMs - forgetAfterMs);
  const acts = state.acts.filter((act) => act.atMs > nowMs - rollingMs);
  return { values, foreign, acts: [...acts], holds: Object.fromEntries(state.holds) };
}

function restore(state: WrittenState, body: SnapshotBody): void {
  state.values.clear();
  state.foreign.clear();
  state.holds.clear();
  for (const [resource, setting, list] of body.values) {
    set(
      state.values,
      resource,
      setting,
      list.map((value) => ({ ...value, outcome: value.outcome })),
    );
  }
  for (const [resource, setting, value] of body.foreign) set(state.foreign, resource, setting, value);
  for (const [target, hold] of Object.entries(body.holds)) state.holds.set(target, hold);
  state.acts = body.acts;
}

function identity(resource: string, setting: string): string {
  return `${resource}\n${setting}`;
}

function get<T>(map: BySetting<T>, resource: string, setting: string): T | undefined {
  return map.get(resource)?.get(setting);
}

function set<T>(map: BySetting<T>, resource: string, setting: string, value: T): void {
  const inner = map.get(resource);
  if (inner) inner.set(setting, value);
  else map.set(resource, new Map([[setting, value]]));
}

function remove<T>(map: BySetting<T>, resource: string, setting: string): void {
  const inner = map.get(resource);
  if (inner?.delete(setting) && inner.size === 0) map.delete(resource);
}

function entries<T>(map: BySetting<T>): [string, string, T][] {
  return [...map].flatMap(([resource, inner]) => [...inner].map(([setting, value]): [string, string, T] => [resource, setting, value]));
}
