import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { onAbort } from './abort.ts';
import { ownAgent, sharedAgent } from './agents.ts';
import type { Endpoint } from './endpoint.ts';

/** A signed request, ready to be sent once. */
export interface WireRequest {
  /** Default: POST, as every operation of the service is called. */
  readonly method?: 'GET' | 'PUT' | 'POST';
  /** Path and query. */
  readonly path: string;
  /** `[name, value, name, value, …]`, with Host and Content-Length. */
  readonly headers: readonly string[];
  /** One character per byte (Latin-1): forms are percent-encoded ASCII. */
  readonly body: string;
  /** All that this attempt may take, in milliseconds, connecting included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** True: on a connection of its own, so that an idle one that died meanwhile cannot swallow the request. */
  readonly ownConnection: boolean;
}

/** A whole answer. */
export interface WireAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Why there is no whole answer. `cut`: it began and broke off. */
type LossReason = 'connect' | 'timeout' | 'reset' | 'cut' | 'too-large' | 'aborted';

/** No whole answer came. */
export interface WireLoss {
  readonly kind: 'loss';
  readonly reason: LossReason;
  /** False: proof that not one byte of the request left, so the service cannot have executed it. */
  readonly sent: boolean;
  /** The part of the answer that came, if any. */
  readonly partial: WireAnswer | undefined;
  readonly cause: unknown;
}

/** What became of one transmission. */
export type WireOutcome = WireAnswer | WireLoss;

/** Starts and stops deadlines. Tests pass one that they fire by hand. */
export interface Timers {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

/** The timers of Node. */
export const realTimers: Timers = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** How a transport connects. */
export interface TransportOptions {
  readonly endpoint: Endpoint;
  /** Default: one keep-alive agent for the whole process. */
  readonly agent: http.Agent | undefined;
  readonly connectTimeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly timers: Timers;
}

/** Sends a request once and reports what became of it; never throws, never retries, never follows a redirect. */
export function send(request: WireRequest, options: TransportOptions): Promise<WireOutcome> {
  return new Promise((resolve) => {
    const exchange = new Exchange(request, options, resolve);
    try {
      exchange.start();
    } catch (error) {
      // Node refuses headers with line breaks and the like before it connects.
      exchange.refuse(error);
    }
  });
}

/** One transmission. A class, since a closure per event costs more than the whole signature. */
class Exchange {
  readonly #request: WireRequest;
  readonly #options: TransportOptions;
  readonly #resolve: (outcome: WireOutcome) => void;
  #wire: http.ClientRequest | undefined;
  #answer: http.IncomingMessage | undefined;
  #chunks: Buffer[] = [];
  #size = 0;
  #sent = false;
  #done = false;
  #deadline: unknown;
  #connectDeadline: unknown;
  #forgetAbort: (() => void) | undefined;

  constructor(request: WireRequest, options: TransportOptions, resolve: (outcome: WireOutcome) => void) {
    this.#request = request;
    this.#options = options;
    this.#resolve = resolve;
  }

  start(): void {
    const { body, headers, method, path, signal, timeoutMs, ownConnection } = this.#request;
    const { agent, connectTimeoutMs, endpoint, timers } = this.#options;
    if (signal?.aborted) {
      this.#lose('aborted', signal.reason);
      return;
    }
    const wire = (endpoint.secure ? https : http).request({
      host: endpoint.hostname,
      port: endpoint.port,
      method: method ?? 'POST',
      path,
      headers: headers as string[],
      setHost: false,
      agent: ownConnection ? ownAgent(endpoint.secure, agent) : (agent ?? sharedAgent(endpoint.secure)),
      connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
    } as http.RequestOptions);
    this.#wire = wire;
    this.#deadline = timers.set(() => this.#expire(timeoutMs), timeoutMs);
    // From the first moment on: the name is resolved and a tunnel is made before there is a socket to wait for.
    if (!wire.reusedSocket && connectTimeoutMs < timeoutMs) {
      this.#connectDeadline = timers.set(() => this.#expire(connectTimeoutMs), connectTimeoutMs);
    }
    if (signal) this.#forgetAbort = onAbort(signal, () => this.#lose('aborted', signal.reason));
    wire.on('socket', (socket) => this.#onSocket(socket));
    wire.on('response', (answer) => this.#onResponse(answer));
    // A reset in the middle of the body shows here or on the answer, depending on who resets.
    wire.on('error', (error) => this.#onError(error));
    wire.end(body, 'latin1');
  }

  /** Ends an exchange that could not even begin. */
  refuse(cause: unknown): void {
    this.#lose('connect', cause);
  }

  #expire(ms: number): void {
    this.#lose('timeout', this.#sent ? undefined : new Error(`${this.#options.endpoint.host} did not accept one within ${ms} ms`));
  }

  #onSocket(socket: Socket & { encrypted?: boolean; secureConnecting?: boolean }): void {
    const { secure } = this.#options.endpoint;
    // Whoever stands between can answer in plain text, and an agent may pass that on: it is not the endpoint that speaks.
    if (secure && socket.encrypted !== true) this.#lose('connect', new Error('what answered does not speak TLS'));
    else if (!socket.connecting && socket.secureConnecting !== true) this.#onConnected();
    else socket.once(secure ? 'secureConnect' : 'connect', () => this.#onConnected());
  }

  #onConnected(): void {
    this.#sent = true;
    this.#options.timers.clear(this.#connectDeadline);
  }

  #onResponse(answer: http.IncomingMessage): void {
    if (this.#done) return;
    this.#answer = answer;
    this.#sent = true;
    answer.on('data', (chunk: Buffer) => this.#onData(chunk));
    answer.on('end', () => this.#onEnd(answer));
    answer.on('error', (error) => this.#onError(error));
    answer.on('close', () => this.#lose('cut', undefined));
  }

  #onData(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#options.maxAnswerBytes) this.#lose('too-large', undefined);
    else this.#chunks.push(chunk);
  }

  #onEnd(answer: http.IncomingMessage): void {
    const announced = answer.headers['content-length'];
    const short = announced !== undefined && Number(announced) !== this.#size;
    if (!answer.complete || short) this.#lose('cut', undefined);
    else this.#finish(this.#soFar(answer));
  }

  #onError(error: Error): void {
    // What the error is called proves nothing: a host can become unreachable under a request as well.
    this.#lose(this.#answer ? 'cut' : this.#sent ? 'reset' : 'connect', error);
  }

  #soFar(answer: http.IncomingMessage): WireAnswer {
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    return { kind: 'answer', status: answer.statusCode ?? 0, headers: answer.headers, body };
  }

  #lose(reason: LossReason, cause: unknown): void {
    if (this.#done) return;
    const partial = this.#answer && this.#soFar(this.#answer);
    this.#finish({ kind: 'loss', reason, sent: this.#sent, partial, cause });
    this.#wire?.destroy();
  }

  #finish(outcome: WireOutcome): void {
    if (this.#done) return;
    this.#done = true;
    const { timers } = this.#options;
    timers.clear(this.#deadline);
    if (this.#connectDeadline !== undefined) timers.clear(this.#connectDeadline);
    this.#forgetAbort?.();
    this.#resolve(outcome);
  }
}
