import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { EpochMs } from '../../shared/client/clock.ts';
import { instanceContext, instanceEnvironment } from './environment.ts';
import { type HostAnswer, startHost } from './host.ts';
import { type ErrorAnswer, endedAnswer, type FailureKind, HarnessError, type Invocation, timeoutAnswer } from './invocation.ts';
import { peakMemoryMb } from './memory.ts';

/** How often the memory of a running invocation is looked at, in milliseconds. What it reads is a peak, so that nothing slips through. */
const lookMs = 20;

/** Longest time of loading with the initializer, in milliseconds. */
const loadLimitMs = 60_000;

/** How an instance is started. */
export interface InstanceOptions {
  /** The handler file, one CommonJS bundle with an export named `handler`, and `initialize` and `preStop` where it has hooks. */
  readonly bundle: string;
  /** Variables of the function, besides those that the platform sets. Default: none; nothing of this process's own comes through. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Longest time of one invocation, in milliseconds. Loading has a minute of its own. Default: 300 000. */
  readonly timeoutMs?: number | undefined;
  /** Memory of the function, in MB. Where the system tells no peak (not Linux) it limits the heap only. Default: 512, the platform's own. */
  readonly memoryMb?: number | undefined;
  /** Default: the name of the folder that the bundle lies in. */
  readonly functionName?: string | undefined;
  /** Hears of each printed line at once. Default: lines are in the invocation's `logs` only. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** How a handler is called. */
interface InvokeOptions {
  /** Default: a random one. */
  readonly requestId?: string | undefined;
  /** What the function takes for the present when it begins, for a world with a time of its own. Default: this machine's time. */
  readonly nowMs?: EpochMs | undefined;
}

/** One instance of a function on this machine: a process of its own that stands still between invocations. */
export interface Instance {
  /** Name of the instance, as FC_INSTANCE_ID gives it. */
  readonly id: string;
  /** False once its process has ended: by a limit, by itself, or by `kill`. The platform starts a new instance then. */
  readonly alive: boolean;
  /**
   * Calls the handler. Failures of the function are in what it gives.
   * @throws HarnessError `Busy` while another invocation runs, `Gone` when the process has ended
   */
  invoke(event: Uint8Array, options?: InvokeOptions): Promise<Invocation>;
  /** Ends the instance as the platform does when it is no longer needed: its preStop hook, then the process. Gives the hook's failure. */
  stop(): Promise<ErrorAnswer | undefined>;
  /** Ends the process at once, whatever it does; an invocation under way fails as `exited`. Resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a fresh process that loads a built bundle as Function Compute's runtime does. It ends with this process at the latest; end it
 * yourself by `stop` or `kill`.
 */
export function startInstance(options: InstanceOptions): Instance {
  const { timeoutMs = 300_000, memoryMb = 512, env = {}, onLine } = options;
  const bundle = path.resolve(options.bundle);
  const functionName = options.functionName ?? path.basename(path.dirname(bundle));
  const id = `local-${randomUUID()}`;
  const facts = { bundle, functionName, instanceId: id, timeoutMs, memoryMb, env };
  const host = startHost({
    ...{ bundle, memoryMb, onLine, cwd: path.dirname(bundle) },
    ...{ env: instanceEnvironment(facts), context: instanceContext(facts) },
  });
  let busy = false;
  let stopping = false;

  /** Waits for an answer within the limits; a limit that is passed ends the process, as the platform does. */
  async function within(
    answered: Promise<HostAnswer | undefined>,
    limitMs: number,
  ): Promise<{
    readonly answer: HostAnswer | undefined;
    readonly broken: 'timeout' | 'memory' | undefined;
    readonly peakMb: number;
  }> {
    let broken: 'timeout' | 'memory' | undefined;
    let peakMb = 0;
    const end = (limit: 'timeout' | 'memory'): void => {
      broken ??= limit;
      void host.kill();
    };
    const look = (): void => {
      peakMb = Math.max(peakMb, peakMemoryMb(host.pid));
      if (peakMb > memoryMb) end('memory');
    };
    const timer = setTimeout(() => end('timeout'), limitMs);
    const looking = setInterval(look, lookMs);
    const answer = await answered;
    clearTimeout(timer);
    clearInterval(looking);
    if (answer && !broken) {
      host.freeze();
      look();
    }
    if (broken) await host.kill();
    return { answer: broken ? undefined : answer, broken, peakMb };
  }

  const loading = within(host.loaded, loadLimitMs);

  async function invoke(event: Uint8Array, requestId: string, nowMs: EpochMs | undefined): Promise<Invocation> {
    const startMs = performance.now();
    const told = (peakMb: number, leftBehind: readonly string[] = []) => ({
      ...{ requestId, peakMb, leftBehind, logs: host.takeLogs(), durationMs: performance.now() - startMs },
    });
    const failed = (failure: FailureKind, error: ErrorAnswer, peakMb: number, leftBehind?: readonly string[]): Invocation => ({
      ...{ ok: false, failure, error, ...told(peakMb, leftBehind) },
    });
    const ended = (broken: 'timeout' | 'memory' | undefined, peakMb: number, limitMs: number): Invocation => {
      const answer = broken === 'timeout' ? timeoutAnswer(limitMs, peakMb) : endedAnswer(performance.now() - startMs, peakMb);
      const logs = host.takeLogs();
      const heap = logs.some((line) => line.includes('heap out of memory'));
      return { ...failed(broken ?? (heap ? 'memory' : 'exited'), answer, peakMb), logs };
    };

    const load = await loading;
    if (!load.answer) return ended(load.broken, load.peakMb, loadLimitMs);
    if (load.answer.error) return failed('load', load.answer.error, load.peakMb);
    host.thaw();
    const { answer, broken, peakMb } = await within(
      host.order({ kind: 'invoke', requestId, nowMs, event: Buffer.from(event).toString('base64') }),
      timeoutMs,
    );
    if (!answer) return ended(broken, peakMb, timeoutMs);
    if (!answer.ok) return failed('threw', answer.error ?? { errorMessage: '' }, peakMb, answer.leftBehind);
    return { ok: true, result: resultOf(answer), ...told(peakMb, answer.leftBehind) };
  }

  return {
    id,
    get alive() {
      return host.alive && !stopping;
    },
    async invoke(event, { requestId = randomUUID(), nowMs } = {}) {
      if (busy)
        throw new HarnessError('Busy', `${functionName} serves a request already; an instance serves one at a time. Start another.`);
      if (stopping || !host.alive) throw new HarnessError('Gone', `This instance of ${functionName} has ended; start a new one.`);
      busy = true;
      try {
        return await invoke(event, requestId, nowMs);
      } finally {
        busy = false;
      }
    },
    async stop() {
      stopping = true;
      await loading;
      host.thaw();
      const { answer } = await within(host.order({ kind: 'stop' }), timeoutMs);
      await host.kill();
      return answer?.error;
    },
    kill() {
      stopping = true;
      return host.kill();
    },
  };
}

function resultOf({ form, body = '' }: HostAnswer): unknown {
  if (form === 'bytes') return Buffer.from(body, 'base64');
  return form === 'json' ? JSON.parse(body) : body;
}
