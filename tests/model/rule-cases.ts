import { defaultRules, type ProtocolRules } from '../../functions/renew-before-expiry/purchase/contract.ts';
import type { Configuration } from './configuration.ts';
import type { Invariant } from './invariants.ts';

/** The smallest world in which leaving out a rule does harm. */
export interface RuleCase {
  readonly rule: keyof ProtocolRules;
  readonly breaks: Invariant;
  readonly configuration: Omit<Configuration, 'name' | 'rules'>;
}

/** A case for each rule marked [m] in the protocol. */
export const ruleCases: readonly RuleCase[] = [
  { rule: 'keyedByResource', breaks: 'I4', configuration: { faults: { late: 1, renew: 1 }, minutes: [0] } },
  { rule: 'alarmWithoutDecision', breaks: 'I3', configuration: { faults: { 'store-down': 1 }, minutes: [0], runs: 1 } },
  { rule: 'holdSpentExpiry', breaks: 'I1', configuration: { faults: { refund: 1 }, minutes: [0] } },
  { rule: 'claimFirst', breaks: 'I4', configuration: { faults: {}, minutes: [0] } },
  { rule: 'monthAtClaim', breaks: 'I2', configuration: { faults: { month: 1 }, resources: 2, limit: 1, minutes: [-75, 15] } },
  { rule: 'sendPromptly', breaks: 'I4', configuration: { faults: { resolve: 1 }, minutes: [0, 60] } },
  { rule: 'claimantAnswers', breaks: 'I4', configuration: { faults: { late: 1 }, minutes: [0, 15] } },
  { rule: 'releaseOnProof', breaks: 'I2', configuration: { faults: { 'lost-answer': 1 }, resources: 2, limit: 1, minutes: [0] } },
  { rule: 'voidAfterAnHour', breaks: 'I4', configuration: { faults: { late: 1, resolve: 1 }, minutes: [0] } },
  {
    ...{ rule: 'billingLag', breaks: 'I1' },
    configuration: { faults: { billing: 1, 'lost-answer': 1 }, minutes: [0, 60, 90], runs: 3, atOnce: 1 },
  },
  {
    ...{ rule: 'twoLooks', breaks: 'I1' },
    configuration: { faults: { billing: 1, 'lost-answer': 1 }, minutes: [0, 1500], runs: 2, atOnce: 1 },
  },
];

/** The configuration of a case, with its rule off or on. */
export function configurationOf({ rule, configuration }: RuleCase, off: boolean): Configuration {
  return { ...configuration, name: `${off ? 'without' : 'with'} ${rule}`, rules: { ...defaultRules, [rule]: !off } };
}
