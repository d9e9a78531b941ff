import type { ContextCredentials } from '../client/credentials/function-role.ts';

/** What Function Compute passes beside the event, as far as it is used (Function Compute facts, context object). */
export interface FunctionContext {
  readonly requestId: string;
  /** Present only where the function has a role. */
  readonly credentials?: ContextCredentials | undefined;
  /** Account and region of the function itself. */
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly function?: {
    readonly name?: string | undefined;
    /** Seconds that one invocation may take; the type of the value is not documented. */
    readonly timeout?: number | string | undefined;
  };
}

/** When the platform ends an invocation that began at `startMs`, in epoch milliseconds; undefined where the context does not say. */
export function endOf(context: FunctionContext, startMs: number): number | undefined {
  const seconds = Number(context.function?.timeout ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? startMs + seconds * 1000 : undefined;
}
