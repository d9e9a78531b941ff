/** A failed invocation as Function Compute answers it (Function Compute facts, errors). */
export interface ErrorAnswer {
  readonly errorMessage: string;
  /** Name of what was thrown; absent where the process ended. */
  readonly errorType?: string;
  readonly stackTrace?: readonly string[];
}

/**
 * Why an invocation failed. `threw`: the handler threw or refused; `load`: the bundle could not be loaded, or its initializer failed;
 * `timeout` and `memory`: a limit; `exited`: the process ended by itself, or was killed from outside.
 */
export type FailureKind = 'threw' | 'load' | 'timeout' | 'memory' | 'exited';

/** What is known of every invocation. */
interface Invoked {
  readonly requestId: string;
  /** What the function printed, line by line, both streams as they came. */
  readonly logs: readonly string[];
  /** With the loading, in the first invocation of an instance. */
  readonly durationMs: number;
  /** The most memory that the instance has held, in MB; 0 where the system does not tell. */
  readonly peakMb: number;
  /**
   * What still kept the process busy after the handler had answered, by Node's names: timers, sockets, files. The platform freezes the instance
   * there, so that such work goes on in a later invocation, or never.
   */
  readonly leftBehind: readonly string[];
}

/** What became of one invocation. */
export type Invocation =
  | (Invoked & {
      readonly ok: true;
      /** What the caller gets: a Buffer as it is, an object as parsed from its JSON, anything else as text. */
      readonly result: unknown;
    })
  | (Invoked & { readonly ok: false; readonly failure: FailureKind; readonly error: ErrorAnswer });

/** The harness is used wrongly. `Busy`: an instance serves one request at a time; `Gone`: its process has ended. */
export class HarnessError extends Error {
  readonly code: 'Busy' | 'Gone';
  constructor(code: HarnessError['code'], message: string) {
    super(message);
    this.name = 'HarnessError';
    this.code = code;
  }
}

/** The answer for a process that ended during a request; text as the platform gives it. */
export function endedAnswer(durationMs: number, peakMb: number): ErrorAnswer {
  return {
    errorMessage: `Process exited unexpectedly before completing request (duration: ${Math.round(durationMs)}ms, maxMemoryUsage: ${Math.round(peakMb)}MB)`,
  };
}

/** The answer for a request that took longer than it may. The platform's text begins like this; how it goes on is not documented. */
export function timeoutAnswer(limitMs: number, peakMb: number): ErrorAnswer {
  return { errorMessage: `Function time out after ${limitMs / 1000} seconds (maxMemoryUsage: ${Math.round(peakMb)}MB)` };
}
