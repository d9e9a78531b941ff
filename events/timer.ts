import * as z from 'zod/mini';

/** What a timer trigger of Function Compute sends (Function Compute facts, timer). */
export interface TimerEvent {
  /** About when it fired, in epoch milliseconds; whether that is the planned or the actual time is not documented. */
  readonly triggeredAtMs: number;
  readonly triggerName: string;
  /** Target to run, from the trigger's payload `{"target": "NAME"}`; undefined: all. */
  readonly target: string | undefined;
}

/** An event that is not what its trigger sends. `code` is `MalformedEvent`. */
export class EventError extends Error {
  readonly code = 'MalformedEvent';
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'EventError';
  }
}

const envelope = z.object({
  triggerTime: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/)),
  triggerName: z.string(),
  payload: z.optional(z.nullable(z.string())),
});

const payload = z.object({ target: z.optional(z.string()) });

/**
 * Reads a timer event. An empty one, as an invocation by hand sends it, gives undefined. Unknown keys pass, in the payload too.
 * @throws EventError for anything else
 */
export function parseTimerEvent(text: string): TimerEvent | undefined {
  if (text.trim() === '') return undefined;
  const parsed = z.safeParse(envelope, json(text, 'The event'));
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
    throw new EventError(
      `This is no timer event (wrong or missing: ${where}). Trigger this function by a timer, or invoke it with an empty event.`,
    );
  }
  const { triggerTime, triggerName, payload: inner } = parsed.data;
  const triggeredAtMs = Date.parse(triggerTime);
  if (Number.isNaN(triggeredAtMs)) throw new EventError(`This is no timer event: ${triggerTime} is no time.`);
  return { triggeredAtMs, triggerName, target: targetOf(inner) };
}

/**
 * True for an event that arrives later than `maxAgeMs` after it fired, for functions that must not act on old events. A run that only
 * compares desired with actual does not need it: it plans from now.
 */
export function isStale(event: TimerEvent, nowMs: number, maxAgeMs: number): boolean {
  return nowMs - event.triggeredAtMs > maxAgeMs;
}

function targetOf(text: string | null | undefined): string | undefined {
  if (!text?.trim()) return undefined;
  const parsed = z.safeParse(payload, json(text, "The trigger's payload"));
  if (parsed.success) return parsed.data.target;
  throw new EventError(`The trigger's payload must be JSON such as {"target": "NAME"}, or {} for all targets.`);
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventError(`${what} is not JSON. For a timer's payload write {"target": "NAME"}, or {} for all targets.`, { cause });
  }
}
