import type { EpochMs } from '../../shared/client/clock.ts';
import type { Message } from './deployed.ts';

/** What a failure destination receives (Function Compute facts, async destinations). */
export function failureNotice(
  { requestId, functionName, payload }: Message,
  { attempts, error, atMs }: { readonly attempts: number; readonly error: object; readonly atMs: EpochMs },
): Uint8Array {
  const notice = {
    timestamp: atMs,
    requestContext: {
      requestId,
      functionArn: `acs:fc:cn-hangzhou:0000000000000000:functions/${functionName}`,
      condition: 'UnhandledInvocationError',
      approximateInvokeCount: attempts,
    },
    requestPayload: Buffer.from(payload).toString('utf8'),
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
    responsePayload: JSON.stringify(error),
  };
  return Buffer.from(JSON.stringify(notice));
}
