import { Agent } from 'node:http';
import type { Client } from '../../shared/client/client.ts';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { controlClient } from '../../simulator/front/control-client.ts';

/** A clock that goes by a simulator in another process. */
interface ControlledClock extends Clock {
  /** Asks the simulator what time it is. `now` gives the last answer. */
  look(): Promise<void>;
}

/** The clock of the simulator at `url`, off by `skewMs`. Whoever sleeps moves the simulator's time on instead of waiting. */
export async function controlledClock(url: string, skewMs: number): Promise<ControlledClock> {
  const control = controlClient(url, new Agent({ keepAlive: true, maxSockets: 1 }));
  let nowMs: EpochMs = 0;
  const take = ({ worldMs }: { readonly worldMs: EpochMs }): void => {
    nowMs = worldMs + skewMs;
  };
  const look = async (): Promise<void> => take(await control.clock());
  await look();
  return { now: () => nowMs, sleep: async (ms) => take(await control.setClock({ advanceMs: Math.ceil(ms) })), look };
}

/** A client after each of whose calls the clock is looked at. */
export function watchingClient(inner: Client, { look }: ControlledClock): Client {
  return {
    call: (operation, input, options) => inner.call(operation, input, options).finally(look),
    async *pages(operation, input, options) {
      for await (const page of inner.pages(operation, input, options)) {
        await look();
        yield page;
      }
    },
  };
}

/** A store after each of whose creates the clock is looked at. */
export function watchingStore(inner: Store, { look }: ControlledClock): Store {
  return {
    name: inner.name,
    shared: inner.shared,
    create: (key, bytes) => inner.create(key, bytes).finally(look),
    read: (key) => inner.read(key),
    list: (prefix, onForeign) => inner.list(prefix, onForeign),
    folders: (prefix) => inner.folders(prefix),
  };
}
