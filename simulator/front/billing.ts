import { service } from '../../shared/client/billing-shapes/service.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import type { Handler } from '../handler.ts';
import { serviceOf } from './app-streaming.ts';
import type { ParsingHabits } from './parse.ts';
import type { Service } from './service.ts';

/** Answers `200` where all others answer `Success`. */
const oddCode = 'QueryAccountBalance';

/** Billing: its answers stand in an envelope that says whether the call succeeded. */
export function billing(
  operations: Readonly<Record<string, AnyOperation>>,
  handlers: Readonly<Record<string, Handler>>,
  habits: ParsingHabits,
): Service {
  const enveloped = Object.entries(handlers).map(([action, handler]): [string, Handler] => [
    action,
    (input, context) => ({
      Success: true,
      ...(action === oddCode ? { Code: '200', Message: 'success' } : { Code: 'Success', Message: 'Successful!' }),
      Data: handler(input, context),
    }),
  ]);
  return serviceOf(service.version, operations, Object.fromEntries(enveloped), habits);
}
