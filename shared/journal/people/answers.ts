import type { EpochMs } from '../../client/clock.ts';
import { periodText, samePeriod } from '../../fleet/subscription-period.ts';
import { votersOf } from '../../policy/approvers.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import { formatMoney, type Money } from '../../policy/money.ts';
import type { Answers, Approval, Electorate, LinkProver } from './approvals.ts';

/**
 * Whose answers count for a circle about resources of a target.
 * @param links true where the rule lets answers by link count
 * @param proveLink default: answers by link cannot be checked
 */
export function electorateOf(
  { policy, target }: { readonly policy: CompiledPolicy; readonly target: CompiledTarget },
  { circle, links }: { readonly circle: string; readonly links: boolean },
  proveLink?: LinkProver | undefined,
): Electorate {
  return { voters: votersOf(policy, circle, target.account), circles: Object.keys(policy.approvers), links, proveLink };
}

/** What an order asks of the answers. */
export interface AnsweredOrder {
  readonly target: string;
  readonly period: { readonly count: number; readonly unit: string };
  readonly price: Money;
  readonly nowMs: EpochMs;
}

/** An approval and a refusal of which neither writer had seen the other. */
export interface Crossing {
  readonly approvedBy: string;
  readonly refusedBy: string;
  /** Keys of the two records. */
  readonly approval: string;
  readonly refusal: string;
}

/** An approval in the words of the result. */
interface Approved {
  readonly by: string;
  readonly upTo: Money;
  readonly untilMs: EpochMs;
  readonly period: { readonly count: number; readonly unit: string };
  readonly target: string;
  /** Key of its record. */
  readonly key: string;
}

/** What the answers come to. In the states from `over` on somebody approved, but not this order. */
export type CountingAnswer =
  | ({ readonly state: 'approved' | 'over' | 'too-low' | 'other-currency' | 'other-period' | 'other-target' } & Approved)
  | {
      readonly state: 'refused';
      readonly by: string;
      readonly because: string | undefined;
      readonly atMs: EpochMs;
      readonly key: string;
      /** Set where somebody approved at the same time: both have to be told. */
      readonly crossed: Crossing | undefined;
    }
  | { readonly state: 'none' };

/** The state of an answer: see `CountingAnswer`. */
type AnswerState = CountingAnswer['state'];

/**
 * What counts now, of all that was answered. A record comes before another where it is earlier in the same stream, or where the other one's writer had
 * read it, directly or through a record that had; clocks have no say. An approval counts unless a refusal comes after it, or neither had seen the
 * other; an approval that has seen every refusal overrules them. A lower approval takes nothing from a higher one. Approvals are bound to target and
 * period; a refusal is of the renewal, whatever was asked. An approval also holds against those who could answer when it was given and are not asked
 * any more; without one their refusals count for nothing.
 */
export function countingAnswer({ given, unusable }: Answers, order: AnsweredOrder): CountingAnswer {
  const isBefore = orderOf(given);
  const live = given.filter((each) => {
    if (each.verdict !== 'approve' || each.former) return false;
    if (each.source === 'approvals-link' && given.some((other) => other.withdrawsLinks && heeds(each, other))) return false;
    return !unusable.some((record) => record.suspends && mayTakeBack(record, each));
  });
  const refusals = given.filter((each) => each.verdict === 'refuse' && (!each.former || live.some((approval) => heeds(approval, each))));
  const counting = live.filter((approval) => refusals.every((refusal) => !heeds(approval, refusal) || isBefore(refusal, approval)));
  if (counting.length > 0) return bestOf(counting, order);
  // Where no approval counts, each refusal holds; the one to name is one that nobody has overruled by a later one.
  const last = refusals.filter((refusal) => !refusals.some((later) => isBefore(refusal, later)));
  const crossings = last.flatMap((refusal) => crossingsOf(refusal, live, { refusals, isBefore }));
  const named = last.find(({ key }) => key === crossings[0]?.refusal) ?? last.at(-1) ?? refusals.at(-1);
  if (named === undefined) return { state: 'none' };
  const { by, because, atMs, key } = named;
  return { state: 'refused', by, because, atMs, key, crossed: crossings[0] };
}

/** Whether an answer has to do with an approval: those of all who can answer, and of those who could when the approval was given. */
function heeds({ electorate = [] }: Approval, { former, voice }: Approval): boolean {
  return !former || electorate.includes(voice);
}

/** Whether a record that cannot be read may be the word by which the person took an approval back, here or where another circle was asked. */
function mayTakeBack({ voice, sequence }: Answers['unusable'][number], approval: Approval): boolean {
  if (voice === approval.voice) return approval.sequence <= sequence;
  const [who, whose] = [voice, approval.voice].map((each) => each.split('/')[2]);
  return who !== undefined && who === whose && (approval.seen[voice] ?? -1) < sequence;
}

type Before = (earlier: Approval, later: Approval) => boolean;

/**
 * The order of records. What each writer knew is the last record of each stream that they had read, and all that the writers of those knew. Two records
 * that each claim to have seen the other lie somewhere, so neither is before the other.
 */
function orderOf(given: readonly Approval[]): Before {
  const known = new Map(given.map((each) => [each, new Map([...Object.entries(each.seen), [each.voice, each.sequence - 1] as const])]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [each, knows] of known) {
      for (const [other, itKnew] of known) {
        if (other === each || (knows.get(other.voice) ?? -1) < other.sequence) continue;
        for (const [voice, last] of itKnew) {
          // Through others nobody learns of their own later records.
          if (voice === each.voice || (knows.get(voice) ?? -1) >= last) continue;
          knows.set(voice, last);
          changed = true;
        }
      }
    }
  }
  const hadSeen = (later: Approval, earlier: Approval): boolean => (known.get(later)?.get(earlier.voice) ?? -1) >= earlier.sequence;
  return (earlier, later) => hadSeen(later, earlier) && !hadSeen(earlier, later);
}

/** Approvals that only a refusal given at the same time keeps from counting. */
function crossingsOf(
  refusal: Approval,
  live: readonly Approval[],
  { refusals, isBefore }: { readonly refusals: readonly Approval[]; readonly isBefore: Before },
): readonly Crossing[] {
  return live
    .filter((approval) => heeds(approval, refusal) && !isBefore(refusal, approval) && !refusals.some((each) => isBefore(approval, each)))
    .map((approval) => ({ approvedBy: approval.by, refusedBy: refusal.by, approval: approval.key, refusal: refusal.key }));
}

/** How near an approval is to the order, nearest last. */
const nearness: readonly AnswerState[] = ['other-target', 'other-period', 'other-currency', 'over', 'too-low', 'approved'];

/** The approval that fits best: of those that allow the order the highest, else the one that is nearest to allowing it. */
function bestOf(counting: readonly Approval[], order: AnsweredOrder): CountingAnswer {
  const fits = counting.map((approval) => ({ approval, state: fitOf(approval, order) }));
  const [best] = fits.sort(
    (a, b) =>
      nearness.indexOf(b.state) - nearness.indexOf(a.state) ||
      compare(b.approval.highest.micros, a.approval.highest.micros) ||
      b.approval.untilMs - a.approval.untilMs,
  );
  if (best === undefined) return { state: 'none' };
  const { by, highest, untilMs, period, target, key } = best.approval;
  return { state: best.state, by, upTo: highest, untilMs, period, target, key };
}

function fitOf(approval: Approval, { target, period, price, nowMs }: AnsweredOrder): Exclude<AnswerState, 'refused' | 'none'> {
  if (approval.target !== target) return 'other-target';
  if (!samePeriod(approval.period, period)) return 'other-period';
  if (approval.highest.currency !== price.currency) return 'other-currency';
  if (nowMs >= approval.untilMs) return 'over';
  return price.micros > approval.highest.micros ? 'too-low' : 'approved';
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The state of an answer in the words that people read everywhere: `pending approval by finance`, `approved up to 233.28 CNY by li.wei`,
 * `refused by tan.mei`.
 */
export function answerWords(answer: CountingAnswer, circle: string): string {
  if (answer.state === 'approved') return `approved up to ${formatMoney(answer.upTo)} by ${answer.by}`;
  return answer.state === 'refused' ? `refused by ${answer.by}` : `pending approval by ${circle}`;
}

/**
 * Why the answers do not let an order pass, as a clause without an end: `li.wei approved up to 233.28 CNY, and it costs 2,332.80 CNY now`. Undefined
 * where somebody approved it, or nobody has answered.
 * @param localText an instant as people read it
 */
export function answerGap(answer: CountingAnswer, order: AnsweredOrder, localText: (ms: EpochMs) => string): string | undefined {
  switch (answer.state) {
    case 'approved':
    case 'none':
      return undefined;
    case 'refused': {
      const because = answer.because === undefined ? '' : `: ${answer.because}`;
      const { crossed } = answer;
      if (crossed === undefined) return `${answer.by} refused it${because}`;
      return `${answer.by} refused it while ${crossed.approvedBy} approved it, neither had seen the other's answer, and the refusal counts${because}`;
    }
    case 'over':
      return `${answer.by} approved it until ${localText(answer.untilMs)}, which is over`;
    case 'other-period':
      return `${answer.by} approved ${periodText(answer.period)}, and ${periodText(order.period)} is asked for now`;
    case 'other-target':
      return `${answer.by} approved it on the target ${answer.target}, and ${order.target} is to order it`;
    default:
      return `${answer.by} approved up to ${formatMoney(answer.upTo)}, and it costs ${formatMoney(order.price)} now`;
  }
}
