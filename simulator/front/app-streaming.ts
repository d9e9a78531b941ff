import type { AnyOperation, Param } from '../../shared/client/operation.ts';
import { apiVersion } from '../../shared/client/shapes/service.ts';
import type { Handler } from '../handler.ts';
import { type ParsingHabits, parseInput, withoutSecrets } from './parse.ts';
import type { Service, ServiceCall } from './service.ts';
import { type Spelling, spellingOf } from './spelling.ts';

/** Makes a service of the operation table and the handlers of the world; an operation without a handler does not exist. */
export function appStreaming(
  operations: Readonly<Record<string, AnyOperation>>,
  handlers: Readonly<Record<string, Handler>>,
  habits: ParsingHabits & { readonly spelling?: Spelling },
): Service {
  const spell = habits.spelling ? spellingOf(habits.spelling) : <T>(answer: T): T => answer;
  const spelled = Object.entries(handlers).map(([action, handler]): [string, Handler] => [
    action,
    (input, context) => spell(handler(input, context)),
  ]);
  return serviceOf(apiVersion, operations, Object.fromEntries(spelled), habits, true);
}

/** A service of a table of operations; only writes of the product itself are `audited`. */
export function serviceOf(
  version: string,
  operations: Readonly<Record<string, AnyOperation>>,
  handlers: Readonly<Record<string, Handler>>,
  habits: ParsingHabits,
  audited = false,
): Service {
  const calls = new Map<string, ServiceCall>();
  for (const operation of Object.values(operations)) {
    const handler = handlers[operation.action];
    if (handler) calls.set(operation.action, callOf(operation, handler, habits, audited));
  }
  return { version, find: (action) => calls.get(action) };
}

function callOf(operation: AnyOperation, handler: Handler, habits: ParsingHabits, audited: boolean): ServiceCall {
  const params = Object.entries(operation.params as Readonly<Record<string, Param>>);
  return {
    action: operation.action,
    access: operation.access,
    ramAction: operation.ram.action,
    audited: audited && operation.access === 'write',
    paging: operation.paging,
    jsonParams: new Set(params.filter(([, { encoding }]) => encoding === 'json').map(([name]) => name)),
    parse: (envelope) => parseInput(operation, envelope, habits),
    redact: (input) => withoutSecrets(operation, input),
    run: (input, { world, key, requestId, nowMs }) => handler(input, { world, account: world.account(key.accountId), requestId, nowMs }),
  };
}
