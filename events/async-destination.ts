import { read } from '../shared/schema/read.ts';
import { anyText, decimal, matching, openObject, optional } from '../shared/schema/schema.ts';
import { eitherOf, nullable } from '../shared/schema/shapes.ts';
import { EventError } from './event-error.ts';
import { eventData } from './read-event.ts';

/** An asynchronous invocation of another function that failed or was dropped, as Function Compute tells a destination of failures. */
export interface FailedInvocation {
  /** Name of the function in the cloud. */
  readonly functionName: string;
  /** Id of the request that failed, as in the log lines of that function. */
  readonly requestId: string;
  /** Why the event came here, in the platform's words: `UnhandledInvocationError`. The list of them is not documented. */
  readonly condition: string;
  /** About how often it was tried; undefined where the event does not say. */
  readonly attempts: number | undefined;
  /** When, in epoch milliseconds; undefined where the event does not say. */
  readonly atMs: number | undefined;
  /** Class of the error that was thrown; undefined where nothing was thrown, such as when the process ended. */
  readonly errorType: string | undefined;
  /** What the error said; it may quote anything. */
  readonly errorMessage: string | undefined;
}

const envelope = openObject({
  // A number in newer pages, a text in older ones (Function Compute facts, destinations).
  timestamp: optional(eitherOf(decimal, anyText)),
  requestContext: openObject({
    requestId: anyText,
    functionArn: matching(/functions\/[A-Za-z_][\w-]{0,63}/, 'write the ARN of a function'),
    condition: optional(anyText),
    approximateInvokeCount: optional(decimal),
  }),
  responseContext: optional(openObject({ functionError: optional(anyText) })),
  responsePayload: optional(nullable(anyText)),
});

const thrown = openObject({ errorType: optional(anyText), errorMessage: optional(anyText) });

/**
 * Reads what a destination is told. Undefined for an invocation that succeeded. What the failed invocation was called with is not looked at:
 * events of the audit trail can carry passwords.
 * @throws EventError for anything else
 */
export function parseFailedInvocation(text: string): FailedInvocation | undefined {
  const parsed = read(envelope, eventData(text, 'The event'));
  if (!parsed.ok) {
    throw new EventError(
      `This tells of no invocation (wrong or missing: ${parsed.where}). Name this function as destination.onFailure of others.`,
    );
  }
  const { timestamp, requestContext, responseContext, responsePayload } = parsed.value;
  const condition = requestContext.condition || responseContext?.functionError;
  if (!condition) return undefined;
  const atMs = typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp;
  return {
    functionName: /functions\/([A-Za-z_][\w-]*)/.exec(requestContext.functionArn)?.[1] ?? '',
    requestId: requestContext.requestId,
    condition,
    attempts: requestContext.approximateInvokeCount,
    atMs: Number.isFinite(atMs) ? atMs : undefined,
    ...thrownIn(responsePayload),
  };
}

/** The error in an answer. One that is not of the known shape says nothing. */
function thrownIn(payload: string | null | undefined): Pick<FailedInvocation, 'errorType' | 'errorMessage'> {
  try {
    const parsed = read(thrown, eventData(payload ?? '', 'The answer'));
    if (parsed.ok) return { errorType: parsed.value.errorType, errorMessage: parsed.value.errorMessage };
  } catch {
    // Whatever it is, the invocation failed all the same, and that is what has to be told.
  }
  return { errorType: undefined, errorMessage: undefined };
}
