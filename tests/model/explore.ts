import type { Configuration } from './configuration.ts';
import { type Invariant, violated } from './invariants.ts';
import { Model } from './model.ts';
import { hurried, moves } from './moves.ts';
import { encodeState, type State } from './state.ts';
import { Numbers, Visited } from './visited.ts';

/** How an exploration came out. */
export interface Exploration {
  readonly name: string;
  /** Distinct states reached. */
  readonly states: number;
  /** Steps between them. */
  readonly transitions: number;
  /** Steps of the longest of the shortest ways to a state. */
  readonly depth: number;
  /** States with an order, so that nobody takes an exploration of nothing for a proof. */
  readonly withOrders: number;
  /** False when there were more states than allowed: what was looked at is then everything that few enough steps reach, and no more. */
  readonly complete: boolean;
  readonly violation: { readonly invariant: Invariant; readonly text: string; readonly trace: readonly string[] } | undefined;
}

/**
 * Visits every state that can be reached, nearest first, until an invariant breaks, there is none left, or there are more than `maxStates`.
 * `onState` sees each of them once.
 */
export function explore(
  configuration: Configuration,
  maxStates = 20_000_000,
  onState: (state: State, model: Model) => void = () => {},
): Exploration {
  const model = new Model(configuration);
  const seen = new Visited();
  const words = new Int32Array(1024);
  const parents = new Numbers();
  const ordinals = new Numbers();
  let transitions = 0;
  let depth = 0;
  let withOrders = 0;
  let broken: { readonly number: number; readonly found: NonNullable<ReturnType<typeof violated>> } | undefined;

  // States are numbered as they are met, so those of a level have numbers in a row.
  let next: State[] = [];
  const visit = (reached: State, parent: number, ordinal: number): void => {
    const state = hurried(model, reached);
    if (!seen.add(words, encodeState(state, words))) return;
    const number = parents.length;
    parents.push(parent);
    ordinals.push(ordinal);
    if (state.orders.length > 0) withOrders += 1;
    onState(state, model);
    const found = violated(model, state);
    if (found) broken ??= { number, found };
    next.push(state);
  };
  for (const [ordinal, state] of model.initial().entries()) visit(state, -1, ordinal);
  while (next.length > 0 && !broken) {
    const level = next;
    const first = parents.length - level.length;
    next = [];
    for (const [index, state] of level.entries()) {
      let ordinal = 0;
      moves(model, state, (after) => visit(after, first + index, ordinal++));
      transitions += ordinal;
      if (broken) break;
    }
    depth += 1;
    if (seen.size > maxStates) break;
  }
  const complete = next.length === 0;
  const violation = broken && { ...broken.found, trace: traceTo(model, broken.number, parents, ordinals) };
  return {
    name: configuration.name,
    states: seen.size,
    transitions,
    depth,
    withOrders,
    complete,
    violation,
  };
}

/** What happened on the shortest way to a state, told again from the beginning. */
function traceTo(model: Model, number: number, parents: Numbers, ordinals: Numbers): readonly string[] {
  const way: number[] = [];
  let first = number;
  for (; parents.at(first) >= 0; first = parents.at(first)) way.push(ordinals.at(first));
  const trace: string[] = [];
  const pass = (reached: State): State =>
    hurried(model, reached, (before, what, process) => trace.push(tell(model, before, what, process)));
  let state = pass(model.initial()[ordinals.at(first)] as State);
  for (const wanted of way.reverse()) {
    let ordinal = 0;
    let after: State | undefined;
    moves(model, state, (candidate, what, process) => {
      if (ordinal++ !== wanted) return;
      after = candidate;
      trace.push(tell(model, state, what, process));
    });
    state = pass(after as State);
  }
  return trace;
}

function tell(model: Model, state: State, what: string, process: number): string {
  const minutes = Math.round((model.nowMs(state) - (model.setting.instants[0] as number)) / 60_000);
  const offer = process < 0 ? undefined : state.processes[process]?.position?.offer;
  const effect = offer?.type === 'asks' ? offer.effect : undefined;
  const key = effect?.type === 'store-create' ? ` ${effect.key}` : effect?.type === 'store-read' ? ` ${effect.keys.join(' ')}` : '';
  const who = process < 0 ? '' : `${state.processes[process]?.kind ?? 'run'} ${process}: `;
  return `+${minutes} min  ${who}${what}${key}`;
}
