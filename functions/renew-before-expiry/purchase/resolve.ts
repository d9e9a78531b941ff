import type { EpochMs } from '../../../shared/client/clock.ts';
import { place, type RenewalEntry, readRenewal } from '../../../shared/journal/renewals/renewal.ts';
import { type EndBody, renewalKey, renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { streamOf } from './claim.ts';
import { instantText, secondsOf } from './claim-state.ts';
import { defaultRules, type InstantText, type ProtocolRules, type PurchaseRun, type Purchasing } from './contract.ts';
import { expiryMovedBy } from './expiry-moved-by.ts';
import { surelyOverAfterMs, writeEnd } from './settle.ts';

/** What was read from the bill about an open claim. */
export interface Verdict {
  readonly account: string;
  readonly resourceId: string;
  /** Number of the claim; must be the resource's open one. */
  readonly n: number;
  /** `void` the bill has no order of this claim, or it was cancelled; `moved` the order was placed and has taken effect. */
  readonly outcome: 'void' | 'moved';
  readonly by: 'person' | 'billing';
  /** The person, by the identity that the service confirmed. */
  readonly who?: string;
  /** The expiry as it is now; undefined where the resource is gone or shows none. */
  readonly expiresAtMs?: EpochMs;
  /** The order that was cancelled, as a person read it: needed to void a claim whose order is known. */
  readonly orderId?: string;
  /** When the bill was read. What was read earlier counts from then, however late this is written down. */
  readonly nowMs: EpochMs;
}

/** Why a verdict was not taken. */
type ResolveRefusal = 'not-open' | 'too-early' | 'not-moved' | 'has-moved' | 'order-known' | 'ended-meanwhile';

/** Whether a verdict was taken. */
export type Resolved =
  | { readonly outcome: 'written'; readonly end: EndBody }
  | { readonly outcome: 'refused'; readonly code: ResolveRefusal; readonly text: string };

/**
 * Ends an open claim by what a person or a billing adapter read in the bill, 60 minutes after the claim at the earliest: before that the
 * order may still be on its way, whatever the bill says. A confirmed order may be declared moved at any time. What contradicts the claim or the
 * expiry is refused: `moved` while the expiry has not moved, `void` after it has, `void` of a known order without its id.
 * @throws StoreError @throws JournalError
 */
export function* resolveClaim(run: PurchaseRun, verdict: Verdict, rules: ProtocolRules = defaultRules): Purchasing<Resolved> {
  const stream = streamOf(verdict.account, verdict.resourceId, verdict.expiresAtMs ?? 0, rules);
  const { open } = yield* readRenewal(stream);
  if (!open?.claim || open.n !== verdict.n) {
    const what = open ? `renewal ${open.n} is` : 'none is';
    return refused(
      'not-open',
      `Renewal ${verdict.n} of ${verdict.resourceId} is not open; ${what}. Look at 'streamwarden explain ${verdict.resourceId}'.`,
    );
  }
  const refusal = tooEarly(open, verdict, rules, run.text) ?? contradiction(open, verdict, run.text);
  if (refusal) return refusal;
  const { by, who, nowMs, outcome, expiresAtMs } = verdict;
  const end: EndBody = {
    outcome,
    by,
    ...(who === undefined ? {} : { who }),
    ...(outcome === 'moved' && expiresAtMs !== undefined ? { movedTo: secondsOf(expiresAtMs) } : {}),
    ...(open.answer?.orderId === undefined ? {} : { orderId: open.answer.orderId }),
  };
  if (yield* writeEnd(run, stream, open, end, nowMs)) return { outcome: 'written', end };
  return refused(
    'ended-meanwhile',
    `Renewal ${verdict.n} of ${verdict.resourceId} was ended by somebody else meanwhile. Look at it again.`,
  );
}

function tooEarly(open: RenewalEntry, verdict: Verdict, rules: ProtocolRules, text: InstantText = instantText): Resolved | undefined {
  if (!rules.voidAfterAnHour || !open.claim) return undefined;
  if (verdict.outcome === 'moved' && open.answer?.outcome === 'ordered') return undefined;
  const fromMs = open.claim.t + surelyOverAfterMs;
  if (verdict.nowMs >= fromMs) return undefined;
  return refused(
    'too-early',
    `The order of renewal ${open.n} may still be on its way. Read the bill again at ${text(fromMs)} or later, and resolve it then.`,
  );
}

function contradiction(
  { n, claim, answer }: RenewalEntry,
  { outcome, resourceId, expiresAtMs, orderId }: Verdict,
  text: InstantText = instantText,
): Resolved | undefined {
  if (!claim) return undefined;
  const moved = expiresAtMs !== undefined && expiryMovedBy(claim.expiry * 1000, expiresAtMs) === 'later';
  if (outcome === 'moved' && !moved) {
    const now = expiresAtMs === undefined ? 'cannot be read' : `is still ${text(expiresAtMs)}`;
    return refused(
      'not-moved',
      `Renewal ${n} has not taken effect: the expiry of ${resourceId} ${now}. Wait until it moves, or say --void if the bill has no order of it.`,
    );
  }
  if (outcome === 'void' && moved) {
    return refused(
      'has-moved',
      `The expiry of ${resourceId} has moved to ${text(expiresAtMs)}, so an order took effect. If it was not this one, find out whose it is, then resolve renewal ${n} with --moved.`,
    );
  }
  const known = answer?.outcome === 'ordered' ? answer.orderId : undefined;
  if (outcome === 'void' && known !== undefined && orderId !== known) {
    return refused(
      'order-known',
      `Renewal ${n} is order ${known}, which stays payable until it is cancelled. Cancel it in the console, then name it: --void --order ${known}.`,
    );
  }
  return undefined;
}

function refused(code: ResolveRefusal, text: string): Resolved {
  return { outcome: 'refused', code, text };
}

/** A person's word that an expiry may be ordered for again. */
export interface SlotOpening {
  readonly account: string;
  readonly resourceId: string;
  /** The expiry as it is now. */
  readonly expiresAtMs: EpochMs;
  /** The person, by the identity that the service confirmed. */
  readonly who: string;
  readonly nowMs: EpochMs;
}

/** Number of the slot; undefined where a claim is open, or another was quicker. */
export type SlotOpened = number | undefined;

/**
 * Opens a slot after a refund (purchase protocol, P11): claims before it no longer hold the expiry that they moved.
 * @throws StoreError @throws JournalError
 */
export function* openSlot(run: PurchaseRun, opening: SlotOpening): Purchasing<SlotOpened> {
  const { account, resourceId, expiresAtMs, who, nowMs } = opening;
  const stream = renewalStream(account, resourceId);
  const view = yield* readRenewal(stream);
  if (view.open) return undefined;
  const record = { kind: 'slot', atMs: nowMs, owner: run.owner, prev: view.prev, body: { expiry: secondsOf(expiresAtMs), by: who } };
  const { mine } = yield* place(renewalKey(stream, view.next, 'claim'), record);
  return mine ? view.next : undefined;
}
