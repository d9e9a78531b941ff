import { createServer } from 'node:http';
import { listen } from '../fixtures/http.ts';

/** A function as the stand-in has it. */
export interface StoodIn {
  readonly function: Readonly<Record<string, unknown>>;
  readonly triggers: readonly Readonly<Record<string, unknown>>[];
  readonly concurrency?: Readonly<Record<string, unknown>>;
  readonly asynchronous?: Readonly<Record<string, unknown>>;
}

/** Function Compute's control plane as far as functions are read, on the loopback address. */
export interface FunctionCompute {
  readonly host: string;
  /** Requests that came, as `GET path`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Serves functions by name; unsigned requests are refused. `refuses`: a status for every request. */
export async function functionCompute(functions: Readonly<Record<string, StoodIn>>, refuses?: number): Promise<FunctionCompute> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    requests.push(`${request.method} ${pathname}`);
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (!request.headers.authorization?.startsWith('ACS3-HMAC-SHA256 ')) return send(401, { Code: 'Unsigned', Message: 'no signature' });
    if (refuses !== undefined) return send(refuses, { Code: 'AccessDenied', Message: 'the key top-secret may not' });
    const [, name = '', part] = /^\/2023-03-30\/functions\/([^/]+)(?:\/(.+))?$/.exec(pathname) ?? [];
    const found = functions[name];
    const parts = {
      triggers: found && { triggers: found.triggers },
      concurrency: found?.concurrency,
      'async-invoke-config': found?.asynchronous,
    };
    const body = part === undefined ? found?.function : parts[part as keyof typeof parts];
    return body ? send(200, body) : send(404, { Code: 'ResourceNotFound', Message: `${pathname} does not exist` });
  });
  const port = await listen(server);
  return {
    host: `127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
