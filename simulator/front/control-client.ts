import { type Agent, request as httpRequest } from 'node:http';
import type { CloudEvent } from '../events.ts';
import type { ActiveFault, Fault } from '../faults.ts';
import type { ClockState, LedgerState, WorldSummary } from './control.ts';
import { controlPath, SimulatorError } from './server.ts';

/** A move of the clocks: one of `advanceMs` and `toMs`, and settings that hold from then on. */
interface ClockCommand {
  readonly advanceMs?: number;
  readonly toMs?: number;
  readonly speed?: number;
  readonly gatewayOffsetMs?: number;
}

/** Controls a simulator in another process. Every method throws `SimulatorError` `ControlFailed` when it refuses or does not answer. */
export interface ControlClient {
  /** The clocks. */
  clock(): Promise<ClockState>;
  /** Moves or sets the clocks. */
  setClock(command: ClockCommand): Promise<ClockState>;
  /** Adds faults and gives their ids. */
  addFaults(...faults: readonly Fault[]): Promise<readonly string[]>;
  /** The faults in force and those used up. */
  faults(): Promise<readonly ActiveFault[]>;
  /** Removes one fault, or all. */
  removeFaults(id?: string): Promise<void>;
  /** Counts and, where wanted, records of one action or of all, from after a seq on. */
  ledger(filter?: { readonly records?: boolean; readonly action?: string; readonly after?: number }): Promise<LedgerState>;
  /** Forgets counts and records. */
  clearLedger(): Promise<void>;
  /** Events from a number on, and the number to ask with next time. */
  events(after?: number): Promise<{ readonly events: readonly CloudEvent[]; readonly next: number }>;
  /** The world in short. */
  world(signal?: AbortSignal): Promise<WorldSummary>;
  /** Ends the simulator. */
  shutdown(): Promise<void>;
}

/** A client of the control API of the simulator at `url`. Without an `agent` of the caller's own it keeps no connection open. */
export function controlClient(url: string, agent?: Agent): ControlClient {
  const call = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    exchange<T>({ url, agent: agent ?? false, method, path, body, signal });
  return {
    clock: () => call('GET', 'clock'),
    setClock: (command) => call('POST', 'clock', command),
    addFaults: async (...faults) => (await call<{ ids: string[] }>('POST', 'faults', faults)).ids,
    faults: async () => (await call<{ faults: ActiveFault[] }>('GET', 'faults')).faults,
    removeFaults: async (id) => {
      await call('DELETE', id === undefined ? 'faults' : `faults?id=${encodeURIComponent(id)}`);
    },
    ledger: ({ records, action, after } = {}) => {
      const query = new URLSearchParams();
      if (records) query.set('records', '1');
      if (action !== undefined) query.set('action', action);
      if (after !== undefined) query.set('after', String(after));
      return call('GET', `ledger?${query}`);
    },
    clearLedger: async () => {
      await call('DELETE', 'ledger');
    },
    events: (after = 0) => call('GET', `events?after=${after}`),
    world: (signal) => call('GET', 'world', undefined, signal),
    shutdown: async () => {
      await call('POST', 'shutdown');
    },
  };
}

function exchange<T>({
  url,
  agent,
  method,
  path,
  body,
  signal,
}: {
  readonly url: string;
  readonly agent: Agent | false;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly signal: AbortSignal | undefined;
}): Promise<T> {
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      reject(new SimulatorError('ControlFailed', `The simulator at ${url} did not do ${method} ${path}: ${reason}`, error));
    };
    const request = httpRequest(new URL(`${controlPath}${path}`, url), { method, agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        try {
          const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { error?: string };
          if (response.statusCode === 200) resolve(answer as T);
          else fail(answer.error ?? `status ${response.statusCode}`);
        } catch (error) {
          fail(error);
        }
      });
    });
    request.on('error', fail);
    if (bytes) request.setHeader('content-type', 'application/json').setHeader('content-length', bytes.length);
    request.end(bytes);
  });
}
