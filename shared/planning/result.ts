import type { Reason } from './decision.ts';

/** A value, or the reasons that a decision has to hold. Reasons beside a value go with the decision. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly because: readonly Reason[] }
  | { readonly ok: false; readonly because: readonly Reason[] };

/** A value, with what is to be said about it. */
export function found<T>(value: T, ...because: readonly Reason[]): Outcome<T> {
  return { ok: true, value, because };
}

/** No value: the decision holds. */
export function held(...because: readonly Reason[]): { readonly ok: false; readonly because: readonly Reason[] } {
  return { ok: false, because };
}
