import type { EpochMs } from '../client/clock.ts';
import type { Resource, ResourceRef } from '../fleet/resource.ts';
import type { StoreEffect } from '../journal/store/store-effect.ts';
import type { Action } from '../planning/decision.ts';
import type { Outcome } from './outcome.ts';

/** What the executor asks of the world. Everything it does passes through here, so that tests can stop it after any step. */
export type EngineEffect =
  | StoreEffect
  /** One API call, for one action. Result: the client's answer. */
  | { readonly type: 'api-call'; readonly action: Action; readonly timeoutMs: number }
  /** The resource as it is now. Result: it, or undefined when it is gone. */
  | { readonly type: 'reread'; readonly resource: ResourceRef }
  /** Who has a session on a resource right now. Result: their EndUserIds, or undefined where that cannot be told. */
  | { readonly type: 'session-users'; readonly resource: Resource }
  /** Result: `Moment`. */
  | { readonly type: 'clock-now' }
  /** Tells whoever watches what became of an action. No result. */
  | { readonly type: 'note'; readonly outcome: Outcome }
  /** Runs independent parts, at most `width` at a time. Result: what they return, in order. */
  | { readonly type: 'all'; readonly parts: readonly (() => Executing<unknown>)[]; readonly width: number };

/** Executor code: yields effects, gets their results, returns `T`. Failures are thrown into it. */
export type Executing<T> = Generator<EngineEffect, T, unknown>;

/** The time right now, and whether the run was told to stop. */
export interface Moment {
  readonly nowMs: EpochMs;
  readonly stopping: boolean;
}

/** A fresh look at the clock. */
export function* clockNow(): Executing<Moment> {
  return (yield { type: 'clock-now' }) as Moment;
}

/** Makes the call of an action; `timeoutMs` bounds all attempts. @throws ApiError @throws InputError @throws CredentialsError */
export function* apiCall(action: Action, timeoutMs: number): Executing<unknown> {
  return yield { type: 'api-call', action, timeoutMs };
}

/** Reads a resource again; undefined when it is gone. @throws ApiError */
export function* reread<R extends Resource>(resource: ResourceRef): Executing<R | undefined> {
  return (yield { type: 'reread', resource }) as R | undefined;
}

/** EndUserIds with a session on a resource right now; undefined where that cannot be told. */
export function* sessionUsers(resource: Resource): Executing<readonly string[] | undefined> {
  return (yield { type: 'session-users', resource }) as readonly string[] | undefined;
}

/** Tells what became of an action. */
export function* note(outcome: Outcome): Executing<void> {
  yield { type: 'note', outcome };
}

/** Runs independent parts, a few at a time; results in the order of the parts. */
export function* all<T>(parts: readonly (() => Executing<T>)[], width: number): Executing<readonly T[]> {
  return (yield { type: 'all', parts, width }) as readonly T[];
}
