import type { EpochMs } from '../../../shared/client/clock.ts';
import type { Moment } from '../../../shared/engine/effects.ts';
import { place, type RenewalEntry } from '../../../shared/journal/renewals/renewal.ts';
import { type ClaimBody, renewalKey, renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { moneyToJson } from '../../../shared/policy/money.ts';
import { secondsOf } from './claim-state.ts';
import {
  defaultRules,
  moment,
  type ProtocolRules,
  type PurchaseRun,
  type Purchasing,
  randomToken,
  rereadSubscription,
} from './contract.ts';
import { expiryMovedBy } from './expiry-moved-by.ts';
import { type MonthOf, monthsFor } from './month.ts';
import { otherExpiry, type Stop } from './renewal-outcome.ts';
import type { Reservation, ReserveRequest } from './reserve.ts';

/** With less of the function's time left, nothing is claimed or sent, in milliseconds (purchase protocol, P7). */
const timeToSendMs = 60_000;

/** A claim that was won, and not ended. */
export type WonClaim = RenewalEntry & { readonly claim: ClaimBody };

/** Why nothing new may begin at a moment; undefined when it may. */
export function notNow({ nowMs, stopping }: Moment, { deadlineMs }: PurchaseRun): Stop | undefined {
  if (stopping) return { code: 'stopped', text: 'Not ordered: the run was told to stop.' };
  if (deadlineMs === undefined || nowMs + timeToSendMs <= deadlineMs) return undefined;
  return { code: 'deadline-near', text: `Not ordered: less than ${timeToSendMs / 1000} s were left. The next run goes on.` };
}

/** Step 5: reads the resource again. Gives why the renewal stops; undefined when all is as it was planned. */
export function* rereadOffer({ purchase }: ReserveRequest): Purchasing<Stop | undefined> {
  try {
    const fresh = yield* rereadSubscription(purchase.target, purchase.resource);
    if (!fresh) return { code: 'resource-gone', text: 'The resource is gone since the plan was made.' };
    const same = fresh.expiresAtMs !== undefined && expiryMovedBy(purchase.expiresAtMs, fresh.expiresAtMs) === 'none';
    return same ? undefined : otherExpiry;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { code: 'reread-failed', text: `Nothing was sent, since the resource could not be read again: ${text}` };
  }
}

/**
 * Step 6: creates the claim. Gives why the renewal stops, where the moment is wrong or another's claim stands there.
 * @throws StoreError also where it stays unclear whether the claim was created: nothing may be sent then
 * @throws JournalError
 */
export function* makeClaim(
  run: PurchaseRun,
  request: ReserveRequest,
  reservation: Reservation,
  monthOf: MonthOf,
  rules: ProtocolRules,
): Purchasing<WonClaim | Stop> {
  // Before the time is taken, so that it is the create alone that makes a claim old.
  const token = yield* randomToken();
  const begun = yield* moment();
  const late = notNow(begun, run) ?? (rules.monthAtClaim ? wrongMonth(request, begun.nowMs, reservation, monthOf, rules) : undefined);
  if (late) return late;
  const { view } = request;
  const claim = claimOf(request, reservation, token, begun.nowMs);
  const entry = {
    n: view.next,
    atMs: claim.t,
    claim,
    slot: undefined,
    answer: undefined,
    answerLink: undefined,
    end: undefined,
    endLink: undefined,
  };
  // Only a test leaves the claim out, and nothing can point to it then.
  if (!rules.claimFirst) return { ...entry, link: '0'.repeat(64) };
  const record = { kind: 'claim', atMs: claim.t, owner: run.owner, prev: view.prev, body: claim };
  const { mine, link } = yield* place(renewalKey(view.stream, view.next, 'claim'), record);
  return mine ? { ...entry, link } : { code: 'claimed-by-another', text: 'Another run has claimed this renewal; nothing was sent.' };
}

/** The month of the order must be one in which money is set aside; near a change of month that takes both. */
function wrongMonth(
  { purchase }: ReserveRequest,
  nowMs: EpochMs,
  { month, otherMonth }: Reservation,
  monthOf: MonthOf,
  rules: ProtocolRules,
): Stop | undefined {
  const months = monthsFor(purchase.expiresAtMs, nowMs, monthOf, rules);
  if (months.length > 0 && months.every((each) => each === month || each === otherMonth)) return undefined;
  const text = `Not ordered: its money was reserved in ${month}, and the month changes or has changed. A later run does it.`;
  return { code: 'month-change', text };
}

function claimOf({ purchase }: ReserveRequest, { id, month, otherMonth }: Reservation, token: string, t: EpochMs): ClaimBody {
  return {
    expiry: secondsOf(purchase.expiresAtMs),
    period: purchase.period,
    autoPay: purchase.autoPay,
    price: moneyToJson(purchase.reserve),
    reservation: id,
    month,
    ...(otherMonth === undefined ? {} : { otherMonth }),
    token,
    t,
    target: purchase.target,
    operation: purchase.operation,
    ...(purchase.note === undefined ? {} : { note: purchase.note }),
  };
}

/** The stream that a resource's claims go into. */
export function streamOf(account: string, resourceId: string, expiresAtMs: EpochMs, rules: ProtocolRules = defaultRules): string {
  return renewalStream(account, rules.keyedByResource ? resourceId : `${resourceId}@${secondsOf(expiresAtMs)}`);
}
