import { answerMutants } from './answer-mutants.ts';
import { askingMutants } from './asking-mutants.ts';
import { billingMutants } from './billing-mutants.ts';
import { budgetMutants } from './budget-mutants.ts';
import { fenceMutants } from './fence-mutants.ts';
import { identityMutants } from './identity-mutants.ts';
import { journalMutants } from './journal-mutants.ts';
import { memoryMutants } from './memory-mutants.ts';
import { meterMutants } from './meter-mutants.ts';
import type { Mutant } from './mutant.ts';
import { orderTruthMutants } from './order-truth-mutants.ts';
import { plannerMutants } from './planner-mutants.ts';
import { purchaseMutants } from './purchase-mutants.ts';
import { runMutants } from './run-mutants.ts';
import { tellingMutants } from './telling-mutants.ts';
import { watchMutants } from './watch-mutants.ts';

/** All faults of the money path that tests have to find. */
export const mutants: readonly Mutant[] = [
  ...[...purchaseMutants, ...budgetMutants, ...runMutants, ...plannerMutants, ...journalMutants],
  ...[
    ...identityMutants,
    ...answerMutants,
    ...askingMutants,
    ...fenceMutants,
    ...watchMutants,
    ...tellingMutants,
    ...memoryMutants,
    ...billingMutants,
    ...orderTruthMutants,
    ...meterMutants,
  ],
];
