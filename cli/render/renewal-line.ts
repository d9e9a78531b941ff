import type { PastRenewal } from '../../shared/journal/past-renewals.ts';
import { formatMoney, moneyFromJson } from '../../shared/policy/money.ts';

const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** One renewal of the journal in a line: what was claimed, what was answered, how it ended. */
export function renewalLine({ n, atMs, claim, slot, answer, end }: PastRenewal): string {
  const at = new Date(atMs).toISOString();
  if (slot) return `${at}  renewal ${n}: slot opened by ${slot.by}`;
  if (!claim) return `${at}  renewal ${n}: its claim is missing`;
  const ordered = `${claim.period.count} ${claim.period.unit} from ${dayOf(claim.expiry)} for ${formatMoney(moneyFromJson(claim.price))}`;
  const said = answer ? `${answer.outcome}${answer.orderId === undefined ? '' : ` (order ${answer.orderId})`}` : 'no answer recorded';
  const by = end?.who ?? end?.by;
  const ended = end ? `${end.outcome} by ${by}${end.movedTo === undefined ? '' : `, now until ${dayOf(end.movedTo)}`}` : 'open';
  return `${at}  renewal ${n}: ${ordered}, ${said}, ${ended}`;
}
