import type { Outcome } from '../outcome.ts';
import type { Alert } from '../purchase/contract.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import type { BudgetUse } from '../report.ts';
import type { DueDecision } from './choose.ts';

/** What became of all that was due. */
export interface DueResult {
  /** In the order of the candidates: nearest expiry first. */
  readonly decisions: readonly DueDecision[];
  readonly budgets: readonly BudgetUse[];
  /** What the protocol says of each order that it took on. */
  readonly renewals: readonly RenewalOutcome[];
  /** The same as reports say it, with what was not even begun. */
  readonly outcomes: readonly Outcome[];
  readonly alerts: readonly Alert[];
}
