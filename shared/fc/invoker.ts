/** What became of handing over an asynchronous task. `duplicate`: a task of this id was handed over before, and is not taken twice. */
export type Handover = 'accepted' | 'duplicate';

/** Begins functions that run elsewhere. */
export interface Invoker {
  /**
   * Hands a function one asynchronous task. With the same id it may be handed over as often as one likes: it is taken once.
   * @param functionName name of the function in the cloud
   * @param payload the event, as text; at most 128 KB
   * @param taskId 1 to 128 of letters, digits, `_` and `-`, the first a letter or `_` (Function Compute facts, delivery)
   * @throws InvokeError when the task was not taken, or nobody knows
   */
  invokeAsync(functionName: string, payload: string, taskId: string): Promise<Handover>;
}

/** Largest payload of an asynchronous invocation, in bytes (Function Compute facts, limits). */
const largestPayloadBytes = 128 * 1024;

/** Longest id of a task, in characters (Function Compute facts, delivery). */
const longestTaskId = 128;

/** Names that the platform takes for functions (Function Compute facts, limits). */
const functionNamePattern = /^[A-Za-z_][\w-]{0,63}$/;

const taskIdPattern = /^[A-Za-z_][\w-]{0,127}$/;

/** What an InvokeError is made of. */
interface InvokeFailure {
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  /** True where the task may have been taken although no answer said so. Default: false. */
  readonly maybeTaken?: boolean;
  readonly cause?: unknown;
}

/**
 * A function could not be begun. `code` is the service's own, or `InvalidInvocation` (nothing was sent), `NoAnswer`, `Http<status>`. Trying again with the same task id is
 * always safe.
 */
export class InvokeError extends Error {
  readonly code: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly maybeTaken: boolean;
  constructor(code: string, message: string, { httpStatus, requestId, maybeTaken = false, cause }: InvokeFailure = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'InvokeError';
    this.code = code;
    this.httpStatus = httpStatus;
    this.requestId = requestId;
    this.maybeTaken = maybeTaken;
  }
}

/** Refuses what the platform would refuse, before anything is sent. @throws InvokeError `InvalidInvocation` */
export function checkInvocation(functionName: string, payload: string, taskId?: string): void {
  if (!functionNamePattern.test(functionName)) {
    throw invalid(
      `'${functionName}' is no name of a function: write 1 to 64 letters, digits, "_" and "-", not beginning with a digit or "-"`,
    );
  }
  if (taskId !== undefined && !taskIdPattern.test(taskId)) {
    throw invalid(
      `'${taskId}' is no id of a task: write 1 to ${longestTaskId} letters, digits, "_" and "-", beginning with a letter or "_"`,
    );
  }
  const bytes = Buffer.byteLength(payload);
  if (bytes > largestPayloadBytes) throw invalid(`the payload has ${bytes} bytes, and at most ${largestPayloadBytes} are taken`);
}

function invalid(text: string): InvokeError {
  return new InvokeError('InvalidInvocation', `Nothing was sent: ${text}.`);
}
