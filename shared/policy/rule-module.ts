import type * as z from 'zod/mini';
import type { EpochMs } from '../client/clock.ts';
import type { Calendar } from './calendar.ts';
import type { CompiledLimits, CompiledProtect, CompiledSelector, Never, ZoneTable } from './compiled.ts';
import type { DocumentCalendar, DocumentSchedule, DocumentTarget, PolicyDocument } from './document.ts';
import type { FunctionName } from './known-functions.ts';

/** Sections of the policy whose keys are names that others refer to. */
export type NameKind = 'target' | 'calendar' | 'schedule' | 'channel' | 'approvers';

/** Where a finding sits, relative to the rule: keys and list positions. An empty path is the rule itself. */
type RulePath = readonly (string | number)[];

/** Takes what a check found; `text` says what is wrong and what to do. `severity` defaults to `error`. */
export type RuleReport = (finding: {
  readonly path: RulePath;
  readonly text: string;
  readonly severity?: 'error' | 'warning';
  /** Point at the last key of the path rather than at its value. */
  readonly at?: 'key' | 'value';
}) => void;

/** What the cross checks of a rule may look at. Entries that have errors of their own are absent from the maps. */
export interface RuleCheckContext {
  readonly timezone: string;
  readonly serviceTimeZone: string;
  /** Whether the function of the rule acts, rather than only observes. */
  readonly acts: boolean;
  readonly targets: ReadonlyMap<string, DocumentTarget>;
  readonly calendars: ReadonlyMap<string, DocumentCalendar>;
  readonly schedules: ReadonlyMap<string, DocumentSchedule>;
  /** Who and what is never cut; undefined where that section has errors of its own. */
  readonly protect: CompiledProtect | undefined;
  /** Undefined where the policy has none, or that section has errors of its own. */
  readonly limits: CompiledLimits | undefined;
  /** The rules of all functions that are available, as parsed, by function; those with errors of their own are absent. */
  readonly rules: ReadonlyMap<FunctionName, readonly CommonRule[]>;
  /** Reports an error with the nearest name unless the policy has an entry of that name, be it a broken one. */
  expectName(kind: NameKind, name: string, path: RulePath): void;
}

/** What compiling a rule may look at. */
export interface RuleCompileContext {
  readonly document: PolicyDocument;
  /** The stretch that rules with days of their own resolve them for; it begins well before the policy does. */
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  /** The calendar of a name; without a name the plain week. @throws PolicyUnresolvedError */
  calendar(name: string | undefined): Calendar;
  /** Offsets of a zone that the policy names. @throws PolicyUnresolvedError */
  zone(name: string): ZoneTable;
}

/**
 * The keys that every rule has. They are checked by the loader alike for all functions: `targets`, `schedule` and `tell`
 * must name something, equal names in one list are an error, and a rule that an earlier one swallows is a warning.
 */
export interface CommonRule {
  readonly name: string;
  /** Absent: every target. */
  readonly targets?: readonly string[] | undefined;
  readonly groups?: CompiledSelector | undefined;
  readonly workstations?: CompiledSelector | undefined;
  readonly schedule?: string | undefined;
  /** Channels that replace `tell.done` for this rule; an empty list is `none`. */
  readonly tell?: readonly string[] | undefined;
}

/** How exceptions bind a function; its manifest says it. */
export interface ExceptionBindings {
  /** The words of `never` that bind it, as `validate` judges whether an exception forbids anything. */
  readonly never: readonly Never[];
  /** By word the key of a rule without which a rule of the function does nothing that the word forbids. Absent: each rule may. */
  readonly neverNeeds?: Readonly<Partial<Record<Never, string>>>;
  /** What `keepAtLeast` of an exception keeps up through it: of what, and the key of a rule without which there is no part to keep. */
  readonly keepsUp?: { readonly kind: 'groups' | 'workstations'; readonly part?: string };
}

/** What a function contributes to the policy language: the shape of its rules, their checks, their compiled form. */
export interface RuleModule<Rule extends CommonRule = CommonRule, Compiled = unknown> {
  readonly name: FunctionName;
  /** Strict schema of one rule (`z.strictObject({ ...ruleKeys, … })`); its output is what `check` and `compile` get. */
  readonly schema: z.core.$ZodType<Rule>;
  /** Checks that need more than the rule's own shape. Called only for rules that the schema accepts. */
  check?(rule: Rule, context: RuleCheckContext, report: RuleReport): void;
  /** Comes from the catalog. Absent: not known, so that an exception may bind it in any way. */
  readonly bindings?: ExceptionBindings;
  /** What a freeze keeps it from doing, as the rest of a sentence. Absent: nothing that is not said elsewhere. */
  readonly frozen?: string;
  /** True where each of its actions may end sessions, so that limits of zero forbid all that it does. Default: false. */
  readonly alwaysCuts?: true;
  /** Whether a rule orders renewals. Absent: the function orders nothing. */
  orders?(rule: Rule): boolean;
  /** Comes from the catalog. True for a function that only tells, so that `mode` has no say. Default: false. */
  readonly onlyTells?: boolean;
  /** The rule as planners read it: plain JSON. Default: the rule as parsed. */
  compile?(rule: Rule, context: RuleCompileContext): Compiled;
}

/** A rule module whose rule type is not known where modules are listed together. */
// biome-ignore lint/suspicious/noExplicitAny: rules are consumed by the module that parsed them, so the list need not know their type.
export type AnyRuleModule = RuleModule<any, any>;
