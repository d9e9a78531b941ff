import type { OrderTruth } from '../../../shared/billing/order-truth.ts';
import type { Client } from '../../../shared/client/client.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { AnyOperation } from '../../../shared/client/operation.ts';
import type { RenewQuote } from '../../../shared/fleet/renew-price.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import type { SubscriptionPeriod } from '../../../shared/fleet/subscription-period.ts';
import type { CountingAnswer } from '../../../shared/journal/people/answers.ts';
import type { Answers, LinkProver } from '../../../shared/journal/people/approvals.ts';
import type { ActDecision, Decision } from '../../../shared/planning/decision.ts';
import type { CompiledPolicy, CompiledTarget, Never } from '../../../shared/policy/compiled.ts';
import type { Money } from '../../../shared/policy/money.ts';
import type { Schema } from '../../../shared/schema/schema.ts';

/** What a planner of renewals may look at besides the resource. Pure data: no client, no clock. */
export interface RenewalContext {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  /** The run's one `now`. */
  readonly nowMs: EpochMs;
  /** By what answers by link are checked when they are read. Default: they cannot be, and their approvals do not count. */
  readonly proveLink?: LinkProver | undefined;
}

/** A claim that has no end yet. */
export interface OpenClaim {
  readonly n: number;
  /** When it was made. */
  readonly atMs: EpochMs;
  /** What became of its order; undefined where no answer was written down. */
  readonly answer: 'ordered' | 'rejected' | 'not-sent' | 'unclear' | undefined;
  readonly orderId: string | undefined;
  /** What billing says of its order. Absent: it was not asked. */
  readonly truth?: OrderTruth | undefined;
}

/** What the journal says of a resource's renewals, for the expiry that was observed. */
export interface ClaimFacts {
  readonly open: OpenClaim | undefined;
  /** True where a claim that is not void was made for this very expiry or a later one. */
  readonly spent: boolean;
  /** When that renewal was ordered, where what was read may be from before it; undefined where it is not spent, or is for certain. */
  readonly spentAtMs?: EpochMs | undefined;
  /** Where that renewal had moved the expiry to; undefined where it is not spent, or not known. */
  readonly movedBackFromMs: EpochMs | undefined;
  /** What the same period cost when it was ordered last; undefined where it never was. */
  lastPaid(period: SubscriptionPeriod): Money | undefined;
  /** True where the last claim that is not void was placed because nobody had answered. */
  readonly lastWasUnasked: boolean;
}

/** What a planner needs to know next about one resource. */
type RenewalNeed =
  | { readonly kind: 'claims' }
  /** Whether the console renews it by itself, as billing says it. Asked only where the target says how it is billed. */
  | { readonly kind: 'auto-renewal' }
  | { readonly kind: 'quote'; readonly period: SubscriptionPeriod }
  | { readonly kind: 'approvals'; readonly circle: string; readonly links: boolean }
  /** Since when people have known the question; see `askedAtMs`. */
  | { readonly kind: 'asked' };

/** What is known of one resource so far. Absent: not asked for yet. */
export interface RenewalFacts {
  /** When a question about this expiry was delivered first; null: nobody was asked, as far as the journal can be believed. */
  readonly askedAtMs?: EpochMs | null;
  readonly claims?: ClaimFacts;
  /** Whether the console renews it by itself; `unknown` where billing did not tell. */
  readonly autoRenewal?: 'on' | 'off' | 'unknown';
  /** By text of the period; null: the price could not be read. */
  readonly quotes: ReadonlyMap<string, RenewQuote | null>;
  /** All that was answered about this expiry. */
  readonly approvals?: Answers;
}

/** What people are asked before an order. */
export interface Question {
  readonly circle: string;
  readonly period: SubscriptionPeriod;
  readonly amount: Money;
  /** Times before the expiry at which it is asked again, in milliseconds. */
  readonly remindMs: readonly number[];
  /** True where a word that is given by link counts. Default: false. */
  readonly links?: boolean;
  /** True where a week is ordered when nobody answers. Default: nothing is. */
  readonly weekIfSilent?: boolean;
}

/** What an order comes to, beside the call itself. */
export interface PlannedOrder {
  readonly period: SubscriptionPeriod;
  readonly autoPay: boolean;
  /** What the budget sets aside. */
  readonly reserve: Money;
  /** What the service calls due; undefined where it does not say. */
  readonly trade: Money | undefined;
  /** Who approved it; undefined where nobody had to. */
  readonly approvedBy: string | undefined;
  /** True where it is placed because nobody has answered. */
  readonly unasked: boolean;
}

/** What people were asked, and what they have answered so far. */
export interface Asked {
  readonly question: Question;
  readonly answer: CountingAnswer;
}

/** What a decision rests on beside its reasons. */
interface Grounds {
  /** Set where the rule asks about this order, answered or not. */
  readonly asked?: Asked;
  /** What was read of the answers; set by who reads them. */
  readonly answers?: Answers;
}

/** A decision about a renewal. */
export type RenewalVerdict = Grounds &
  (
    | { readonly decision: ActDecision; readonly order: PlannedOrder }
    | {
        readonly decision: Exclude<Decision, ActDecision>;
        /** A question that waits for an answer. */
        readonly question?: Question | undefined;
        /** The policy lets it lapse, and it is time to say so. */
        readonly letsLapse?: true;
      }
  );

/** A decision, or what is needed to reach one. */
export type RenewalStep = RenewalVerdict | { readonly need: RenewalNeed };

/**
 * The pure part of a function that renews. `decide` is asked again with more facts until it decides; it asks for each fact once and only
 * where the decision depends on it, so that what needs nothing costs nothing.
 */
export interface RenewalPlanner {
  decide(resource: Subscribable, facts: RenewalFacts, context: RenewalContext): RenewalStep;
}

/** One page of what can expire, in the order of the service. */
interface SubscribablePage {
  readonly resources: readonly Subscribable[];
  /** How many resources of this list the service says there are; undefined where it does not say. */
  readonly total: number | undefined;
}

/** A list of the service that shows what can expire. */
interface SubscribableList {
  /** What it lists, for messages: `delivery groups`. */
  readonly what: string;
  /** All its pages. @throws ApiError when the service does not answer */
  observe(client: Client, target: CompiledTarget, signal?: AbortSignal): AsyncIterable<SubscribablePage>;
}

/** A function that renews: how it sees, how it decides, which operations its orders may use. */
export interface Renewing {
  readonly name: string;
  /** The word of `never` in exceptions that stands for all that it does. */
  readonly neverWord: Never;
  readonly operations: Readonly<Record<string, AnyOperation>>;
  /** What its compiled rules have to look like. */
  readonly rule: Schema;
  readonly planner: RenewalPlanner;
  /** Read one after another; one that fails does not keep the others from being read. */
  readonly lists: readonly SubscribableList[];
  /** The resource as it is right now, by one read; undefined when it is gone. @throws ApiError */
  reread(
    client: Client,
    target: CompiledTarget,
    resource: { readonly kind: string; readonly id: string },
  ): Promise<Subscribable | undefined>;
  /** What the service asks for a renewal, by one read; undefined where it gives no price. @throws ApiError */
  quote(client: Client, target: CompiledTarget, resource: Subscribable, period: SubscriptionPeriod): Promise<RenewQuote | undefined>;
}
