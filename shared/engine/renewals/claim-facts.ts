import type { EpochMs } from '../../client/clock.ts';
import { samePeriod } from '../../fleet/subscription-period.ts';
import type { RenewalEntry } from '../../journal/renewals/renewal.ts';
import { isMoneyJson, type MoneyJson, moneyFromJson } from '../../policy/money.ts';
import type { Candidate, DueSubscription } from '../purchase/round.ts';
import type { ClaimFacts } from './planner.ts';

/** What a period cost. */
interface PaidPeriod {
  readonly period: { readonly count: number; readonly unit: string };
  readonly price: MoneyJson;
}

/** What a candidate's stream says, as the planner sees it. */
export function claimFactsOf({ view, standing }: Pick<Candidate<DueSubscription>, 'view' | 'standing'>): ClaimFacts {
  const open = standing?.state === 'open' ? standing.entry : undefined;
  const spent = standing?.state === 'spent' ? standing.entry : undefined;
  const foreign = standing?.state === 'free' && standing.foreign !== undefined;
  const paid = regularlyPaid(view?.moved);
  return {
    open: open && { n: open.n, atMs: open.claim?.t ?? open.atMs, answer: open.answer?.outcome, orderId: open.answer?.orderId },
    spent: spent !== undefined,
    spentAtMs: standing?.state === 'spent' && !standing.alert ? standing.entry.atMs : undefined,
    movedBackFromMs: movedToOf(spent),
    lastPaid: (period) => (paid && samePeriod(paid.period, period) ? moneyFromJson(paid.price) : undefined),
    lastWasUnasked: !foreign && view?.moved?.claim?.note?.['unasked'] === true,
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
