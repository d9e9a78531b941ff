import type { EpochMs } from '../../../shared/client/clock.ts';
import { type ResourceRef, refOf } from '../../../shared/fleet/resource.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import { periodText } from '../../../shared/fleet/subscription-period.ts';
import type { SeenChanges, SeenExpiries, SeenExpiry, TakenBack } from '../../../shared/journal/renewals/expiries.ts';
import type { RenewalEntry, RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import type { ClaimBody } from '../../../shared/journal/renewals/renewal-record.ts';
import { formatMoney, moneyFromJson } from '../../../shared/policy/money.ts';
import { secondsOf } from '../purchase/claim-state.ts';
import type { Alert, InstantText } from '../purchase/contract.ts';
import { expiryMovedBy, shiftMatches } from '../purchase/expiry-moved-by.ts';

/** A subscription whose expiry is another than the one that was last seen. */
export interface ExpiryMove {
  readonly subject: ResourceRef & { readonly kind: string; readonly expiresAtMs: EpochMs };
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** How the expiry that was last seen had come about, where it had moved back. */
  readonly back: TakenBack | undefined;
}

/**
 * Compares every subscription, as it is observed, with the expiry that was last seen. Holds what is new and what has moved, and of the rest the ids
 * alone. Readings less than an hour apart are one expiry, however they are spelt; one that cannot be read says nothing.
 */
export class ExpiryComparison {
  readonly #seen: SeenExpiries;
  readonly #met = new Set<string>();
  readonly #fresh = new Map<string, ExpiryMove['subject']>();
  readonly #moves = new Map<string, ExpiryMove>();

  constructor(seen: SeenExpiries) {
    this.#seen = seen;
  }

  /** Takes a subscription as observed. Of one that is listed twice the later reading counts. */
  visit(resource: Subscribable): void {
    const { id, kind, expiresAtMs } = resource;
    const last = this.#seen.seconds.get(id);
    if (last !== undefined) this.#met.add(id);
    if (expiresAtMs === undefined) return;
    const ref = () => ({ ...refOf(resource), kind, expiresAtMs });
    if (last === undefined) this.#fresh.set(id, ref());
    else if (expiryMovedBy(last * 1000, expiresAtMs) === 'none') this.#moves.delete(id);
    else this.#moves.set(id, { subject: ref(), fromMs: last * 1000, toMs: expiresAtMs, back: this.#seen.back.get(id) });
  }

  /**
   * What has moved. What is seen for the first time has not, unless the journal of renewals tells where it was.
   * @param known expiries to which a renewal of ours had moved those that have moved on since, by resource id
   */
  moves(known: ReadonlyMap<string, EpochMs>): readonly ExpiryMove[] {
    const first = [...this.#fresh.values()].flatMap((subject): ExpiryMove[] => {
      const fromMs = known.get(subject.id);
      return fromMs === undefined ? [] : [{ subject, fromMs, toMs: subject.expiresAtMs, back: undefined }];
    });
    return [...first, ...this.#moves.values()];
  }

  /** Ids of what expires earlier than when it was last seen. */
  movedBack(): ReadonlySet<string> {
    return new Set([...this.#moves].flatMap(([id, { fromMs, toMs }]) => (toMs < fromMs ? [id] : [])));
  }

  /** What was seen before and is not shown now. It is gone only where everything of the account was observed, and a single read does not find it. */
  missing(): readonly { readonly id: string; readonly expiresAtMs: EpochMs }[] {
    return [...this.#seen.seconds].flatMap(([id, seconds]) => (this.#met.has(id) ? [] : [{ id, expiresAtMs: seconds * 1000 }]));
  }

  /**
   * What is to be written down: what is new, what has moved, and what is gone.
   * @param moved what became of each move, by resource id; a move that is not among them is looked at again by the next run
   * @param gone ids of what is gone
   */
  changes(moved: ReadonlyMap<string, SeenExpiry>, gone: Iterable<string>): SeenChanges {
    const changes = new Map<string, SeenExpiry | null>(moved);
    for (const { id, expiresAtMs } of this.#fresh.values()) if (!changes.has(id)) changes.set(id, { seconds: secondsOf(expiresAtMs) });
    for (const id of gone) changes.set(id, null);
    return changes;
  }
}

/** Whose doing a move is. */
export type MoveCause =
  /** An order of ours took effect, whenever it was paid. */
  | { readonly by: 'ours' }
  /** An open claim is about it, and the follow-up of that tells what is to be told. */
  | { readonly by: 'follow-up' }
  /** Nobody here ordered it: the console, the service's auto-renewal, a colleague. `fromMs`: what is left of the move beside an order of ours. */
  | { readonly by: 'other-payer'; readonly fromMs: EpochMs }
  /** The length of an order of ours that a person had closed as void: it was paid after all, perhaps. */
  | { readonly by: 'void-order'; readonly entry: RenewalEntry }
  /** The length of our last order, behind where the expiry had been moved while that waited for payment: both may have been paid. */
  | { readonly by: 'second-payment'; readonly entry: RenewalEntry }
  /** It lies earlier now. `entry`: the renewal of ours that was taken back; undefined where it was none of ours. */
  | { readonly by: 'moved-back'; readonly entry: RenewalEntry | undefined };

/**
 * Tells whose doing a move is, by what the journal says of the resource's renewals. Pure.
 * @param view the void claims in it carry their answers
 */
export function causeOf({ fromMs, toMs, back }: Omit<ExpiryMove, 'subject'>, view: RenewalView): MoveCause {
  const later = expiryMovedBy(fromMs, toMs) === 'later';
  const { open } = view;
  if (open?.claim && isSame(open.claim.expiry * 1000, fromMs)) {
    return later && shiftMatches(fromMs, toMs, open.claim.period) ? { by: 'ours' } : { by: 'follow-up' };
  }
  // What had taken effect before the expiry moved back explains no move after that.
  const moved = back !== undefined && (view.moved?.n ?? -1) <= back.n ? undefined : view.moved;
  const movedToMs = moved?.end?.movedTo === undefined ? undefined : moved.end.movedTo * 1000;
  if (!later) return { by: 'moved-back', entry: movedToMs !== undefined && expiryMovedBy(toMs, movedToMs) === 'later' ? moved : undefined };
  if (movedToMs !== undefined && isSame(movedToMs, toMs)) return { by: 'ours' };
  const beyond = movedToMs !== undefined && movedToMs > fromMs && movedToMs < toMs ? movedToMs : fromMs;
  const late = view.voided.find(({ claim, answer }) => claim && mayBePaid(claim, answer) && shiftMatches(beyond, toMs, claim.period));
  if (late) return { by: 'void-order', entry: late };
  const { claim, end } = moved ?? {};
  const unpaidThen = claim !== undefined && !claim.autoPay && end?.orderId !== undefined;
  if (moved && unpaidThen && movedToMs === beyond && shiftMatches(beyond, toMs, claim.period))
    return { by: 'second-payment', entry: moved };
  return { by: 'other-payer', fromMs: beyond };
}

function isSame(aMs: EpochMs, bMs: EpochMs): boolean {
  return expiryMovedBy(aMs, bMs) === 'none';
}

/** Whether an order can exist of a claim that was closed as void. */
function mayBePaid({ abandoned }: ClaimBody, answer: RenewalEntry['answer']): boolean {
  return abandoned !== true && answer?.outcome !== 'rejected' && answer?.outcome !== 'not-sent';
}

/** What people are told of a move; undefined for what is ours, or told elsewhere. */
export function moveAlert(move: ExpiryMove, cause: MoveCause, account: string, text: InstantText): Alert | undefined {
  if (cause.by === 'ours' || cause.by === 'follow-up') return undefined;
  const { subject, toMs, back } = move;
  const fromMs = cause.by === 'other-payer' ? cause.fromMs : move.fromMs;
  const span = `The expiry moved${cause.by === 'moved-back' ? ' back' : ''} from ${text(fromMs)} to ${text(toMs)}`;
  const order = 'entry' in cause ? (cause.entry?.end?.orderId ?? cause.entry?.answer?.orderId) : undefined;
  const alert = {
    // An expiry that is reached again after it moved back is reached by another payment.
    once: `${cause.by}${back === undefined ? '' : '-again'}`,
    data: { account, resource: subject.id, fromMs, toMs, orderId: order },
  };
  switch (cause.by) {
    case 'other-payer':
      return {
        ...alert,
        code: 'foreign-renewal',
        severity: 'warning',
        text: `${span} without an order of ours, so it is in no budget here. If somebody renews it elsewhere (the console, its auto-renewal, a colleague), switch that off, or take it out of the policy: both may pay.`,
      };
    case 'void-order':
      return { ...alert, code: 'void-order-paid', severity: 'critical', text: voidOrderText(cause.entry, span, order) };
    case 'second-payment':
      return {
        ...alert,
        code: 'renewed-twice',
        severity: 'critical',
        text: `${span}, after it had moved while order ${order} of ours waited for payment. Either that order has been paid only now, so that the subscription is renewed twice, or somebody else has renewed it again. Look in the bill, and ask for a refund of what is too much.`,
      };
    case 'moved-back':
      return backAlert(cause.entry, span, subject.id, alert);
  }
}

function voidOrderText({ n, claim }: RenewalEntry, span: string, order: string | undefined): string {
  const which = order === undefined ? '' : ` (order ${order})`;
  const ordered = claim === undefined ? 'what' : `the ${periodText(claim.period)} that`;
  const money = claim === undefined ? 'its amount' : `its ${formatMoney(moneyFromJson(claim.price))}`;
  return `${span}: ${ordered} renewal ${n} had ordered${which}. That renewal was closed as void, so ${money} went back to the budget of ${claim?.month ?? 'its month'} and is not counted there; the order seems to have been paid after all. Look in the bill: if somebody else has renewed instead, both may pay.`;
}

function backAlert(entry: RenewalEntry | undefined, span: string, id: string, alert: Pick<Alert, 'once' | 'data'>): Alert {
  const { n, claim, end } = entry ?? {};
  if (!claim) {
    const text = `${span}: a refund of what somebody else had paid, perhaps, or a change of the subscription. No renewal of ours led there, so no budget here changes. Look whether it is still to be kept.`;
    return { ...alert, code: 'expiry-moved-back', severity: 'warning', text };
  }
  const order = end?.orderId === undefined ? '' : ` (order ${end.orderId})`;
  const price = formatMoney(moneyFromJson(claim.price));
  const text = `${span}: a refund of renewal ${n}${order}, perhaps. Its ${price} stay used in the budget of ${claim.month}, whether or not the money comes back. It is not renewed again by itself; if it is to be, run 'streamwarden resolve ${id} --refunded'.`;
  return { ...alert, code: 'expiry-moved-back', severity: 'critical', text };
}

/** What people are told of a subscription that is gone before its expiry. */
export function goneAlert(
  { id, expiresAtMs }: { readonly id: string; readonly expiresAtMs: EpochMs },
  account: string,
  text: InstantText,
): Alert {
  return {
    code: 'subscription-gone',
    severity: 'warning',
    text: `It was to expire ${text(expiresAtMs)}, and neither a list nor a single read shows it any more. If nobody here gave it up, look in the console whether it was released, moved to another account, or hidden from these keys. What was paid for its time is lost, unless it is refunded.`,
    once: 'subscription-gone',
    data: { account, resource: id, expiresAtMs },
  };
}
