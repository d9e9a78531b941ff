import type { OrderQuestion } from '../../../shared/billing/order-truth.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { Moment } from '../../../shared/engine/effects.ts';
import type { ResourceRef } from '../../../shared/fleet/resource.ts';
import { JournalError, StoreError } from '../../../shared/journal/store/store.ts';
import type { StoreEffect } from '../../../shared/journal/store/store-effect.ts';
import type { Json } from '../../../shared/planning/decision.ts';
import type { Money } from '../../../shared/policy/money.ts';

/** Length of a subscription period as claims record it. Which pairs can be ordered is the planner's business. */
export interface RenewalPeriod {
  readonly count: number;
  readonly unit: 'Week' | 'Month' | 'Year';
}

/** The resource that an order renews; `kind` as the fleet names it. */
export interface RenewalResource extends ResourceRef {
  readonly kind: string;
}

/** One renewal that is to be ordered, as planned and admitted. */
export interface PurchaseOrder {
  /** Account that pays and whose stream of claims counts. */
  readonly account: string;
  /** Target of the policy through which the resource is seen. */
  readonly target: string;
  readonly resource: RenewalResource;
  /** The expiry that the order moves, as observed. */
  readonly expiresAtMs: EpochMs;
  readonly period: RenewalPeriod;
  readonly autoPay: boolean;
  /** What the budget sets aside: the original price, unless a promotion id is really sent. */
  readonly reserve: Money;
  /** Name of the API operation, and its whole input with `AutoPay` spelled out. */
  readonly operation: string;
  readonly input: Readonly<Record<string, Json | undefined>>;
  /** What the auditor wants to read beside the claim, e.g. the rule, the approver, the policy's hash. */
  readonly note?: Readonly<Record<string, Json | undefined>>;
}

/** A subscription as it is read right now. */
export interface ObservedSubscription {
  /** Undefined when the service gives none that can be parsed. */
  readonly expiresAtMs: EpochMs | undefined;
  /** An order for it that waits for payment, where somebody can tell: the service's API cannot. */
  readonly unpaidOrderId?: string;
}

/** What the purchase protocol asks of the world. Everything it does passes through here, so that tests can stop it after any step. */
export type PurchaseEffect =
  | StoreEffect
  /** The resource as it is now, one API read. Result: `ObservedSubscription`, or undefined when it is gone. Failures are thrown in. */
  | { readonly type: 'reread'; readonly target: string; readonly resource: RenewalResource }
  /**
   * Transmits the order exactly once: no retry at any layer, no second signature. All of it, signing included, must be over at `byMs` of the
   * clock that `clock-now` reads, however long the process was frozen before: the client gets what is left as its `timeoutMs`, and with
   * nothing left nothing is sent. Result: the operation's parsed answer; failures are thrown in as the client throws them.
   */
  | { readonly type: 'send'; readonly purchase: PurchaseOrder; readonly byMs: EpochMs }
  /** What billing shows of one order of ours, a few API reads. Result: `OrderReading`; never fails. */
  | { readonly type: 'read-order'; readonly target: string; readonly question: OrderQuestion }
  /** Result: `Moment`. */
  | { readonly type: 'clock-now' }
  /** Result: a text that nobody else has. */
  | { readonly type: 'random-token' };

/**
 * Purchase code: yields effects, gets their results, returns `T`. `E` are further effects of the caller's own, which its driver performs.
 */
export type Purchasing<T, E = never> = Generator<PurchaseEffect | E, T, unknown>;

/** Who runs purchase code: the run's random token, and when the process must have ended (absent: never). */
export interface PurchaseRun {
  readonly owner: string;
  readonly deadlineMs?: EpochMs | undefined;
  /** Writes instants for people. Default: in UTC. */
  readonly text?: InstantText | undefined;
}

/** Writes an instant for people, by the clock of the policy. */
export type InstantText = (ms: EpochMs) => string;

/** Codes of alerts that the protocol raises, with their meaning. Stable. */
export const alertCodes = {
  'order-unpaid': 'An order was placed and the expiry has not moved: it waits for payment, or for the service. It is never placed again.',
  'order-unclear': 'It is not known whether an order was placed, and the expiry has not moved. It is never sent again by itself.',
  'order-paid':
    'Billing shows an order as paid, and the expiry has not moved: the service has not carried it out. It is never placed again.',
  'order-closed':
    'Billing shows that nothing of an order is left that could be paid; its claim was closed, and the resource may be renewed again.',
  'shift-differs': 'The expiry moved by another length than was ordered: somebody else may have renewed too.',
  'expiry-moved-back': 'The expiry lies before what it was, or before what a renewal of ours had moved it to: a refund, perhaps.',
  'answer-unrecorded': 'An order was sent and its answer could not be written down; the claim stays open.',
  'foreign-renewal': 'The expiry moved without an order of ours.',
  'void-order-paid': 'The expiry moved by what a renewal of ours had ordered that was closed as void: it was paid after all, perhaps.',
  'subscription-gone': 'A subscription is not there any more, before its expiry and without a word of ours.',
  'renewed-twice': 'The expiry moved again by what an order of ours had ordered, which waited for payment while it moved before.',
} as const satisfies Readonly<Record<string, string>>;

/** Code of an alert of the protocol. */
export type AlertCode = keyof typeof alertCodes;

/** Something that a person has to know. The protocol returns alerts and never sends them. */
export interface Alert {
  readonly code: AlertCode;
  readonly severity: 'warning' | 'critical';
  readonly text: string;
  /** Same text for the same trouble on the same day: who sends alerts, sends each of these once. */
  readonly once: string;
  readonly data: Readonly<Record<string, Json | undefined>>;
}

/** A fresh look at the clock. */
export function* moment(): Purchasing<Moment> {
  return (yield { type: 'clock-now' }) as Moment;
}

/** Reads a resource again; undefined when it is gone. @throws ApiError */
export function* rereadSubscription(target: string, resource: RenewalResource): Purchasing<ObservedSubscription | undefined> {
  return (yield { type: 'reread', target, resource }) as ObservedSubscription | undefined;
}

/** A text that nobody else has. */
export function* randomToken(): Purchasing<string> {
  return (yield { type: 'random-token' }) as string;
}

/** Transmits an order once, to be over at `byMs`. @throws ApiError @throws InputError @throws CredentialsError */
export function* sendOnce(purchase: PurchaseOrder, byMs: EpochMs): Purchasing<unknown> {
  return yield { type: 'send', purchase, byMs };
}

/**
 * The rules without which an exploration of the protocol finds a violation (purchase protocol, switches). All are on, and nothing that
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
  /** That billing shows no order counts only after its lag. Off: at once. */
  readonly billingLag: boolean;
  /** Billing closes a claim as void by two looks, 30 minutes apart. Off: by one. */
  readonly twoLooks: boolean;
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
  billingLag: true,
  twoLooks: true,
};

/** True for failures of the journal: its store, or what it holds. */
export function isJournalFailure(error: unknown): error is StoreError | JournalError {
  return error instanceof StoreError || error instanceof JournalError;
}
