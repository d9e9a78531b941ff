import { read } from '../../schema/compare.ts';
import { anyText, decimal, matching, openObject, optional } from '../../schema/schema.ts';
import { eitherOf, nullable } from '../../schema/shapes.ts';
import { EventError } from './event-error.ts';
import { eventData } from './read-event.ts';

/** An asynchronous invocation of another function that failed or was dropped, as Function Compute tells a destination of failures. */
export interface FailedInvocation {
  /** The account and the region in which the function is said to be, and its name there. Whoever may invoke this destination can claim any. */
  readonly account: string;
  readonly region: string;
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
}

/** ARN of a function, with a qualifier or without. */
const functionArn = /^acs:fc:([^:]*):([^:]*):functions\/([A-Za-z_][\w-]{0,63})(?:[/.$].*)?$/;

const envelope = openObject({
  // A number in newer pages, a text in older ones (Function Compute facts, destinations).
  timestamp: optional(eitherOf(decimal, anyText)),
  requestContext: openObject({
    requestId: anyText,
    functionArn: matching(functionArn, 'write the ARN of a function'),
    condition: optional(anyText),
    approximateInvokeCount: optional(decimal),
  }),
  responseContext: optional(openObject({ functionError: optional(anyText) })),
  responsePayload: optional(nullable(anyText)),
});

const thrown = openObject({ errorType: optional(anyText) });

/**
 * Reads what a destination is told. Undefined for an invocation that succeeded. What the failed invocation was called with, and what its error said,
 * is not looked at: events of the audit trail can carry passwords, and texts can be anybody's.
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
  const [, region = '', account = '', functionName = ''] = functionArn.exec(requestContext.functionArn) ?? [];
  return {
    ...{ account, region, functionName },
    requestId: requestContext.requestId,
    condition,
    attempts: requestContext.approximateInvokeCount,
    atMs: Number.isFinite(atMs) ? atMs : undefined,
    errorType: thrownIn(responsePayload),
  };
}

/** The class of the error in an answer. One that is not of the known shape says nothing. */
function thrownIn(payload: string | null | undefined): string | undefined {
  try {
    const parsed = read(thrown, eventData(payload ?? '', 'The answer'));
    return parsed.ok ? parsed.value.errorType : undefined;
  } catch {
    // Whatever it is, the invocation failed all the same, and that is what has to be told.
    return undefined;
  }
}
