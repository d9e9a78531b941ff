import type { WrittenLog } from '../../journal/written-log.ts';
import type { Reason } from '../decision.ts';
import type { ReportDraft } from '../report-draft.ts';
import type { RunnerOptions } from '../runner.ts';
import type { RenewalContext } from './planner.ts';
import type { Renewing } from './renewing.ts';
import type { Teller } from './teller.ts';

/** What the parts of one run of renewals share. */
export interface RenewalRun {
  readonly renewing: Renewing;
  readonly options: RunnerOptions;
  readonly context: RenewalContext;
  readonly draft: ReportDraft;
  readonly teller: Teller;
  /** Undefined where the journal could not be read: then nothing is ordered. */
  readonly log: WrittenLog | undefined;
  /** Why nothing may be ordered in this run, whatever is decided; undefined where orders may be placed. */
  readonly barred: Reason | undefined;
}
