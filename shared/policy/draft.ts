import type { ApproverEntry, CompiledLimits, CompiledProtect } from './compiled.ts';
import type { DocumentCalendar, DocumentException, DocumentFreeze, DocumentSchedule, DocumentTarget, PolicyDocument } from './document.ts';
import type { AnyRuleModule, CommonRule } from './rule-module.ts';

/** Something that was read from a list, with its position in the file's list. */
export interface Listed<T> {
  readonly index: number;
  readonly value: T;
}

/** The rules of one function that the policy has and the program knows. */
export interface RuleList {
  readonly module: AnyRuleModule;
  readonly rules: readonly Listed<CommonRule>[];
}

/** As much of a policy as could be read: what has errors of its own is absent. Cross checks work on this. */
export interface PolicyDraft {
  /** The data as YAML gave it; names are looked up here, so that a broken entry is still known by name. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly timezone: string | undefined;
  readonly serviceTimeZone: string;
  readonly mode: PolicyDocument['mode'];
  readonly targets: ReadonlyMap<string, DocumentTarget>;
  readonly calendars: ReadonlyMap<string, DocumentCalendar>;
  readonly schedules: ReadonlyMap<string, DocumentSchedule>;
  readonly exceptions: readonly Listed<DocumentException>[];
  readonly protect: CompiledProtect | undefined;
  readonly limits: CompiledLimits | undefined;
  readonly freezes: readonly Listed<DocumentFreeze>[];
  readonly channels: ReadonlyMap<string, PolicyDocument['channels'][string]>;
  readonly tell: PolicyDocument['tell'];
  readonly approvers: ReadonlyMap<string, readonly ApproverEntry[]>;
  readonly approversAccount: string | undefined;
  readonly ruleLists: readonly RuleList[];
  readonly store: string | undefined;
}
