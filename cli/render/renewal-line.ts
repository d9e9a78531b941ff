import type { PastRenewal } from '../../shared/journal/past-renewals.ts';
import { formatMoney, moneyFromJson } from '../../shared/policy/money.ts';

/** An instant as people read it, to the minute: by the clock of the policy. */
export type InstantText = (ms: number) => string;

/** One renewal of the journal in a line: what was claimed, what was answered, how it ended. */
export function renewalLine({ n, atMs, claim, slot, answer, end }: PastRenewal, text: InstantText): string {
  const dayOf = (seconds: number): string => text(seconds * 1000).slice(0, 10);
  const at = text(atMs);
  if (slot) return `${at}  renewal ${n}: slot opened by ${slot.by}`;
  if (!claim) return `${at}  renewal ${n}: its claim is missing`;
  if (claim.abandoned) {
    return `${at}  renewal ${n}: nothing was ordered; ${formatMoney(moneyFromJson(claim.price))} that had been set aside for it were given back`;
  }
  const ordered = `${claim.period.count} ${claim.period.unit} from ${dayOf(claim.expiry)} for ${formatMoney(moneyFromJson(claim.price))}`;
  const said = answer ? `${answer.outcome}${answer.orderId === undefined ? '' : ` (order ${answer.orderId})`}` : 'no answer recorded';
  const by = end?.who ?? end?.by;
  const ended = end ? `${end.outcome} by ${by}${end.movedTo === undefined ? '' : `, now until ${dayOf(end.movedTo)}`}` : 'open';
  return `${at}  renewal ${n}: ${ordered}, ${said}, ${ended}`;
}
