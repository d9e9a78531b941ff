import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { readBudget } from '../../shared/journal/renewals/budget.ts';
import { readHistory } from '../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import type { World } from '../../simulator/world/world.ts';
import { hourMs } from '../fixtures/times.ts';
import { accountId } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { limits } from './account.ts';
import { type Bill, moveOf } from './bill.ts';

/** What is compared. */
export interface Evidence {
  readonly world: World;
  readonly bill: Bill;
  readonly store: Store;
  readonly resources: readonly string[];
  /** Ids of orders that somebody cancelled. */
  readonly cancelled: ReadonlySet<string>;
}

/** What can be told at any moment: no expiry ordered for twice, no month over its limit, no two requests for one resource at once. */
export function violationsSoFar({ world, bill, cancelled }: Evidence): readonly string[] {
  const found = bill.collisions.map((resource) => `I4: two requests for ${resource} under way at once`);
  const standing = bill.executed.filter(({ orderId }) => !cancelled.has(orderId));
  const moves = standing.map(({ resource, expiresMs }) => moveOf(resource, expiresMs));
  for (const move of doubled(moves)) found.push(`I1: two orders for ${move}`);
  const account = world.accounts.get(accountId);
  const spent = new Map<string, bigint>();
  for (const { orderId } of standing) {
    const order = account?.orders.get(orderId);
    if (!order) continue;
    const month = `${order.currency} ${new Date(order.placedMs + 8 * hourMs).toISOString().slice(0, 7)}`;
    // The service counts in ten thousandths, the policy in millionths.
    spent.set(month, (spent.get(month) ?? 0n) + order.amount * 100n);
  }
  for (const [month, micros] of spent) {
    if (micros > (limits.get(month.slice(0, 3)) ?? 0n)) found.push(`I2: ${micros} millionths were spent in ${month}`);
  }
  return found;
}

/** How many claims came to which answer; `none` where the claimant wrote none down. */
export type AnswerCounts = Readonly<Record<'ordered' | 'rejected' | 'not-sent' | 'unclear' | 'none', number>>;

/** What can be told once nothing is under way any more: each order has its claim and each claim its order; the journal is whole. */
export async function verdictAtEnd(evidence: Evidence): Promise<{
  readonly violations: readonly string[];
  readonly answers: AnswerCounts;
  readonly byBilling: number;
  readonly records: number;
}> {
  const { world, bill, store, resources, cancelled } = evidence;
  const found = [...violationsSoFar(evidence)];
  const claimed: string[] = [];
  const withdrawn: string[] = [];
  const used = new Set<string>();
  let byBilling = 0;
  const answers = { ordered: 0, rejected: 0, 'not-sent': 0, unclear: 0, none: 0 };
  for (const resource of resources) {
    for (const { n, claim, answer, end } of await runStoring(store, readHistory(renewalStream(accountId, resource)))) {
      if (!claim) continue;
      answers[answer?.outcome ?? 'none'] += 1;
      if (end?.by === 'billing') byBilling += 1;
      const move = moveOf(resource, claim.expiry * 1000);
      if (!end) found.push(`claim ${n} of ${resource} has no end`);
      else if (end.outcome === 'moved') {
        claimed.push(move);
        used.add(claim.reservation);
      } else if (answer?.outcome === 'ordered') withdrawn.push(answer.orderId ?? '');
      if (answer?.orderId !== undefined && !bill.executed.some(({ orderId }) => orderId === answer.orderId))
        found.push(`claim ${n} of ${resource} names order ${answer.orderId}, which was never placed`);
    }
  }
  const ordered = bill.executed
    .filter(({ orderId }) => !cancelled.has(orderId))
    .map(({ resource, expiresMs }) => moveOf(resource, expiresMs));
  found.push(...difference(ordered, claimed).map((move) => `ordered, but no claim says so: ${move}`));
  found.push(...difference(claimed, ordered).map((move) => `claimed as moved, but never ordered: ${move}`));
  found.push(...withdrawn.filter((id) => !cancelled.has(id)).map((id) => `order ${id} stands, but its claim is void`));
  const nowMs = world.clock.nowMs;
  for (const [currency, limit] of limits) {
    for (let ms = world.startMs; ms <= nowMs + 24 * hourMs; ms += 24 * hourMs) {
      const month = new Date(ms + 8 * hourMs).toISOString().slice(0, 7);
      if (ms !== world.startMs && month === new Date(ms - 16 * hourMs).toISOString().slice(0, 7)) continue;
      const { state } = await runStoring(store, readBudget(currency, month));
      for (const id of state.reserved.keys())
        if (!used.has(id)) found.push(`L2: ${id} is set aside in ${month} for good, and no order has it`);
      if (state.usedMicros > limit) found.push(`I2: ${state.usedMicros} millionths of ${currency} are set aside in ${month}`);
    }
  }
  const { problems, records } = await verifyJournal(store);
  found.push(...problems.map(({ key, code, text }) => `journal: ${key} ${code} ${text}`));
  return { violations: found, answers, byBilling, records };
}

/** What is in a list more than once. */
function doubled(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter((each, index) => list.indexOf(each) !== index))];
}

/** What is in the one list and not, or less often, in the other. */
function difference(one: readonly string[], other: readonly string[]): readonly string[] {
  const rest = [...other];
  return one.filter((each) => {
    const at = rest.indexOf(each);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
