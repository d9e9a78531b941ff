import type { Client, Page } from '../../../shared/client/client.ts';
import { canonicalJson } from '../../../shared/journal/log/record.ts';
import type { Store } from '../../../shared/journal/store/store.ts';

/** What a list gave, page by page, and how it ended. */
interface Listed {
  readonly pages: readonly Page<unknown>[];
  readonly error?: unknown;
}

/**
 * A client that asks each question once: the same one again gets the same answer, failures included. So two policies are compared on the very
 * same fleet, with the calls of one observation. For reads only.
 */
export function memoizedClient(inner: Client): Client {
  const calls = new Map<string, Promise<unknown>>();
  const lists = new Map<string, Listed>();
  const question = (action: string, input: unknown): string => `${action} ${canonicalJson(input)}`;
  return {
    clockOffsetMs: () => inner.clockOffsetMs?.() ?? 0,
    call(operation, input, options) {
      const key = question(operation.action, input);
      const answer = calls.get(key) ?? inner.call(operation, input, options);
      calls.set(key, answer);
      return answer as never;
    },
    async *pages(operation, input, options) {
      const key = question(operation.action, input);
      const listed = lists.get(key) ?? { pages: [] };
      if (lists.has(key)) for (const page of listed.pages) yield page as never;
      else {
        const pages: Page<unknown>[] = [];
        let error: unknown;
        try {
          for await (const page of inner.pages(operation, input, options)) {
            pages.push(page);
            yield page;
          }
        } catch (failure) {
          error = failure;
        }
        lists.set(key, error === undefined ? { pages } : { pages, error });
      }
      const { error } = lists.get(key) as Listed;
      if (error !== undefined) throw error;
    },
  };
}

/** A store that reads each key and each list once, and takes nothing: both policies see the same journal. */
export function memoizedStore(inner: Store): Store {
  const reads = new Map<string, Promise<Uint8Array | undefined>>();
  const lists = new Map<string, readonly string[]>();
  return {
    name: inner.name,
    shared: inner.shared,
    async create(key) {
      throw new TypeError(`comparing policies writes nothing, but ${key} was to be created`);
    },
    read(key) {
      const bytes = reads.get(key) ?? inner.read(key);
      reads.set(key, bytes);
      return bytes;
    },
    async *list(prefix) {
      const known = lists.get(prefix);
      if (known) yield* known;
      else {
        const keys: string[] = [];
        for await (const key of inner.list(prefix)) keys.push(key);
        lists.set(prefix, keys);
        yield* keys;
      }
    },
    folders: (prefix) => inner.folders(prefix),
  };
}
