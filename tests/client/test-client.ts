import { type ClientOptions, createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { ApiError } from '../../shared/client/errors.ts';
import { createLimiter } from '../../shared/client/limiter.ts';
import { VirtualClock } from './virtual-clock.ts';

const host = 'appstream-center.cn-shanghai.aliyuncs.com';
export const origin = `https://${host}`;
const secret = 'InventedSecretOfTheTests';

/** A client on virtual time with a limiter of its own, and the clock. */
export function testClient(options: Partial<ClientOptions> = {}): { client: Client; clock: VirtualClock } {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock();
  const client = createClient({
    endpoint: host,
    credentials: explicitCredentials({ accessKeyId: 'InventedKeyId', accessKeySecret: secret }),
    limiter: createLimiter({ clock }),
    random: () => 0.5,
    ...options,
    clock,
  });
  return { client, clock };
}

/** The ApiError that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(error)}`);
  return error;
}
