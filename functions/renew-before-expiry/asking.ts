import type { Reason } from '../../shared/engine/decision.ts';
import type { Question, RenewalContext } from '../../shared/engine/renewals/planner.ts';
import { periodText, type SubscriptionPeriod, samePeriod } from '../../shared/fleet/subscription-period.ts';
import type { Approval } from '../../shared/journal/approvals.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { formatMoney, type Money } from '../../shared/policy/money.ts';
import { amount } from './ceilings.ts';
import { reason } from './reasons.ts';
import type { Ask, OrderRule } from './renew-rule.ts';

/** Why people have to be asked about a price; undefined when they need not. */
export function askReason(price: Money, lastPaid: Money | undefined, ask: Ask): string | undefined {
  const cost = formatMoney(price);
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

/** What the approvers' words come to for an order: who approved, or why it waits. `refused` ends it until somebody approves. */
export type Answer = { readonly approvedBy: string } | { readonly waits: Reason; readonly refused: boolean };

/**
 * The last word counts, of those who may speak and who spoke about this target. Who opened a link is not known, so a word by link, which is read
 * only where the rule says so, is the word of the circle that it was sent to. It is bound to the period and to the highest price: a dearer
 * price asks again, and so does a word whose time is over.
 */
export function answerTo(question: Question, why: string, words: readonly Approval[], context: RenewalContext): Answer {
  const { circle, period, amount: price } = question;
  const { policy, target, nowMs } = context;
  const voters = policy.approvers[circle] ?? [];
  const maySpeak = ({ by, source }: Approval): boolean => source === 'approvals-link' || voters.includes(by);
  const word = words.findLast((each) => maySpeak(each) && each.target === target.name && samePeriod(each.period, period));
  const data = { approvers: circle, price: amount(price), period: periodText(period) };
  const waits = (code: Parameters<typeof reason>[0], text: string): Answer => ({
    waits: reason(code, text, data),
    refused: code === 'refused',
  });
  const say = `say 'streamwarden approve' or 'refuse'`;
  if (word === undefined) return waits('needs-approval', `${why}; ${circle} has to approve it: ${say}`);
  if (word.verdict === 'refuse') return waits('refused', `${word.by} refused it${word.because === undefined ? '' : `: ${word.because}`}`);
  if (nowMs >= word.untilMs) {
    return waits('approval-over', `${word.by} approved it until ${localText(word.untilMs, context)}, which is over: ${say}`);
  }
  if (word.highest.currency !== price.currency || price.micros > word.highest.micros) {
    const text = `${word.by} approved up to ${formatMoney(word.highest)}, and it costs ${formatMoney(price)} now: ${say}`;
    return waits('approval-too-low', text);
  }
  return { approvedBy: word.by };
}

/** The question of a rule about a price. */
export function questionOf({ who, remind = [], links = false }: Ask, period: SubscriptionPeriod, price: Money): Question {
  return { circle: who, period, amount: price, remindMs: remind, links };
}

/** Time before the expiry at which a week is ordered where nobody has answered, in milliseconds. */
const silenceMs = 24 * 3_600_000;

/** The period that is ordered when nobody answers. */
export const weekOfSilence: SubscriptionPeriod = { count: 1, unit: 'Week' };

/** True where nobody has answered for so long that the rule orders a week instead. */
export function isSilenceOver(expiresAtMs: number, rule: OrderRule, { nowMs }: RenewalContext): boolean {
  return rule.unanswered === 'renew 1 Week' && nowMs >= expiresAtMs - silenceMs;
}
