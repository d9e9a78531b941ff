import type { Client } from '../client/client.ts';
import type { Clock } from '../client/clock.ts';
import { InputError } from '../client/errors.ts';
import type { Resource } from '../fleet/resource.ts';
import type { Store } from '../journal/store/store.ts';
import { performStoreEffect } from '../journal/store/store-effect.ts';
import type { Action } from '../planning/decision.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import type { Automation } from './automation.ts';
import type { EngineEffect, Executing } from './effects.ts';
import type { Outcome } from './outcome.ts';

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
export async function drive<R extends Resource, T>(world: DriveWorld<R>, code: Executing<T>): Promise<T> {
  let step = code.next();
  while (!step.done) {
    let result: unknown;
    try {
      result = await perform(world, step.value);
    } catch (error) {
      step = code.throw(error);
      continue;
    }
    step = code.next(result);
  }
  return step.value;
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
  await Promise.all(Array.from({ length: Math.max(1, width) }, work));
  if (failure) throw failure.error;
  return results;
}
