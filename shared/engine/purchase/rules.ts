/**
 * The rules without which an exploration of the protocol finds a violation (protocols, the rules marked [m]). All are on, and nothing that
 * a user writes reaches them: they are switched off one at a time by tests only, to show that each is needed.
 */
export interface ProtocolRules {
  /** One stream of claims per resource. Off: one per resource and expiry, so that two requests can be under way at once. */
  readonly keyedByResource: boolean;
  /** The account behind the keys is asked before anything is ordered. Off: what the policy says of it is believed. */
  readonly identityFirst: boolean;
  /** Alarms go out without a decision where deciding fails or runs out of time. Off: only once everything is decided. */
  readonly alarmWithoutDecision: boolean;
  /** An expiry for which a claim was made that is not void is never ordered for again. Off: only open claims hold. */
  readonly holdSpentExpiry: boolean;
  /** A claim is created before the order is sent. Off: the order is sent without one. */
  readonly claimFirst: boolean;
  /** The month of the reservation, and the distance from a change of month, are checked right before the claim. Off: when planning only. */
  readonly monthAtClaim: boolean;
  /** What cannot wait near a change of month is set aside in both months. Off: in the one that the clock says. */
  readonly bothMonths: boolean;
  /** The order is sent only within 30 s of the claim. Off: however late. */
  readonly sendPromptly: boolean;
  /** Nobody but the claimant says what became of an order. Off: a claim without an answer is soon taken for one that was not sent. */
  readonly claimantAnswers: boolean;
  /** Answers, freezes and the decision itself are looked at again right before the order is sent. Off: what was decided before counts. */
  readonly recheckBeforeSend: boolean;
  /** A failure that is not the resource's own ends the orders of the run. Off: the next order is tried. */
  readonly stopAfterFailure: boolean;
  /** A reservation is released on proof that nothing was ordered. Off: also when that is unclear. */
  readonly releaseOnProof: boolean;
  /** What is owed back to a budget is given back before orders are admitted. Off: only by the run that has set it aside. */
  readonly owedReleases: boolean;
  /** People and billing void a claim 60 minutes after it at the earliest. Off: at once. */
  readonly voidAfterAnHour: boolean;
}

/** All rules on: what every shipped caller uses. */
export const defaultRules: ProtocolRules = {
  keyedByResource: true,
  identityFirst: true,
  alarmWithoutDecision: true,
  holdSpentExpiry: true,
  claimFirst: true,
  monthAtClaim: true,
  bothMonths: true,
  sendPromptly: true,
  claimantAnswers: true,
  recheckBeforeSend: true,
  stopAfterFailure: true,
  releaseOnProof: true,
  owedReleases: true,
  voidAfterAnHour: true,
};
