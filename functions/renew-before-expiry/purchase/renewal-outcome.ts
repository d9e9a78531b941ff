import type { EpochMs } from '../../../shared/client/clock.ts';
import type { RenewalEntry } from '../../../shared/journal/renewals/renewal.ts';
import type { AnswerBody, EndBody } from '../../../shared/journal/renewals/renewal-record.ts';
import type { JournalError, StoreError } from '../../../shared/journal/store/store.ts';
import { alertOn, resolveCommand } from './claim-state.ts';
import type { Alert, PurchaseOrder } from './contract.ts';
import type { ReserveRequest } from './reserve.ts';

/** Why an order was not even claimed, or its claim not won. Nothing was sent, and no claim of ours is left open. */
export type StopCode =
  | 'expiry-changed'
  | 'resource-gone'
  | 'reread-failed'
  | 'stopped'
  | 'deadline-near'
  | 'month-change'
  | 'decision-changed'
  | 'orders-stopped'
  | 'claimed-by-another';

/** A reason to leave a renewal undone. */
export interface Stop {
  readonly code: StopCode;
  readonly text: string;
}

/** What became of one renewal. */
export interface RenewalOutcome {
  readonly purchase: PurchaseOrder;
  /** Number of the claim. */
  readonly n: number;
  readonly outcome: 'stopped' | AnswerBody['outcome'];
  /** Of a stop, or of the answer. */
  readonly code: StopCode | string | undefined;
  readonly text: string;
  readonly orderId: string | undefined;
  readonly requestId: string | undefined;
  /** How the claim ended, where it has. */
  readonly end: EndBody | undefined;
  readonly alerts: readonly Alert[];
  /** The journal failed after the order was sent: the run must end as failed. */
  readonly error?: StoreError | JournalError;
}

/** Another expiry than the desired state's was read. */
export const otherExpiry: Stop = {
  code: 'expiry-changed',
  text: 'Read again, the resource has another expiry; the next run decides anew.',
};

/** The outcome of a renewal that was stopped before its order. */
export function outcomeOfStop({ purchase, view }: ReserveRequest, { code, text }: Stop): RenewalOutcome {
  return { purchase, n: view.next, outcome: 'stopped', code, text, orderId: undefined, requestId: undefined, end: undefined, alerts: [] };
}

/** The outcome of a renewal that was claimed, by what is known of its order; nothing is ended yet. */
export function outcomeOfOrder({ purchase }: ReserveRequest, n: number, answer: AnswerBody, because?: string): RenewalOutcome {
  const { outcome, code, orderId, requestId } = answer;
  return { purchase, n, outcome, code, text: because ?? textOf(answer), orderId, requestId, end: undefined, alerts: [] };
}

function textOf({ outcome, orderId, code }: AnswerBody): string {
  switch (outcome) {
    case 'ordered':
      return `Order ${orderId} was placed.`;
    case 'rejected':
      return `The service refused the order (${code}); nothing was executed. The next run tries again.`;
    case 'not-sent':
      return `Nothing was sent (${code}). The next run tries again.`;
    case 'unclear':
      return `Whether the order was placed is not known (${code}). It is not sent again; later runs look whether the expiry moves.`;
  }
}

/** Tells that an answer is not in the journal, which nobody else can learn. */
export function unrecorded({ view }: ReserveRequest, entry: RenewalEntry, answer: AnswerBody, nowMs: EpochMs): Alert {
  const { orderId, outcome } = answer;
  const what = orderId === undefined ? `the answer (${outcome})` : `order ${orderId}`;
  const text = `The journal did not take ${what} of renewal ${entry.n}, which stays open until the expiry moves. Look in the bill; if no order is there, run '${resolveCommand(view.stream)} --void'.`;
  return alertOn(view.stream, entry, nowMs, { code: 'answer-unrecorded', severity: 'critical', text, data: { orderId, outcome } });
}
