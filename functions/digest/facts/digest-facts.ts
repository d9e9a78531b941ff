import type { EpochMs } from '../../../shared/client/clock.ts';
import { printable } from '../../../shared/client/printable.ts';
import type { CompiledException, ZoneTable } from '../../../shared/policy/compiled.ts';
import type { CompiledDigestRule } from '../compiled-rule.ts';
import type { Stretch } from './capacity-tally.ts';
import type { Expiry, FleetFacts } from './fleet-facts.ts';
import type { LifeSigns } from './heartbeats.ts';
import type { JournalHeads } from './journal-heads.ts';
import type { Spending } from './past-orders.ts';
import type { PastRun, Since } from './past-runs.ts';

/** One change that was made, or tried. */
export interface DoneLine {
  readonly functionName: string;
  readonly atMs: EpochMs;
  readonly resource: { readonly id: string; readonly name?: string | undefined };
  /** As plans say it: `nodes: fixed at 8 → fixed at 4`. */
  readonly text: string;
  /** `done`, `already`, `failed`, `unknown`, `held`, `not-sent`. */
  readonly outcome: string;
  /** Why it is not plainly done. */
  readonly because?: string;
}

/** What the runs of a stretch did on a target. */
export interface DoneFacts {
  /** Outcomes by function and what became of them. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The first changes, what did not succeed first. */
  readonly lines: readonly DoneLine[];
  readonly more: number;
  /** Failures of runs as a whole, equal ones once with how often. */
  readonly errors: readonly { readonly functionName: string; readonly code: string; readonly message: string; readonly times: number }[];
}

/** Something that is held. */
export interface HeldLine extends Since {
  readonly functionName: string;
  readonly rule: string | null;
  readonly resource: { readonly id: string; readonly name?: string | undefined };
  readonly code: string;
  readonly text: string;
  /** What identifies it from run to run. */
  readonly identity: string;
}

/** A change that a function would make if the policy let it act. */
export interface WouldLine {
  readonly functionName: string;
  /** When it was planned. */
  readonly atMs: EpochMs;
  readonly resource: { readonly id: string; readonly name?: string | undefined };
  /** As plans say it: `nodes: fixed at 8 → fixed at 4`. */
  readonly text: string;
}

/** The end of a subscription, with what people were told and said about it. */
export interface ExpiryLine extends Expiry {
  /** Alarms that were told about it, such as `72h`. */
  readonly told: readonly string[];
  /** The answer of approvers that counts now, with its words. */
  readonly answer?: { readonly state: 'approved' | 'refused'; readonly words: string };
}

/** What a digest knows of one target. */
export interface TargetFacts {
  readonly name: string;
  /** Undefined: no run observed it. */
  readonly fleet: FleetFacts | undefined;
  readonly expiring: readonly ExpiryLine[];
  readonly done: DoneFacts;
  readonly held: readonly HeldLine[];
  /** What functions that only observe would do. */
  readonly would: readonly WouldLine[];
  readonly life: readonly LifeSigns[];
}

/** An exception of the policy that ends soon, or has ended since the last digest. */
export interface EndingException {
  readonly because: string;
  readonly untilMs: EpochMs;
  readonly ended: boolean;
  readonly targets: readonly string[];
  readonly keepAtLeastPercent: number | undefined;
  readonly never: CompiledException['never'];
}

/** All that a digest is made of. */
export interface DigestFacts {
  readonly rule: CompiledDigestRule;
  readonly zone: ZoneTable;
  readonly nowMs: EpochMs;
  /** The stretch that it tells of: from the last digest to this one. */
  readonly span: Stretch;
  readonly targets: readonly TargetFacts[];
  /** Orders of the span and of the 30 days before its end, whichever begins earlier. */
  readonly spending: Spending;
  readonly exceptions: readonly EndingException[];
  /** Present where the rule shows them. */
  readonly heads?: JournalHeads;
  /** What of the journal could not be read. */
  readonly unreadable: readonly string[];
}

/** A change as plans say it: `nodes: fixed at 8 → fixed at 4`; `otherwise` where the action names none. */
export function changeText(action: PastRun['decisions'][number]['action'], otherwise: string): string {
  return printable(action?.change.map(({ field, from, to }) => `${field}: ${plain(from)} → ${plain(to)}`).join('; ') || otherwise);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? 'none' : JSON.stringify(value);
}
