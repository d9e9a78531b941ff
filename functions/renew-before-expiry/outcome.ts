import type { Reason } from '../../shared/engine/decision.ts';

/** A value, or why there is none and the decision holds. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly because: readonly Reason[] }
  | { readonly ok: false; readonly because: readonly Reason[] };

/** A value, with what is to be said about it. */
export function found<T>(value: T, ...because: readonly Reason[]): Extract<Outcome<T>, { ok: true }> {
  return { ok: true, value, because };
}

/** No value: the decision holds. */
export function held(...because: readonly Reason[]): Extract<Outcome<never>, { ok: false }> {
  return { ok: false, because };
}
