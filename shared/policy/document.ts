import type { ChannelKind } from './channel-kinds.ts';
import type { ApproverEntry, CompiledLimits, CompiledProtect, CompiledSelector, Level, Never, TargetBilling } from './compiled.ts';
import type { FunctionName } from './known-functions.ts';

/** ISO weekday: 1 = Monday … 7 = Sunday. */
export type IsoWeekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A local date `yyyy-MM-dd` that exists. */
type LocalDate = string;

/** A date and a time by the local clock; a bare date in the policy is minute 0. `minute` is 0 to 1440 (24:00, the end of that day). */
export interface LocalDateTime {
  readonly date: LocalDate;
  readonly minute: number;
}

/**
 * Which days an entry of a schedule is about; date beats weekday of a kind (`friday workday`) beats weekday beats workday or restday beats everyday.
 */
export type DaySelector =
  | { readonly kind: 'everyday' }
  | { readonly kind: 'workday' }
  | { readonly kind: 'restday' }
  | { readonly kind: 'weekday'; readonly weekday: IsoWeekday; readonly only?: 'workday' | 'restday' }
  | { readonly kind: 'date'; readonly date: LocalDate };

/**
 * A stretch of one day at one level, in minutes of the local day it starts on, half-open. `endMinute` is above 1440 where the
 * stretch crosses midnight (`22:00-06:00` is 1320 to 1800); it is at most 2879 then, and always above `startMinute`.
 */
export interface DocumentPeriod {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly level: Level;
}

/** One entry of a schedule: the periods of the days it is about, ascending and without overlap; none means zero all day. */
export interface ScheduleDay {
  readonly on: DaySelector;
  readonly periods: readonly DocumentPeriod[];
  /** Periods as written that left one minute open and were taken to the next hour, such as `22:00-23:59`. Absent: none. */
  readonly bridged?: readonly string[];
}

/** One entry under `schedules`; each day selector occurs once, in the order of the file. */
export interface DocumentSchedule {
  readonly days: readonly ScheduleDay[];
}

/** One entry under `calendars`. No source and no years: Monday to Friday. */
export interface DocumentCalendar {
  readonly source?: 'china-state-council';
  /** Years for which `holidays` and `workdays` are the complete list; ascending. Any other year counts as unpublished. */
  readonly years?: readonly number[];
  readonly holidays: readonly LocalDate[];
  readonly workdays: readonly LocalDate[];
  /** Default `warn`. */
  readonly unpublishedYear: 'warn' | 'hold';
}

/** One entry under `targets`; `timezone` is the target's own or the policy's. */
export interface DocumentTarget {
  readonly account: string;
  readonly role?: string;
  readonly endpoint: string;
  readonly regions?: readonly string[];
  readonly calendar?: string;
  readonly timezone: string;
  readonly shardByRegion: boolean;
  readonly billing?: TargetBilling;
}

/** One entry under `exceptions`: holds in `[from, until)`, local to each target. No `targets` means all of them. */
export interface DocumentException {
  readonly because: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly from: LocalDateTime;
  readonly until: LocalDateTime;
  readonly keepAtLeastPercent?: number;
  readonly never: readonly Never[];
}

/** One entry under `limits.freezes`: holds in `[from, until)`, local to each target. */
export interface DocumentFreeze {
  readonly because: string;
  readonly from: LocalDateTime;
  readonly until: LocalDateTime;
  /** Functions that the freeze leaves alone. */
  readonly except: readonly FunctionName[];
}

/** One entry under `channels`; `url` and `secret` are references `env:NAME`, never values. */
interface DocumentChannel {
  readonly kind: ChannelKind;
  /** Absent for the console only. */
  readonly url?: string;
  readonly secret?: string;
}

/** What people are told about. */
export type TellKind = 'done' | 'held' | 'money' | 'failed' | 'silent';

/** A policy file, checked and parsed into values, names resolved, nothing resolved to instants yet. `compile` takes it from here. */
export interface PolicyDocument {
  readonly version: 1;
  /** The text that the document was read from; `compile` hashes it. */
  readonly source: string;
  /** IANA zone of every local time unless a target has its own. */
  readonly timezone: string;
  /** IANA zone in which native schedules count. Default Asia/Shanghai. */
  readonly serviceTimeZone: string;
  /** `dir:PATH` or `oss://BUCKET/PREFIX`, as written. */
  readonly store?: string;
  readonly mode: { readonly default: 'observe' | 'act'; readonly act: readonly FunctionName[] };
  readonly targets: Readonly<Record<string, DocumentTarget>>;
  readonly calendars: Readonly<Record<string, DocumentCalendar>>;
  readonly schedules: Readonly<Record<string, DocumentSchedule>>;
  readonly exceptions: readonly DocumentException[];
  readonly protect: CompiledProtect;
  readonly limits: CompiledLimits;
  readonly freezes: readonly DocumentFreeze[];
  readonly channels: Readonly<Record<string, DocumentChannel>>;
  /** Names of channels by kind; an empty list is `none`. An absent kind is not told. */
  readonly tell: Readonly<Partial<Record<TellKind, readonly string[]>>>;
  /** Who may approve, by name of the circle. */
  readonly approvers: Readonly<Record<string, readonly ApproverEntry[]>>;
  /** Account of the approvers that are named without one. Absent: the account of the target that is asked about. */
  readonly approversAccount?: string;
  /** Parsed rules of the functions that have a rule module, in the order of the file; the shape is the module's own. */
  readonly rules: Readonly<Partial<Record<FunctionName, readonly unknown[]>>>;
}
