import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isOssRequest } from '../oss/request.ts';
import type { Connection } from './holds.ts';
import type { RequestEntry } from './ledger.ts';
import type { Reply } from './reply.ts';
import { BodyTooLarge, readRequest, type WireRequest } from './wire.ts';

/** The only address on which the simulator listens. */
export const loopback = '127.0.0.1';

/** Why a simulator could not be started or used; `code` is stable. */
export class SimulatorError extends Error {
  readonly code: 'PortTaken' | 'PortRefused' | 'ListenFailed' | 'ControlFailed';
  constructor(code: SimulatorError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SimulatorError';
    this.code = code;
  }
}

/** What answers requests. */
export interface Responder {
  /** The service's own requests. Never rejects. */
  serve(request: WireRequest, connection: Connection, sourceIp: string): Promise<{ reply: Reply; entry: RequestEntry }>;
  /** Requests to OSS, which has answers of bytes; the answer is written at once. Never rejects. */
  oss(request: WireRequest, connection: Connection, response: ServerResponse): Promise<void>;
  /** Requests under `/_simulator/`. Never rejects. */
  control(request: WireRequest): Promise<{ status: number; body: unknown }>;
}

/** Path under which a simulator is controlled. */
export const controlPath = '/_simulator/';

// Longer than any client of the tests keeps a connection, so that no request meets a connection that is just being closed.
const keepAliveMs = 120_000;

/** A server that is not listening yet. */
export function httpServer(responder: Responder): Server {
  const server = createServer((incoming, response) => {
    void handle(incoming, response, responder);
  });
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

/** Ports on which servers of this process have listened. */
const usedPorts = new Set<number>();

/** So often another free port is asked for. */
const mostPorts = 50;

/**
 * Listens on the loopback address. For port 0 it takes a free one on which nothing of this process has listened before: clients remember by address
 * who answered there, and whose their keys were.
 * @throws SimulatorError `PortTaken`, `PortRefused` or `ListenFailed`
 */
export async function listen(server: Server, port: number): Promise<number> {
  let taken = await listenOnce(server, port);
  for (let tries = 1; port === 0 && usedPorts.has(taken) && tries < mostPorts; tries++) {
    await closeServer(server);
    taken = await listenOnce(server, port);
  }
  usedPorts.add(taken);
  return taken;
}

function listenOnce(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(error, port));
    server.once('error', fail);
    server.listen(port, loopback, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Stops listening and ends every connection, idle ones too. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function listenError(error: NodeJS.ErrnoException, port: number): SimulatorError {
  if (error.code === 'EADDRINUSE') {
    return new SimulatorError('PortTaken', `Port ${port} of ${loopback} is taken. Choose another port, or 0 for any free one.`, error);
  }
  if (error.code === 'EACCES') {
    return new SimulatorError(
      'PortRefused',
      `Port ${port} may not be opened by this user. Choose one above 1023, or 0 for any free one.`,
      error,
    );
  }
  return new SimulatorError('ListenFailed', `Cannot listen on port ${port} of ${loopback}: ${error.message}`, error);
}

async function handle(incoming: IncomingMessage, response: ServerResponse, responder: Responder): Promise<void> {
  let request: WireRequest;
  try {
    request = await readRequest(incoming);
  } catch (error) {
    if (error instanceof BodyTooLarge) sendJson(response, 413, { Code: error.code, Message: error.message });
    // The connection closes: what is left of an oversized body is not worth reading.
    incoming.destroy();
    return;
  }
  if (request.path.startsWith(controlPath)) {
    const { status, body } = await responder.control(request);
    sendJson(response, status, body);
    return;
  }
  if (isOssRequest(request)) {
    await responder.oss(request, connectionOf(response), response);
    return;
  }
  const { reply, entry } = await responder.serve(request, connectionOf(response), incoming.socket.remoteAddress ?? loopback);
  send(response, reply, request.method, entry);
}

function send(response: ServerResponse, reply: Reply, method: string, entry: RequestEntry): void {
  if (response.destroyed) return;
  if (reply.kind === 'none') {
    response.destroy();
    return;
  }
  const body = Buffer.from(reply.body, 'utf8');
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  if (reply.kind === 'cut') {
    response.write(body.subarray(0, reply.keepBytes), () => response.socket?.end());
    return;
  }
  response.once('finish', () => entry.answered(reply.status));
  response.end(method === 'HEAD' ? undefined : body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`, 'utf8');
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', 'content-length': bytes.length, connection: 'close' });
  response.end(bytes);
}

function connectionOf(response: ServerResponse): Connection {
  return {
    onGone(callback) {
      if (response.destroyed || response.socket?.destroyed) {
        callback();
        return () => {};
      }
      const closed = () => {
        if (!response.writableFinished) callback();
      };
      response.once('close', closed);
      return () => response.off('close', closed);
    },
  };
}
