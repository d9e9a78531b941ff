import type { CallCounts } from '../../../shared/engine/counting-client.ts';
import type { ReportDraft } from '../../../shared/engine/report-draft.ts';
import type { RunnerOptions } from '../../../shared/engine/runner.ts';
import type { IntentLog } from '../../../shared/journal/intents/intent-log.ts';
import type { HourlyMemory } from '../../../shared/notify/hourly-memory.ts';
import type { Reason } from '../../../shared/planning/decision.ts';
import type { ProtocolRules } from '../purchase/contract.ts';
import type { UsedReservations } from '../purchase/reservations.ts';
import type { RenewalContext, Renewing } from './planner.ts';
import type { RenewalNotifier } from './renewal-notifier.ts';

/** What one run needs beside the world that performs its effects. */
export interface RenewalRunInput {
  readonly renewing: Renewing;
  /** Policy, target, mode and the like; client, store, clock and notifier are the driver's. Of the store only what it is, not what it does. */
  readonly options: Omit<RunnerOptions, 'client' | 'clock' | 'notifier' | 'store'> & {
    readonly store: Pick<RunnerOptions['store'], 'shared'>;
  };
  readonly memory: HourlyMemory;
  /** Reservations that are used for good, as far as this process knows. */
  readonly used: UsedReservations;
  /** The calls made so far, for the report. */
  readonly counts: () => CallCounts;
  /** Default: all on. For tests that show that each rule is needed. */
  readonly rules?: ProtocolRules;
}

/** What the parts of one run of renewals share. */
export interface RenewalRun {
  readonly renewing: Renewing;
  readonly options: RenewalRunInput['options'];
  readonly context: RenewalContext;
  readonly draft: ReportDraft;
  readonly notifier: RenewalNotifier;
  /** Undefined where the journal could not be read: then nothing is ordered. */
  readonly log: IntentLog | undefined;
  /** Why nothing may be ordered in this run, whatever is decided; undefined where orders may be placed. */
  readonly barred: Reason | undefined;
  readonly rules: ProtocolRules;
  /** Reservations that are used for good, as far as this process knows. */
  readonly used: UsedReservations;
  /** Ids of what expires earlier than when it was last seen. */
  readonly back: ReadonlySet<string>;
}
