import type { EpochMs } from '../../../shared/client/clock.ts';
import { readBudget } from '../../../shared/journal/renewals/budget.ts';
import { readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { fromSegment } from '../../../shared/journal/store/key.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { type Money, moneyFromJson } from '../../../shared/policy/money.ts';
import { localTimeAt } from '../../../shared/policy/zones.ts';
import type { Stretch } from './capacity-tally.ts';

/** An order of ours as the journal knows it. The amount is what was quoted and set aside, never an estimate. */
export interface PastOrder {
  readonly account: string;
  readonly target: string;
  readonly resource: string;
  readonly atMs: EpochMs;
  readonly period: string;
  readonly amount: Money;
  /** What the journal says of it by now, in the words that people read everywhere. `ordered`: it has not taken effect yet. */
  readonly state: 'renewed' | 'ordered' | 'unclear' | 'void';
  readonly orderId?: string;
  readonly approvedBy?: string;
}

/** How much of a month's budget is used, in one currency: ordered or reserved. */
interface MonthBudget {
  /** `yyyy-mm` by the policy's clock. */
  readonly month: string;
  readonly used: Money;
  readonly limit: Money;
}

/** What the journal knows of spending. */
export interface Spending {
  /** In the order of time. */
  readonly orders: readonly PastOrder[];
  /** Of the month of the end of the stretch. */
  readonly budgets: readonly MonthBudget[];
}

/**
 * The orders of a stretch, found by the budgets of its months: nothing is ordered that no budget has set aside, so no other stream needs
 * to be searched. Reads each month's budget of each currency with a limit, and the claims of what was set aside.
 * @throws StoreError @throws JournalError
 */
export async function readSpending(store: Store, policy: CompiledPolicy, stretch: Stretch): Promise<Spending> {
  const zone = policy.zones[policy.timezone] ?? { transitions: [] };
  const monthOf = (ms: EpochMs): string => localTimeAt(zone, ms).date.slice(0, 7);
  const streams = new Set<string>();
  const budgets: MonthBudget[] = [];
  for (const limit of policy.limits.spendPerMonth ?? []) {
    for (const month of monthsBetween(monthOf(stretch.fromMs), monthOf(stretch.untilMs))) {
      const { state } = await runStoring(store, readBudget(limit.currency, month));
      for (const id of [...state.reserved.keys(), ...state.released]) {
        const [account = '', resource = ''] = id.split('/').map(fromSegment);
        streams.add(renewalStream(account, resource));
      }
      if (month === monthOf(stretch.untilMs)) budgets.push({ month, limit, used: { currency: limit.currency, micros: state.usedMicros } });
    }
  }
  const orders: PastOrder[] = [];
  for (const stream of streams) orders.push(...(await ordersOf(store, stream, stretch)));
  return { orders: orders.sort((a, b) => a.atMs - b.atMs), budgets };
}

async function ordersOf(store: Store, stream: string, { fromMs, untilMs }: Stretch): Promise<readonly PastOrder[]> {
  const [, account = '', resource = ''] = stream.split('/').map(fromSegment);
  const history = await runStoring(store, readHistory(stream));
  return history.flatMap(({ claim, answer, end, atMs }): readonly PastOrder[] => {
    if (claim === undefined || claim.abandoned || atMs < fromMs || atMs >= untilMs) return [];
    const orderId = answer?.orderId ?? end?.orderId;
    const approvedBy = claim.note?.['approvedBy'];
    return [
      {
        ...{ account, target: claim.target, resource, atMs, period: `${claim.period.count} ${claim.period.unit}` },
        amount: moneyFromJson(claim.price),
        state: stateOf(answer?.outcome, end?.outcome),
        ...(orderId === undefined ? {} : { orderId }),
        ...(typeof approvedBy === 'string' ? { approvedBy } : {}),
      },
    ];
  });
}

function stateOf(answer: string | undefined, end: string | undefined): PastOrder['state'] {
  if (end === 'moved') return 'renewed';
  if (end === 'void' || answer === 'rejected' || answer === 'not-sent') return 'void';
  return answer === 'ordered' ? 'ordered' : 'unclear';
}

function monthsBetween(first: string, last: string): readonly string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = monthAfter(month)) months.push(month);
  return months;
}

function monthAfter(month: string): string {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5))];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
