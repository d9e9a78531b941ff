import type { Client } from '../client/client.ts';

/** How often each operation was called in a run: one per call and one per page; attempts of the client's retries are not counted. */
export interface CallCounts {
  readonly total: number;
  readonly byOperation: Readonly<Record<string, number>>;
}

/** A client that counts, and what it has counted so far. */
export interface CountingClient {
  readonly client: Client;
  counts(): CallCounts;
}

/** Counts the calls that go through a client. */
export function countingClient(inner: Client): CountingClient {
  const byOperation = new Map<string, number>();
  const count = (action: string): void => void byOperation.set(action, (byOperation.get(action) ?? 0) + 1);
  const client: Client = {
    ...(inner.signer ? { signer: () => inner.signer?.() as Promise<string> } : {}),
    clockOffsetMs: () => inner.clockOffsetMs?.() ?? 0,
    call(operation, input, options) {
      count(operation.action);
      return inner.call(operation, input, options);
    },
    async *pages(operation, input, options) {
      for await (const page of inner.pages(operation, input, options)) {
        count(operation.action);
        yield page;
      }
    },
  };
  return {
    client,
    counts: () => ({
      total: [...byOperation.values()].reduce((sum, calls) => sum + calls, 0),
      byOperation: Object.fromEntries([...byOperation].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
}
