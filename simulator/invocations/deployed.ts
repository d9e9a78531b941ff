import type { EpochMs } from '../../shared/client/clock.ts';

/** One execution of a function, as whoever runs it gets it. */
export interface Call {
  /** The same for every attempt of one delivery, as the platform has it. */
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** Virtual time at which it begins. */
  readonly atMs: EpochMs;
  /** From 1. */
  readonly attempt: number;
}

/** What became of an execution. A process that was killed is a failure like any other, as it is to the platform. */
export type CallResult =
  | { readonly ok: true; readonly result: unknown; readonly logs?: readonly string[] }
  | {
      readonly ok: false;
      readonly error: { readonly errorMessage: string; readonly errorType?: string };
      readonly logs?: readonly string[];
    };

/** A function as it is deployed: what runs it, and how the platform delivers to it. */
export interface DeployedFunction {
  readonly name: string;
  /** Runs it: a handler of this process, or an instance in a process of its own. Must not reject. */
  readonly call: (call: Call) => Promise<CallResult>;
  /** Executions at once; what comes above is throttled. Default: no limit. */
  readonly reservedConcurrency?: number | undefined;
  /** How often an execution that failed is repeated. Default: 3, the platform's own. */
  readonly maxAsyncRetryAttempts?: number | undefined;
  /** A message older than this when it is taken out of the queue is dropped without a word. Default: a day, the platform's own. */
  readonly maxAsyncEventAgeMs?: number | undefined;
  /** Function that hears of messages given up. Default: nobody does. */
  readonly onFailure?: string | undefined;
  /** Virtual time that an execution takes, in milliseconds. Default: 1000. */
  readonly takesMs?: number | undefined;
}

/** An asynchronous message on its way. */
export interface Message {
  readonly functionName: string;
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly taskId: string | undefined;
  readonly enqueuedAtMs: EpochMs;
}

/** What happened to messages, in the order of virtual time. */
export interface DeliveryEvent {
  readonly atMs: EpochMs;
  readonly kind: 'accepted' | 'duplicate-task' | 'throttled' | 'started' | 'done' | 'error' | 'given-up' | 'too-old';
  readonly functionName: string;
  readonly requestId: string;
}
