import type { EpochMs } from '../../shared/client/clock.ts';
import type { OtaType } from '../../shared/fleet/ota-observe.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { ruleFields, selector, time } from '../../shared/policy/compiled-rules.ts';
import type { DaySelector } from '../../shared/policy/document.ts';
import type { TimeRange } from '../../shared/policy/values/time-of-day.ts';
import { exactOptional, type FieldsFor, int, jsonList, object, oneOf, text } from '../../shared/schema/schema.ts';
import { recordOf, tupleOf } from '../../shared/schema/shapes.ts';

/** When updates of a ring may start: on these days, at the beginning of this period. */
export interface WindowRule {
  readonly days: readonly DaySelector[];
  readonly at: TimeRange;
}

interface Ring {
  readonly name: string;
  readonly groups: CompiledSelector;
}

/** A ring as the policy has it. */
interface RingRule extends Ring {
  readonly window: WindowRule;
  /** Milliseconds between the first sight of a finished update and the next ring. */
  readonly soak?: number;
}

/** A rule of approve-ota-windows as the policy has it. Lengths of time are in milliseconds. */
export interface OtaRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly tell?: readonly string[];
  readonly type?: OtaType;
  readonly neverVersions?: readonly string[];
  readonly approveAhead?: number;
  readonly onlyWithSessionsUpTo?: number;
  readonly rings: readonly RingRule[];
}

/** A window as an instant from which and until which an update may run, half-open. */
export type Window = readonly [startMs: EpochMs, endMs: EpochMs];

/** The windows of a ring where it is lived, ascending by start. */
export interface Windows {
  readonly sure: readonly Window[];
  /** Those of days whose kind is not published and whose calendar says `hold`: whether they are windows at all is not known. */
  readonly doubtful: readonly Window[];
}

/** A ring as the planner reads it. */
interface CompiledRing extends Ring {
  readonly soakMs: number;
  /** By `placeKey`. */
  readonly windows: Readonly<Record<string, Windows>>;
}

/** A rule as the planner reads it: defaults are filled in, windows are instants. */
export interface CompiledOtaRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly tell?: readonly string[];
  readonly type: OtaType;
  readonly neverVersions: readonly string[];
  readonly approveAheadMs: number;
  /** Connected sessions up to which an update is approved; absent: any number. */
  readonly sessionsUpTo?: number;
  readonly rings: readonly CompiledRing[];
}

/** Where windows are lived: what days are and when they begin depends on nothing else. */
export function placeKey({ calendar, timezone }: { readonly calendar?: string | undefined; readonly timezone: string }): string {
  return `${calendar ?? ''}|${timezone}`;
}

const windows = jsonList(tupleOf(time, time));

/** What a compiled rule has to look like. */
export const compiledOtaRule = object({
  ...ruleFields,
  type: oneOf('Fota'),
  neverVersions: jsonList(text),
  approveAheadMs: time,
  sessionsUpTo: exactOptional(int(0)),
  rings: jsonList(
    object({
      name: text,
      groups: selector,
      soakMs: time,
      windows: recordOf(object({ sure: windows, doubtful: windows } satisfies FieldsFor<Windows>)),
    } satisfies FieldsFor<CompiledRing>),
  ),
} satisfies FieldsFor<CompiledOtaRule>);
