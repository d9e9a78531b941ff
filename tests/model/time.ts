import type { Model } from './model.ts';
import type { State } from './state.ts';

/**
 * The same state now and at each later instant. Time passes only where somebody looks at it: who does not look cannot tell. While a sender
 * waits for its answer no time passes: one that comes a tick later is the fault `late`.
 */
export function laterMoments(model: Model, state: State): readonly State[] {
  if (state.requests.some(({ awaited }) => awaited)) return [state];
  const moments = [state];
  for (let instant = state.instant + 1; instant < model.setting.instants.length; instant++) {
    const requests = state.requests.every(({ until }) => until >= instant)
      ? state.requests
      : state.requests.filter(({ until }) => until >= instant);
    moments.push({ ...state, instant, requests });
  }
  return moments;
}

/** The same state now, and at the first instant of each later month up to `until`: an order counts in the month in which it is placed. */
export function laterMonths(model: Model, state: State, until: number): readonly State[] {
  const moments = [state];
  const { months } = model;
  let month = months[state.instant];
  for (let instant = state.instant + 1; instant <= until; instant++) {
    const later = months[instant];
    if (later === month) continue;
    month = later;
    moments.push({ ...state, instant, requests: state.requests.filter((request) => request.until >= instant) });
  }
  return moments;
}
