import type { EpochMs } from '../client/clock.ts';
import type { Money } from './money.ts';

/**
 * A level of a schedule: a share of a peak in whole percent, or a count of nodes. Where two days overlap, one with a share and
 * the other with a count, which one is higher depends on the peak: `higherOf` keeps both. `nodesOf` (values/level.ts) resolves
 * all three.
 */
export type Level =
  | { readonly percent: number }
  | { readonly nodes: number }
  | { readonly higherOf: { readonly percent: number; readonly nodes: number } };

/** A half-open stretch of time at one level; times outside all segments are level zero. */
export interface Segment {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly level: Level;
}

/** A schedule resolved for one calendar and one zone over the policy's horizon. */
export interface Timeline {
  readonly schedule: string;
  readonly timezone: string;
  /** What the segments cover; it begins well before the policy does, so that steps before a push are still known. */
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  /** Ascending, not overlapping, touching segments of equal level joined. */
  readonly segments: readonly Segment[];
  /** The same, as if no calendar existed: Monday to Friday work, named weekdays kept, dates ignored. */
  readonly ordinary: readonly Segment[];
  /** Local days whose kind is not published and whose calendar says `hold`, as stretches; planners hold decisions that fall in them. */
  readonly unknown: readonly { readonly startMs: EpochMs; readonly endMs: EpochMs }[];
}

/** Offsets of a zone over the horizon: from `atMs` on, local time is UTC plus `offsetMs`. The first entry covers the start. */
export interface ZoneTable {
  readonly transitions: readonly { readonly atMs: EpochMs; readonly offsetMs: number }[];
}

/** A selector as written, checked; `matcher` (selector.ts) turns it into a function. All keys are ANDed, lists ORed. */
export interface CompiledSelector {
  readonly all?: true;
  readonly ids?: readonly string[];
  /** Case-sensitive globs. */
  readonly names?: readonly string[];
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly missingTags?: readonly string[];
  readonly charge?: readonly ('subscription' | 'pay-as-you-go')[];
  readonly regions?: readonly string[];
  readonly statuses?: readonly string[];
  readonly firstSeen?: { readonly over?: number; readonly under?: number };
  readonly officeNetworks?: readonly string[];
  readonly images?: readonly string[];
  readonly users?: readonly string[];
}

/** How an account is billed, as the billing API needs to know it. */
export interface TargetBilling {
  /** The site of the vendor at which the account was opened. */
  readonly site: 'china' | 'international';
  /** Code of App Streaming in billing. */
  readonly productCode: string;
  /** Type of the product beside its code. Absent: any. */
  readonly productType?: string;
}

/** One entry under `targets`: an account seen through one endpoint. */
export interface CompiledTarget {
  readonly name: string;
  readonly account: string;
  readonly role?: string;
  readonly endpoint: string;
  readonly regions?: readonly string[];
  readonly calendar?: string;
  readonly timezone: string;
  readonly shardByRegion: boolean;
  /** Absent: the billing API is not called for it. */
  readonly billing?: TargetBilling;
  /** The only region of this part of a target; set by a run, never in a compiled policy. Default: all of `regions`. */
  readonly shard?: string;
}

/** What an exception can forbid. */
export type Never = 'cut-sessions' | 'approve-ota' | 'scale-down' | 'renew' | 'power-off' | 'tag' | 'enforce';

/** An exception of the policy, for the resources it selects, in `[fromMs, untilMs)`. Times depend on the target's zone. */
export interface CompiledException {
  readonly because: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  /** By zone, since `from` and `until` are local. */
  readonly spans: Readonly<Record<string, { readonly fromMs: EpochMs; readonly untilMs: EpochMs }>>;
  readonly keepAtLeastPercent?: number;
  readonly never: readonly Never[];
}

/** Bounds on harm, on added nodes, on money and on pushes; what is left out is not bounded, unless a default is named. */
export interface CompiledLimits {
  readonly actionsPerRun?: number;
  readonly actionsPer24h?: number;
  /** Percent of the resources that a rule covers, for each rule and kind of harm. */
  readonly shareOfRulePerRun?: number;
  readonly shareOfRulePer24h?: number;
  readonly sessionsCutPerRun?: number;
  readonly sessionsCutPer24h?: number;
  /** Nodes beyond the highest level that each group had in 30 days, over all targets. */
  readonly nodesAddedPer24h?: number;
  readonly spendPerMonth?: readonly Money[];
  /** Orders of one run. Default: 50. */
  readonly ordersPerRun?: number;
  readonly changedByPush?: number;
}

/** A time in which what freezes stop is held, but for the functions in `except`. Times depend on the target's zone. */
export interface CompiledFreeze {
  readonly because: string;
  readonly except: readonly string[];
  readonly spans: Readonly<Record<string, { readonly fromMs: EpochMs; readonly untilMs: EpochMs }>>;
}

/** Who and what is never cut. */
export interface CompiledProtect {
  /** Case-insensitive globs on EndUserId. */
  readonly users: readonly string[];
  readonly groups?: CompiledSelector;
  readonly ownerTag?: { readonly key: string; readonly atMostMs: number };
}

/** Something to tell people on each run that falls in the span. */
export interface CompiledWarning {
  readonly code: string;
  readonly text: string;
  readonly fromMs?: EpochMs;
  readonly untilMs?: EpochMs;
  /** When what it is about begins, which is told on channels then. Absent: it is not told there. */
  readonly beginsMs?: EpochMs;
}

/** The policy as functions read it: JSON, no calendar data, no zone database needed. Amounts' `micros` are strings on the wire. */
export interface CompiledPolicy {
  readonly format: 1;
  /** SHA-256, lower-case hex, of the source text as UTF-8; ties the policy to the file that it came from. */
  readonly sourceHash: string;
  readonly fromMs: EpochMs;
  /** Past this instant every decision holds. */
  readonly untilMs: EpochMs;
  readonly timezone: string;
  readonly serviceTimeZone: string;
  readonly store?: string;
  readonly mode: { readonly default: 'observe' | 'act'; readonly act: readonly string[] };
  readonly targets: Readonly<Record<string, CompiledTarget>>;
  /** Every zone that the policy names, `serviceTimeZone` included. */
  readonly zones: Readonly<Record<string, ZoneTable>>;
  /** By `timelineKey(schedule, calendar, timezone)`. */
  readonly timelines: Readonly<Record<string, Timeline>>;
  readonly exceptions: readonly CompiledException[];
  readonly protect: CompiledProtect;
  readonly limits: CompiledLimits;
  readonly freezes: readonly CompiledFreeze[];
  readonly channels: Readonly<Record<string, { readonly kind: string; readonly url?: string; readonly secret?: string }>>;
  readonly tell: Readonly<Record<string, readonly string[]>>;
  /** Who may approve, by name of the circle. */
  readonly approvers: Readonly<Record<string, readonly ApproverEntry[]>>;
  /** Account of the approvers that are named without one. Absent: the account of the target that is asked about. */
  readonly approversAccount?: string;
  /** Compiled rules by function; each function knows the shape of its own. Order is the policy's. */
  readonly rules: Readonly<Record<string, readonly unknown[]>>;
  readonly warnings: readonly CompiledWarning[];
  /** SHA-256, lower-case hex, of all the rest as `encodePolicy` wrote it. Absent: it was never written, or by an earlier version. */
  readonly ownHash?: string;
  /** True where `decodePolicy` found that it is not as it was written. */
  readonly altered?: true;
}

/** Key of a timeline; a schedule without a calendar uses the plain week. */
export function timelineKey(schedule: string, calendar: string | undefined, timezone: string): string {
  return `${schedule}|${calendar ?? ''}|${timezone}`;
}

/**
 * An approver as the policy names one: a RAM user `li.wei` or `li.wei@1234567890123456`, or one person with several users. Plain names belong to
 * `approversAccount`, and without one to the account of the target that is asked about.
 */
export type ApproverEntry = string | { readonly user: readonly string[] };
