import type { EpochMs } from '../../client/clock.ts';
import type { ResourceRef } from '../../fleet/resource.ts';
import type { StoreEffect } from '../../journal/store/store-effect.ts';
import type { Money } from '../../policy/money.ts';
import type { Json } from '../decision.ts';
import type { Moment } from '../effects.ts';

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
export interface RenewalWish {
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
  | { readonly type: 'send'; readonly wish: RenewalWish; readonly byMs: EpochMs }
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
export function* sendOnce(wish: RenewalWish, byMs: EpochMs): Purchasing<unknown> {
  return yield { type: 'send', wish, byMs };
}
