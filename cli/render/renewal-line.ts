import type { PastRenewal } from '../../shared/journal/renewals/past-renewals.ts';
import { formatMoney, moneyFromJson } from '../../shared/policy/money.ts';

/** An instant as people read it, to the minute: by the clock of the policy. */
export type InstantText = (ms: number) => string;

/** One renewal of the journal in a line: what was claimed, what was answered, how it ended. */
export function renewalLine({ n, atMs, claim, slot, answer, end }: PastRenewal, text: InstantText): string {
  const dayOf = (seconds: number): string => text(seconds * 1000).slice(0, 10);
  const at = text(atMs);
  if (slot) return `${at}  renewal ${n}: ${slot.by} lets it be renewed again after a refund`;
  if (!claim) return `${at}  renewal ${n}: its claim is missing`;
  if (claim.abandoned) {
    return `${at}  renewal ${n}: void, nothing was ordered; the ${formatMoney(moneyFromJson(claim.price))} reserved for it were given back`;
  }
  const ordered = `${claim.period.count} ${claim.period.unit} from ${dayOf(claim.expiry)} for ${formatMoney(moneyFromJson(claim.price))}`;
  const said = answer ? `${answer.outcome}${answer.orderId === undefined ? '' : ` (order ${answer.orderId})`}` : 'no answer recorded';
  // A run sees for itself that the expiry has moved; of a person it is worth saying.
  const by = end?.by === 'run' || end?.by === 'claimant' ? '' : `, as ${end?.who ?? end?.by} says`;
  const until = end?.movedTo === undefined ? '' : ` until ${dayOf(end.movedTo)}`;
  const ended = end ? `${end.outcome === 'moved' ? `renewed${until}` : 'void'}${by}` : 'not in effect yet';
  const approver = claim.note?.['approvedBy'];
  const unanswered = claim.note?.['unasked'] === true ? ', since nobody had answered' : '';
  const approved = typeof approver === 'string' ? `, approved by ${approver}` : unanswered;
  return `${at}  renewal ${n}: ${ordered}${approved}, ${said}, ${ended}`;
}
