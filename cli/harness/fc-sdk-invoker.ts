import { Readable } from 'node:stream';
import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { parseEndpoint } from '../../shared/client/endpoint.ts';
import { redact } from '../../shared/client/redact.ts';
import { checkInvocation, InvokeError, type Invoker } from '../../shared/fc/signing-invoker.ts';

/** What a synchronous invocation came to. */
export interface RemoteAnswer {
  /** False where the function itself failed; `body` is then the platform's account of it. */
  readonly ok: boolean;
  readonly body: string;
  readonly requestId: string | undefined;
  /** The end of what the function printed. */
  readonly logTail: string;
}

/** Deployed functions, invoked from this machine. */
export interface RemoteFunctions extends Invoker {
  /** Runs a function and waits for its answer. @throws InvokeError when it could not be begun, or nobody knows what became of it */
  invoke(functionName: string, payload: string): Promise<RemoteAnswer>;
}

/** How deployed functions are reached from this machine. */
export interface SdkInvokerOptions {
  /** Host or URL where invocations are taken; plain http to loopback only. */
  readonly endpoint: string;
  readonly credentials: CredentialsProvider;
  /** For one request, in milliseconds. A synchronous one lasts as long as its function. Default: 600 000. */
  readonly timeoutMs?: number | undefined;
}

const defaultTimeoutMs = 600_000;

/**
 * Functions through the vendor's client of Function Compute 3.0, which is loaded at the first use only. It is for the command line: in a
 * function its size and its loading time would be above what is allowed.
 * @throws InputError when the endpoint cannot be used
 */
export function fcSdkInvoker(options: SdkInvokerOptions): RemoteFunctions {
  const endpoint = parseEndpoint(options.endpoint);
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;

  async function request(functionName: string, payload: string, how: { readonly taskId?: string }) {
    checkInvocation(functionName, payload, how.taskId);
    const { credentials } = options;
    const keys = await credentials.get();
    const vendor = await import('@alicloud/fc20230330');
    const { default: Client, InvokeFunctionHeaders, InvokeFunctionRequest } = vendor.default;
    const config = {
      ...{ accessKeyId: keys.accessKeyId, accessKeySecret: keys.accessKeySecret, securityToken: keys.securityToken },
      ...{ endpoint: endpoint.host, protocol: endpoint.secure ? 'HTTPS' : 'HTTP' },
    };
    const client = new Client(config as unknown as ConstructorParameters<typeof Client>[0]);
    const headers = new InvokeFunctionHeaders({
      ...(how.taskId === undefined
        ? { xFcLogType: 'Tail' }
        : { xFcInvocationType: 'Async', xFcAsyncTaskId: how.taskId, xFcLogType: 'None' }),
    });
    const body = new InvokeFunctionRequest({ qualifier: 'LATEST', body: Readable.from([Buffer.from(payload, 'utf8')]) });
    const runtime = { readTimeout: timeoutMs, connectTimeout: Math.min(timeoutMs, 10_000), autoretry: false };
    try {
      return await client.invokeFunctionWithOptions(functionName, body, headers, runtime as never);
    } catch (error) {
      throw invokeError(functionName, error, [keys.accessKeySecret, keys.securityToken]);
    }
  }

  return {
    async invokeAsync(functionName, payload, taskId) {
      try {
        const { statusCode, body } = await request(functionName, payload, { taskId });
        // What nobody reads keeps the connection, and with it the process, for seconds.
        body?.resume();
        if (statusCode === 202) return 'accepted';
        throw new InvokeError(`Http${statusCode}`, `${functionName} was not begun: HTTP ${statusCode} is no answer to a task.`, {
          httpStatus: statusCode,
          maybeTaken: true,
        });
      } catch (error) {
        if (error instanceof InvokeError && error.httpStatus === 409) return 'duplicate';
        throw error;
      }
    },
    async invoke(functionName, payload) {
      const { headers = {}, body } = await request(functionName, payload, {});
      const chunks: Buffer[] = [];
      for await (const chunk of body ?? []) chunks.push(Buffer.from(chunk as Uint8Array));
      return {
        ok: headers['x-fc-error-type'] === undefined,
        body: Buffer.concat(chunks).toString('utf8'),
        requestId: headers['x-fc-request-id'],
        logTail: Buffer.from(headers['x-fc-log-result'] ?? '', 'base64').toString('utf8'),
      };
    },
  };
}

/** The vendor's error as one of ours. Its text can quote the request, so it goes on redacted, and the error itself does not. */
function invokeError(functionName: string, error: unknown, secrets: readonly (string | undefined)[]): InvokeError {
  if (error instanceof InvokeError) return error;
  const { code, statusCode, message = '' } = error as { code?: unknown; statusCode?: unknown; message?: string };
  const httpStatus = typeof statusCode === 'number' ? statusCode : undefined;
  const name =
    httpStatus === undefined ? 'NoAnswer' : typeof code === 'string' && code !== '' ? redact(code, secrets) : `Http${httpStatus}`;
  const advice =
    httpStatus === 404
      ? 'Check its name, the region and the account.'
      : httpStatus === 403
        ? 'Give this identity fc:InvokeFunction on it.'
        : 'Read the message, then try again.';
  const status = httpStatus === undefined ? '' : ` (HTTP ${httpStatus})`;
  const text = `${functionName} was not begun: ${name}${status}: ${redact(message, secrets).replace(/[.\s]+$/, '')}. ${advice}`;
  return new InvokeError(name, text, { httpStatus, maybeTaken: httpStatus === undefined || httpStatus >= 500 });
}
