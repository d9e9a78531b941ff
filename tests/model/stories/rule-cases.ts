import type { ProtocolRules } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import type { Dimension } from './dimensions.ts';
import type { Rule } from './violation.ts';

/** The smallest stories in which leaving out a rule of the protocol does harm. */
export interface RuleCase {
  readonly rule: keyof ProtocolRules;
  readonly breaks: Rule;
  readonly family: string;
  readonly only: readonly Dimension[];
  readonly atMost: number;
  /** Default: all due runs of the family. */
  readonly slots?: number;
}

/** A case for each rule. */
export const ruleCases: readonly RuleCase[] = [
  { rule: 'keyedByResource', breaks: 'I4', family: 'plain', only: ['late', 'renew'], atMost: 2, slots: 2 },
  { rule: 'identityFirst', breaks: 'I1', family: 'a mistyped account', only: ['unpaid'], atMost: 1 },
  { rule: 'alarmWithoutDecision', breaks: 'I3', family: 'unanswered', only: ['store-down'], atMost: 1 },
  { rule: 'holdSpentExpiry', breaks: 'I1', family: 'plain', only: ['refund'], atMost: 1 },
  { rule: 'claimFirst', breaks: 'I1', family: 'plain', only: ['overlap'], atMost: 1 },
  { rule: 'monthAtClaim', breaks: 'I2', family: 'turn of a month', only: ['slow'], atMost: 1 },
  { rule: 'bothMonths', breaks: 'I2', family: 'last minutes of a month', only: ['late'], atMost: 1 },
  { rule: 'sendPromptly', breaks: 'I1', family: 'by hand', only: ['slow'], atMost: 1, slots: 2 },
  { rule: 'claimantAnswers', breaks: 'I4', family: 'plain', only: ['late', 'crash'], atMost: 2, slots: 2 },
  { rule: 'recheckBeforeSend', breaks: 'answers', family: 'approved', only: ['slow'], atMost: 1 },
  { rule: 'stopAfterFailure', breaks: 'breaker', family: 'two currencies', only: ['unclear'], atMost: 1 },
  { rule: 'releaseOnProof', breaks: 'I2', family: 'scarce budget', only: ['lost'], atMost: 1 },
  { rule: 'owedReleases', breaks: 'L1', family: 'scarce budget', only: ['auto-renew'], atMost: 1 },
  { rule: 'voidAfterAnHour', breaks: 'I4', family: 'plain', only: ['late'], atMost: 1 },
  { rule: 'billingLag', breaks: 'I1', family: 'billed', only: ['lost'], atMost: 1, slots: 3 },
  { rule: 'twoLooks', breaks: 'I1', family: 'billed', only: ['lost', 'no-billing'], atMost: 2, slots: 4 },
];
