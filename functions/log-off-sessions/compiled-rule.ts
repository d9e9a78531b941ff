import type { EpochMs } from '../../shared/client/clock.ts';
import type { DayKind } from '../../shared/policy/calendar.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { ruleFields, selector, time } from '../../shared/policy/compiled-rules.ts';
import type { weekdayWords } from '../../shared/policy/values/day-selector.ts';
import { exactOptional, type FieldsFor, int, jsonList, type ListSchema, object, oneOf, text } from '../../shared/schema/schema.ts';
import { eitherOf, recordOf, where } from '../../shared/schema/shapes.ts';

/** Days on which a log-off at a time of day happens. */
export type DayWord = DayKind | 'everyday' | Weekday | `${Weekday} ${DayKind}`;

type Weekday = (typeof weekdayWords)[number];

/** Which sessions of a group are logged off. A length of time is in milliseconds. */
type Who = 'everyone' | 'disconnected' | { readonly longerThan: number };

/** A rule of log-off-sessions as the policy has it; one of `after` and `at` is there. */
export interface LogOffRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups: CompiledSelector;
  /** The end of the schedule's last period of a day, and how long after it; milliseconds. Default of `wait`: 0. */
  readonly after?: { readonly schedule: string; readonly wait?: number };
  /** Minutes since local midnight. */
  readonly at?: number;
  readonly days?: readonly DayWord[];
  readonly who: Who;
  /** What the owner confirms about the group's setting, which the API does not show. Default: nothing, and sessions are not unbound. */
  readonly resetAfterUnbind?: 'disabled' | 'enabled';
  /** Default `keep`. */
  readonly persistentSessions?: 'keep' | 'log-off';
  /** How long before the log-off new users are kept out, in milliseconds. Default: they are not. */
  readonly drain?: number;
  readonly tell?: readonly string[];
}

/** The log-offs at a time of day for one calendar and zone, ascending. */
export interface Starts {
  readonly startsMs: readonly EpochMs[];
  /** Those of `startsMs` on a day whose kind is not published, where the calendar says hold. */
  readonly unknownMs: readonly EpochMs[];
}

/** A rule as the planner reads it. */
export interface CompiledLogOffRule extends LogOffRule {
  readonly after?: { readonly schedule: string; readonly wait: number };
  readonly persistentSessions: 'keep' | 'log-off';
  /** For rules with `at`: by `startsKey` of the target. */
  readonly starts?: Readonly<Record<string, Starts>>;
}

/** Targets with the same key have the same days. */
export function startsKey({ calendar, timezone }: { readonly calendar?: string; readonly timezone: string }): string {
  return `${calendar ?? ''}|${timezone}`;
}

const instants = jsonList(time);

/** What a compiled rule has to look like: it has an end of a schedule or a time of day, and for the latter the instants. */
export const compiledLogOffRule = where(
  object({
    ...ruleFields,
    groups: selector,
    after: exactOptional(object({ schedule: text, wait: time })),
    at: exactOptional(int(0)),
    // Nobody reads them any more: `starts` has what they come to.
    days: exactOptional(jsonList(text) as ListSchema<DayWord[]>),
    who: eitherOf(oneOf('everyone', 'disconnected'), object({ longerThan: time })),
    resetAfterUnbind: exactOptional(oneOf('disabled', 'enabled')),
    persistentSessions: oneOf('keep', 'log-off'),
    drain: exactOptional(time),
    starts: exactOptional(recordOf(object({ startsMs: instants, unknownMs: instants }))),
  } satisfies FieldsFor<CompiledLogOffRule>),
  ({ after, at, starts }) => (after === undefined) === (at !== undefined) && (at === undefined) === (starts === undefined),
);
