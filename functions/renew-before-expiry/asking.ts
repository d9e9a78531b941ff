import type { EpochMs } from '../../shared/client/clock.ts';
import { periodText, type SubscriptionPeriod } from '../../shared/fleet/subscription-period.ts';
import { type AnsweredOrder, answerGap, type CountingAnswer, countingAnswer } from '../../shared/journal/people/answers.ts';
import type { Answers } from '../../shared/journal/people/approvals.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { formatMoney, type Money } from '../../shared/policy/money.ts';
import type { Ask, OrderRule } from './compiled-rule.ts';
import { reason } from './reasons.ts';
import type { Question, RenewalContext } from './run/planner.ts';

/** Why people have to be asked about a price; undefined when they need not. */
export function askReason(price: Money, lastPaid: Money | undefined, ask: Ask): string | undefined {
  const cost = formatMoney(price);
  if (price.micros === 0n) return `the service quotes ${cost}, which may be a mistake`;
  if (ask.above !== undefined) {
    const above = ask.above.find(({ currency }) => currency === price.currency);
    if (above === undefined) return `it costs ${cost}, and a currency that ask.above does not list always asks`;
    if (price.micros > above.micros) return `it costs ${cost}, more than ${formatMoney(above)}`;
  }
  const percent = ask.dearerThanLastTimeBy;
  if (percent !== undefined && lastPaid !== undefined) {
    if (lastPaid.currency !== price.currency) return `it costs ${cost}, and cost ${formatMoney(lastPaid)} last time`;
    if (price.micros * 100n > lastPaid.micros * BigInt(100 + percent)) {
      return `it costs ${cost}, over ${percent}% more than last time (${formatMoney(lastPaid)})`;
    }
  }
  // With nothing to compare by, nothing says that nobody needs to be asked.
  const compared = ask.above !== undefined || (percent !== undefined && lastPaid !== undefined);
  return compared ? undefined : `it costs ${cost}, and rule and history give nothing to compare that with`;
}

/** What the answers come to for an order: who approved it and up to what, or why it waits. `refused` ends it until somebody approves. */
export type AnswerResult =
  | { readonly approvedBy: string; readonly because: Reason }
  | { readonly waits: Reason; readonly refused: boolean };

const codes = {
  none: 'needs-approval',
  refused: 'refused',
  over: 'approval-over',
  'too-low': 'approval-too-low',
  'other-currency': 'approval-too-low',
  'other-period': 'needs-approval',
  'other-target': 'needs-approval',
} as const;

/**
 * Holds the answers against an order. What counts is for `countingAnswer` to say: an approval is bound to target, period and highest price, so that a
 * dearer order asks again.
 */
export function answerTo(
  question: Question,
  why: string,
  answers: Answers,
  resource: string,
  context: RenewalContext,
): AnswerResult & { readonly answer: CountingAnswer } {
  const { circle, period, amount: price } = question;
  const { target, nowMs } = context;
  const order: AnsweredOrder = { target: target.name, period, price, nowMs };
  const answer = countingAnswer(answers, order);
  const data = { approvers: circle, price: amount(price), period: periodText(period) };
  if (answer.state === 'approved') {
    const { by, upTo } = answer;
    const because = reason('approved', `approved by ${by} up to ${formatMoney(upTo)}`, { by, upTo: amount(upTo) });
    return { answer, approvedBy: by, because };
  }
  const gap = answerGap(answer, order, (ms) => localText(ms, context));
  const code = codes[answer.state];
  if (answer.state === 'refused') {
    const { by, crossed } = answer;
    const both = crossed === undefined ? {} : { crossed: { ...crossed } };
    const waits = reason(code, gap ?? `${by} refused it`, {
      ...data,
      why: crossed === undefined ? (answer.because ?? '') : gap,
      by,
      ...both,
    });
    return { answer, waits, refused: true };
  }
  const [place, fact] = [`${target.name}/${resource}`, gap ?? why];
  const text = `${fact}. ${circle} has to answer: run 'streamwarden approve ${place}' or 'streamwarden refuse ${place}'`;
  return { answer, waits: reason(code, text, { ...data, why: fact }), refused: false };
}

/** The question of a rule about a price. `again`: nobody answered the last time either. */
export function questionOf(ask: Ask, { period, unanswered }: OrderRule, price: Money, again: boolean): Question {
  const { who, remind = [], links = false } = ask;
  return { circle: who, period, amount: price, remindMs: remind, links, weekIfSilent: unanswered === 'renew 1 Week' && !again };
}

/** Time before the expiry at which a week is ordered where nobody has answered, in milliseconds. */
const silenceMs = 24 * 3_600_000;

/** The period that is ordered when nobody answers. */
export const weekOfSilence: SubscriptionPeriod = { count: 1, unit: 'Week' };

/** Time that people have for an answer before silence counts, in milliseconds; where less is left when they are asked, half of it. */
const answerTimeMs = 6 * 3_600_000;

/**
 * True where people were asked and have had their time: silence is an answer only of those who heard the question. `askedAtMs`: when a question was
 * delivered first; null where none was.
 */
export function isTimeToAnswerOver(expiresAtMs: number, askedAtMs: number | null, { nowMs }: Pick<RenewalContext, 'nowMs'>): boolean {
  return askedAtMs !== null && nowMs >= askedAtMs + Math.min(answerTimeMs, (expiresAtMs - askedAtMs) / 2);
}

/** True where nobody has answered for so long that the rule orders a week instead. */
export function isSilenceOver(expiresAtMs: number, rule: OrderRule, { nowMs }: RenewalContext): boolean {
  return rule.unanswered === 'renew 1 Week' && nowMs >= expiresAtMs - silenceMs;
}

/** Why no order may be placed at this price at all, whoever approves; undefined when one may. */
export function priceCapReason(price: Money, rule: OrderRule, { policy }: RenewalContext): Reason | undefined {
  const most = rule.maxPrice.find(({ currency }) => currency === price.currency);
  if (most !== undefined && price.micros > most.micros) {
    const text = `it costs ${formatMoney(price, { exact: true })} and maxPrice of rule ${rule.name} is ${formatMoney(most, { exact: true })}; raise that, or renew it by hand`;
    return reason('price-over-maximum', text, { price: amount(price), most: amount(most) });
  }
  const limit = policy.limits.spendPerMonth?.find(({ currency }) => currency === price.currency);
  if (limit !== undefined) return undefined;
  const text = `limits.spendPerMonth has no amount in ${price.currency}, and nothing is converted; add one, or renew it by hand`;
  return reason('no-spending-limit', text, { currency: price.currency });
}

/** Why a renewal would reach too far ahead; undefined when it does not. */
export function aheadReason(endMs: EpochMs, rule: OrderRule, context: RenewalContext): Reason | undefined {
  if (rule.aheadAtMostMs === undefined || endMs - context.nowMs <= rule.aheadAtMostMs) return undefined;
  const text = `it would last until ${localText(endMs, context)}, beyond renewAheadAtMost of rule ${rule.name}; order a shorter period`;
  return reason('too-far-ahead', text, { endMs });
}

/** An amount as the data of a reason: whole millionths as text. */
function amount({ currency, micros }: Money): { readonly currency: string; readonly micros: string } {
  return { currency, micros: micros.toString() };
}
