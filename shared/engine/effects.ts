import type { Client } from '../client/client.ts';
import type { Clock, EpochMs } from '../client/clock.ts';
import { InputError } from '../client/errors.ts';
import type { Resource, ResourceRef } from '../fleet/resource.ts';
import type { Store } from '../journal/store/store.ts';
import { driveEffects, performStoreEffect, type StoreEffect } from '../journal/store/store-effect.ts';
import type { Action } from '../planning/decision.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import type { Automation } from './automation.ts';
import type { Outcome } from './report.ts';

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
  /** Runs independent parts, at most `width` at a time, which is 1 or more. Result: what they return, in order. */
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

/** The world in which effects are performed. */
export interface DriveWorld<R extends Resource> {
  readonly automation: Automation<R>;
  readonly client: Client;
  readonly target: CompiledTarget;
  readonly store: Store;
  readonly clock: Clock;
  /** Told to stop: nothing new begins, what is under way is finished. */
  readonly signal?: AbortSignal | undefined;
  readonly onOutcome?: ((outcome: Outcome) => void) | undefined;
}

/** Performs the effects of executor code until it returns. @throws what the code throws */
export function drive<R extends Resource, T>(world: DriveWorld<R>, code: Executing<T>): Promise<T> {
  return driveEffects(code, (effect) => perform(world, effect));
}

async function perform<R extends Resource>(world: DriveWorld<R>, effect: EngineEffect): Promise<unknown> {
  switch (effect.type) {
    case 'api-call':
      // Without the run's signal: a call under way is finished, or nobody would know what became of it.
      return call(world, effect.action, effect.timeoutMs);
    case 'reread':
      return world.automation.reread(world.client, world.target, effect.resource);
    case 'session-users':
      return world.automation.sessionUsers?.(world.client, world.target, effect.resource as R).catch(() => undefined);
    case 'clock-now':
      return { nowMs: world.clock.now(), stopping: world.signal?.aborted === true };
    case 'note':
      return world.onOutcome?.(effect.outcome);
    case 'all':
      return pool(world, effect.parts, effect.width);
    default:
      return performStoreEffect(world.store, effect);
  }
}

async function call<R extends Resource>(world: DriveWorld<R>, action: Action, timeoutMs: number): Promise<unknown> {
  const { operations, name } = world.automation;
  const operation = Object.hasOwn(operations, action.operation) ? operations[action.operation] : undefined;
  if (!operation) {
    throw new InputError(action.operation, [{ path: '', text: `${name} does not list this operation among those that it may use` }]);
  }
  return world.client.call(operation, action.input, { timeoutMs });
}

/** Runs parts, at most `width` at a time. When one throws, those under way are finished first and no other is begun. */
async function pool<R extends Resource>(
  world: DriveWorld<R>,
  parts: readonly (() => Executing<unknown>)[],
  width: number,
): Promise<readonly unknown[]> {
  const results: unknown[] = new Array(parts.length);
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    while (next < parts.length && !failure) {
      const index = next++;
      try {
        results[index] = await drive(world, (parts[index] as () => Executing<unknown>)());
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  if (failure) throw failure.error;
  return results;
}
