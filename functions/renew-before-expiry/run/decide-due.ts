import type { EpochMs } from '../../../shared/client/clock.ts';
import { reason } from '../../../shared/engine/reasons.ts';
import { isExpected, runError } from '../../../shared/engine/report.ts';
import type { RenewQuote } from '../../../shared/fleet/renew-price.ts';
import { refOf } from '../../../shared/fleet/resource.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import { periodText, samePeriod } from '../../../shared/fleet/subscription-period.ts';
import { askedSince } from '../../../shared/journal/log/alerts.ts';
import { electorateOf } from '../../../shared/journal/people/answers.ts';
import { readApprovals } from '../../../shared/journal/people/approvals.ts';
import type { RenewalEntry } from '../../../shared/journal/renewals/renewal.ts';
import { JournalError } from '../../../shared/journal/store/store.ts';
import type { HoldDecision, Reason } from '../../../shared/planning/decision.ts';
import { isMoneyJson, type MoneyJson, moneyFromJson } from '../../../shared/policy/money.ts';
import type { Candidate, DueSubscription } from '../purchase/purchase-pass.ts';
import { autoRenewalIn, quoteOf, type Renewal } from './effects.ts';
import type { ClaimFacts, RenewalContext, RenewalFacts, RenewalPlanner, RenewalVerdict } from './planner.ts';

/** A subscription to look at more closely, with the whole resource. */
export interface DueResource extends DueSubscription {
  readonly subject: Subscribable;
}

/** Prices that were asked for, by text of the period; null: the price could not be read. */
export type Quotes = Map<string, RenewQuote | null>;

/**
 * Decides about a candidate, getting the planner each fact that it asks for. A price that cannot be read is no price; a record that cannot be
 * trusted holds its resource.
 * @param quotes prices that are fresh enough to go by; those asked for here are added. Default: none
 * @throws StoreError
 */
export function* decideDue(
  planner: RenewalPlanner,
  candidate: Candidate<DueResource>,
  context: RenewalContext,
  onTrouble: (trouble: Reason) => void,
  quotes: Quotes = new Map(),
): Renewal<RenewalVerdict> {
  const { subject } = candidate.due;
  const resource = movedSubject(candidate);
  let facts: RenewalFacts = candidate.claimState?.state === 'open' ? { quotes, claims: claimFactsOf(candidate) } : { quotes };
  for (;;) {
    const step = planner.decide(resource, facts, context);
    if ('decision' in step) return facts.approvals === undefined ? step : { ...step, answers: facts.approvals };
    const { need } = step;
    if (need.kind === 'quote') quotes.set(periodText(need.period), yield* quoteOrNull(subject, need.period, onTrouble));
    else {
      try {
        if (need.kind === 'claims') {
          if (candidate.view === undefined) return unreadable(subject, candidate.failure);
          facts = { ...facts, claims: claimFactsOf(candidate) };
        } else if (need.kind === 'auto-renewal') facts = { ...facts, autoRenewal: yield* autoRenewalFact(subject, onTrouble) };
        else if (need.kind === 'asked') {
          const { account, expiresAtMs } = candidate.due;
          const reader = { functionName: 'renew-before-expiry', nowMs: context.nowMs };
          facts = { ...facts, askedAtMs: (yield* askedSince(reader, { account, resource: subject.id, expiresAtMs })) ?? null };
        } else {
          const { account, expiresAtMs } = candidate.due;
          const about = { circle: need.circle, account, resource: subject.id, expiresAtMs };
          const approvals = yield* readApprovals(about, electorateOf(context, need, context.proveLink));
          for (const { code, text, key } of approvals.unusable)
            onTrouble(reason('answer-unusable', text, { resource: subject.id, cause: code, key }));
          facts = { ...facts, approvals };
        }
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        return unreadable(subject, error);
      }
    }
  }
}

/** The resource with the expiry to which a claim that was just settled has moved it: the page may have been older than that. */
function movedSubject({ due, settled }: Candidate<DueResource>): Subscribable {
  const movedTo = settled?.end?.outcome === 'moved' ? settled.end.movedTo : undefined;
  return movedTo === undefined ? due.subject : { ...due.subject, expiresAtMs: movedTo * 1000 };
}

function* quoteOrNull(
  resource: Subscribable,
  period: Parameters<typeof quoteOf>[1],
  onTrouble: (trouble: Reason) => void,
): Renewal<RenewQuote | null> {
  try {
    return (yield* quoteOf(resource, period)) ?? null;
  } catch (error) {
    if (!isExpected(error)) throw error;
    const text = `The price of ${periodText(period)} for ${resource.id} could not be read: ${runError(error).message}`;
    onTrouble(reason('fact-unknown', text, { resource: resource.id, error: runError(error).code }));
    return null;
  }
}

/** Whether the console renews a resource by itself. What billing does not tell is left to what the rule says of it, with a warning. */
function* autoRenewalFact(subject: Subscribable, onTrouble: (trouble: Reason) => void): Renewal<'on' | 'off' | 'unknown'> {
  const found = yield* autoRenewalIn(subject);
  if (typeof found === 'string') return found;
  const text = `Automatic renewal could not be read from billing, so consoleAutoRenew is believed: ${found.unread}`;
  onTrouble(reason('billing-unread', text));
  return 'unknown';
}

function unreadable(resource: Subscribable, failure: unknown): { readonly decision: HoldDecision } {
  const because = [
    reason('journal-unreadable', `Its records cannot be trusted: ${runError(failure).message}`, { error: runError(failure).code }),
  ];
  return { decision: { verdict: 'hold', rule: null, resource: refOf(resource), because } };
}

/** What a period cost. */
interface PaidPeriod {
  readonly period: { readonly count: number; readonly unit: string };
  readonly price: MoneyJson;
}

/** What a candidate's stream says, as the planner sees it. */
function claimFactsOf({ view, claimState, settled }: Pick<Candidate<DueSubscription>, 'view' | 'claimState' | 'settled'>): ClaimFacts {
  const open = claimState?.state === 'open' ? claimState.entry : undefined;
  const spent = claimState?.state === 'spent' ? claimState.entry : undefined;
  const external = claimState?.state === 'free' && claimState.external !== undefined;
  const paid = regularlyPaid(view?.moved);
  return {
    open: open && {
      ...{ n: open.n, atMs: open.claim?.t ?? open.atMs, answer: open.answer?.outcome, orderId: open.answer?.orderId },
      ...(settled?.truth === undefined ? {} : { truth: settled.truth }),
    },
    spent: spent !== undefined,
    spentAtMs: claimState?.state === 'spent' && !claimState.alert ? claimState.entry.atMs : undefined,
    movedBackFromMs: movedToOf(spent),
    lastPaid: (period) => (paid && samePeriod(paid.period, period) ? moneyFromJson(paid.price) : undefined),
    lastWasUnasked: !external && view?.moved?.claim?.note?.['unasked'] === true,
  };
}

/**
 * The period that was ordered last and what it cost. An order that was placed because nobody had answered is passed over: it carries in its
 * note what was paid before, or the next price would have nothing to be compared with.
 */
export function regularlyPaid(last: RenewalEntry | undefined): PaidPeriod | undefined {
  const claim = last?.claim;
  if (!claim) return undefined;
  if (claim.note?.['unasked'] !== true) return { period: claim.period, price: claim.price };
  const regular = claim.note['regular'] as Partial<PaidPeriod> | undefined;
  return regular?.period !== undefined && isMoneyJson(regular.price) ? { period: regular.period, price: regular.price } : undefined;
}

function movedToOf(entry: RenewalEntry | undefined): EpochMs | undefined {
  return entry?.end?.movedTo === undefined ? undefined : entry.end.movedTo * 1000;
}
