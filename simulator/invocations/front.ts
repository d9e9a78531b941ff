import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { EpochMs } from '../../shared/client/clock.ts';
import { authenticate, openEnvelope } from '../front/authenticate.ts';
import { GatewayError } from '../front/gateway-error.ts';
import type { KeyRing } from '../front/keys.ts';
import { NonceMemory } from '../front/nonces.ts';
import { closeServer, listen, loopback } from '../front/server.ts';
import { BodyTooLarge, decodePairs, headerOf, readRequest, type WireRequest } from '../front/wire.ts';
import type { Delivery } from './delivery.ts';
import type { CallResult } from './deployed.ts';

/** What the front does instead of answering as it should; each is used once, in order. */
export type FrontFault =
  | { readonly kind: 'refuse'; readonly status: number; readonly code?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The invocation is taken, and the answer lost. */
  | { readonly kind: 'lose-answer' };

/** One request as it was answered. */
export interface FrontRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly status: number | undefined;
}

/** What a front is made of. */
export interface InvocationFrontOptions {
  readonly keys: KeyRing;
  readonly delivery: Delivery;
  /** By which signatures are judged, in epoch milliseconds. Default: the wall clock. */
  readonly nowMs?: (() => EpochMs) | undefined;
  /** Functions that the callers' role does not reach. Default: it reaches all. */
  readonly denied?: ReadonlySet<string> | undefined;
}

/** A front that listens. */
export interface InvocationFront {
  readonly url: string;
  /** Every request, oldest first. */
  readonly requests: readonly FrontRequest[];
  /** What goes wrong with the next requests. */
  readonly faults: FrontFault[];
  close(): Promise<void>;
}

/** Largest payload of an asynchronous invocation, in bytes (Function Compute facts, limits). */
const largestAsyncBytes = 128 * 1024;
/** The end of the log that a synchronous answer carries, in bytes; its size is not documented. */
const logTailBytes = 4096;
const invocationPath = /^\/2023-03-30\/functions\/([^/]+)\/invocations$/;
const taskIdPattern = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * The address at which functions are invoked: InvokeFunction of API version 2023-03-30, signed with V3, checked by the simulator's own checker.
 * Texts of its error codes are assumed where the platform's are not documented; statuses are known.
 */
export async function startInvocationFront(options: InvocationFrontOptions): Promise<InvocationFront> {
  const { nowMs = Date.now } = options;
  const guard = { keys: options.keys, nonces: new NonceMemory() };
  const requests: FrontRequest[] = [];
  const faults: FrontFault[] = [];

  async function answerTo(request: WireRequest): Promise<Answer | 'lost'> {
    const envelope = openEnvelope(request);
    authenticate(request, envelope, guard, nowMs());
    const fault = faults.shift();
    if (fault?.kind === 'refuse') {
      throw new GatewayError(fault.code ?? `Http${fault.status}`, 'A fault of the test.', fault.status, { headers: fault.headers ?? {} });
    }
    const answer = await invoke(request, options);
    return fault?.kind === 'lose-answer' ? 'lost' : answer;
  }

  const server = createServer((incoming, response) => {
    void (async () => {
      let request: WireRequest | undefined;
      let answer: Answer | 'lost';
      try {
        request = await readRequest(incoming);
        answer = await answerTo(request);
      } catch (error) {
        answer = refusal(error);
      }
      if (request) {
        const { method, path, rawQuery, headers } = request;
        requests.push({ method, path, rawQuery, headers, status: answer === 'lost' ? undefined : answer.status });
      }
      if (answer === 'lost') response.destroy();
      else send(response, answer);
    })();
  });
  const port = await listen(server, 0);
  return { url: `http://${loopback}:${port}`, requests, faults, close: () => closeServer(server) };
}

async function invoke(request: WireRequest, { delivery, denied }: InvocationFrontOptions): Promise<Answer> {
  const name = decodeURIComponent(invocationPath.exec(request.path)?.[1] ?? '');
  if (request.method !== 'POST' || name === '') throw new GatewayError('InvalidApi.NotFound', 'No such operation.', 404);
  const qualifier = decodePairs(request.rawQuery).find(([key]) => key === 'qualifier')?.[1];
  if (denied?.has(name)) throw new GatewayError('AccessDenied', `The caller may not invoke ${name}.`, 403);
  if (!delivery.has(name)) throw new GatewayError('FunctionNotFound', `function '${name}' does not exist`, 404);
  if (qualifier !== undefined && qualifier !== 'LATEST') throw new GatewayError('VersionNotFound', `no version ${qualifier}`, 404);
  if (headerOf(request, 'x-fc-invocation-type') === 'Async') return enqueue(request, name, delivery);

  const outcome = await delivery.invokeNow(name, request.body);
  if (!outcome) throw new GatewayError('ResourceThrottled', 'The function runs as often as it may.', 429);
  const { requestId, result } = outcome;
  const tail = headerOf(request, 'x-fc-log-type') === 'Tail' ? { 'x-fc-log-result': tailOf(result) } : {};
  const headers = { 'x-fc-request-id': requestId, ...tail };
  if (!result.ok) {
    return { status: 200, headers: { ...headers, 'x-fc-error-type': 'UnhandledInvocationError' }, body: JSON.stringify(result.error) };
  }
  const body = result.result instanceof Uint8Array ? result.result : textOf(result.result);
  return { status: 200, headers, body };
}

function enqueue(request: WireRequest, name: string, delivery: Delivery): Answer {
  const taskId = headerOf(request, 'x-fc-async-task-id');
  if (taskId !== undefined && !taskIdPattern.test(taskId)) throw new GatewayError('InvalidArgument', 'The task id is not valid.', 400);
  if (request.body.length > largestAsyncBytes) throw new GatewayError('PayloadTooLarge', 'The payload is too large.', 413);
  const { taken, requestId } = delivery.enqueue(name, request.body, taskId);
  if (!taken) throw new GatewayError('TaskAlreadyExists', `The task ${taskId} exists already.`, 409);
  return { status: 202, headers: { 'x-fc-request-id': requestId } };
}

function refusal(error: unknown): Answer {
  const known = error instanceof GatewayError || error instanceof BodyTooLarge;
  const status = error instanceof GatewayError ? error.httpStatus : error instanceof BodyTooLarge ? 413 : 500;
  const headers = error instanceof GatewayError ? error.detail.headers : undefined;
  const body = { Code: known ? error.code : 'InternalServerError', Message: (error as Error).message, RequestId: randomUUID() };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function send(response: ServerResponse, { status, headers, body = '' }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'x-fc-request-id': randomUUID(), ...headers, 'content-length': bytes.length });
  response.end(bytes);
}

function textOf(result: unknown): string {
  return typeof result === 'object' && result !== null ? JSON.stringify(result) : String(result ?? '');
}

function tailOf({ logs = [] }: CallResult): string {
  return Buffer.from(logs.map((line) => `${line}\n`).join(''))
    .subarray(-logTailBytes)
    .toString('base64');
}
