import type { RenewQuote } from '../../fleet/renew-price.ts';
import type { Subscribable } from '../../fleet/subscription.ts';
import { periodText } from '../../fleet/subscription-period.ts';
import { askedSince } from '../../journal/log/alerts.ts';
import { readApprovals } from '../../journal/people/approvals.ts';
import { JournalError } from '../../journal/store/store.ts';
import type { HoldDecision, Reason } from '../decision.ts';
import { isExpected } from '../expected.ts';
import type { Candidate, DueSubscription } from '../purchase/round.ts';
import { reason } from '../reasons.ts';
import { runError } from '../report.ts';
import { electorateOf } from './answers.ts';
import { claimFactsOf } from './claim-facts.ts';
import { quoteOf, type Renewal } from './effects.ts';
import type { RenewalContext, RenewalFacts, RenewalPlanner, RenewalVerdict } from './planner.ts';

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
  let facts: RenewalFacts = { quotes };
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
        } else if (need.kind === 'asked') {
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

function unreadable({ id, name, region }: Subscribable, failure: unknown): { readonly decision: HoldDecision } {
  const because = [
    reason('journal-unreadable', `Its records cannot be trusted: ${runError(failure).message}`, { error: runError(failure).code }),
  ];
  const resource = { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
  return { decision: { verdict: 'hold', rule: null, resource, because } };
}
