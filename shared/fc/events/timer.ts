import { read } from '../../schema/compare.ts';
import { anyText, jsonList, matching, oneOf, openObject, optional, sized } from '../../schema/schema.ts';
import { nullable } from '../../schema/shapes.ts';
import { EventError } from './event-error.ts';
import { eventData } from './read-event.ts';

/** What a timer trigger of Function Compute sends (Function Compute facts, timer). */
export interface TimerEvent {
  /** About when it fired, in epoch milliseconds; whether that is the planned or the actual time is not documented. */
  readonly triggeredAtMs: number;
  readonly triggerName: string;
  /** Target to run, from the trigger's payload `{"target": "NAME"}`; undefined: all. */
  readonly target: string | undefined;
  /** The only region of the target to run, from the payload's `region`; undefined: all. */
  readonly region: string | undefined;
  /** True where only what the last runs wait for is to be looked at, from the payload's `awaited`. */
  readonly awaited: true | undefined;
  /** Functions that `dispatch` is to begin, from the payload's `functions`; undefined where none are named. */
  readonly functions: readonly string[] | undefined;
}

const envelope = openObject({
  triggerTime: matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/, 'write a time with its offset'),
  triggerName: anyText,
  payload: optional(nullable(anyText)),
});

// Messages quote these where nothing has such a name.
const name = sized(0, 128);

const payload = openObject({
  ...{ target: optional(name), region: optional(name), functions: optional(jsonList(name)) },
  awaited: optional(oneOf(true)),
});

type Payload = Pick<TimerEvent, 'target' | 'region' | 'functions' | 'awaited'>;

/**
 * Reads a timer event. An empty one, as an invocation by hand sends it, gives undefined. Unknown keys pass, in the payload too.
 * @throws EventError for anything else
 */
export function parseTimerEvent(text: string): TimerEvent | undefined {
  if (text.trim() === '') return undefined;
  const parsed = read(envelope, eventData(text, 'The event'));
  if (!parsed.ok) {
    throw new EventError(
      `This is no timer event (wrong or missing: ${parsed.where}). Trigger this function by a timer, or invoke it with an empty event.`,
    );
  }
  const { triggerTime, triggerName, payload: inner } = parsed.value;
  const triggeredAtMs = Date.parse(triggerTime);
  if (Number.isNaN(triggeredAtMs)) throw new EventError(`This is no timer event: ${triggerTime} is no time.`);
  return { triggeredAtMs, triggerName, ...payloadOf(inner) };
}

/**
 * True for an event that arrives later than `maxAgeMs` after it fired, for functions that must not act on old events. A run that only
 * compares desired with actual does not need it: it plans from now.
 */
export function isStale(event: Pick<TimerEvent, 'triggeredAtMs'>, nowMs: number, maxAgeMs: number): boolean {
  return nowMs - event.triggeredAtMs > maxAgeMs;
}

function payloadOf(text: string | null | undefined): Payload {
  if (!text?.trim()) return { target: undefined, region: undefined, functions: undefined, awaited: undefined };
  const parsed = read(payload, eventData(text, 'The trigger\'s payload (JSON such as {"target": "NAME"}, or {} for all targets)'));
  if (parsed.ok) {
    const { target, region, functions, awaited } = parsed.value;
    return { target, region, functions, awaited };
  }
  throw new EventError(`The trigger's payload must be JSON such as {"target": "NAME"}, or {} for all targets.`);
}
