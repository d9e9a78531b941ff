import type { Outcome } from '../outcome.ts';
import type { Alert } from '../purchase/contract.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import type { Stop } from '../purchase/renewal-outcome.ts';
import type { BudgetUse } from '../report.ts';
import type { DueDecision } from './choose.ts';
import type { RenewalState } from './state.ts';

/** What became of all that was due. */
export interface DueResult {
  /** In the order of the candidates: nearest expiry first. */
  readonly decisions: readonly DueDecision[];
  /** Where each renewal that was due stands after this run, by resource id. */
  readonly states: ReadonlyMap<string, RenewalState>;
  readonly budgets: readonly BudgetUse[];
  /** What the protocol says of each order that it took on. */
  readonly renewals: readonly RenewalOutcome[];
  /** The same as reports say it, with what was not even begun. */
  readonly outcomes: readonly Outcome[];
  readonly alerts: readonly Alert[];
  /** Why some of what is due was not even looked at; undefined where all was. */
  readonly late?: Stop | undefined;
}
