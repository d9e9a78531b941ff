import type { EpochMs } from '../../../shared/client/clock.ts';
import type { RenewalEntry, RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import { parseRenewalKey, renewalKey } from '../../../shared/journal/renewals/renewal-record.ts';
import type { Json } from '../../../shared/planning/decision.ts';
import { formatMoney, moneyFromJson } from '../../../shared/policy/money.ts';
import { type Alert, type AlertCode, defaultRules, type InstantText, type ProtocolRules } from './contract.ts';
import { expiryMovedBy } from './expiry-moved-by.ts';

/** So long after an order of ours a read may show the expiry from before it, in milliseconds. */
const lagMs = 2 * 3_600_000;

/** True while what is read of a resource may be older than an order of ours for it. */
export function mayLag(entry: Pick<RenewalEntry, 'atMs'>, nowMs: EpochMs): boolean {
  return nowMs - entry.atMs < lagMs;
}

/** Whether a resource may be ordered for, as far as its stream says. */
export type ClaimState =
  /** Claim `n` may be made. `foreign`: since our last renewal the expiry moved by somebody else's doing. */
  | { readonly state: 'free'; readonly n: number; readonly external?: { readonly fromMs: EpochMs; readonly toMs: EpochMs } }
  /** The last claim has no end: nothing is ordered until it has one. */
  | { readonly state: 'open'; readonly entry: RenewalEntry }
  /** A claim that is not void was made for this expiry or a later one: nothing is ordered until a person opens a slot. */
  | { readonly state: 'spent'; readonly entry: RenewalEntry; readonly alert: Alert | undefined };

/**
 * Where a resource stands with an expiry as observed (purchase protocol, P3 and P11). An expiry that lies before what our last
 * renewal moved it to is spent like the one that was ordered for: it was moved back, by a refund perhaps.
 */
export function claimStateOf(
  view: RenewalView,
  expiresAtMs: EpochMs,
  nowMs: EpochMs,
  rules: ProtocolRules = defaultRules,
  text: InstantText = instantText,
): ClaimState {
  if (view.open) return { state: 'open', entry: view.open };
  const { moved } = view;
  if (!moved?.claim) return { state: 'free', n: view.next };
  const orderedForMs = moved.claim.expiry * 1000;
  const movedToMs = moved.end?.movedTo === undefined ? undefined : moved.end.movedTo * 1000;
  const back =
    expiryMovedBy(orderedForMs, expiresAtMs) !== 'later' ||
    (movedToMs !== undefined && expiryMovedBy(movedToMs, expiresAtMs) === 'earlier');
  if (back && rules.holdSpentExpiry) {
    // Nobody is told of a refund that may be an old answer.
    if (mayLag(moved, nowMs) && expiryMovedBy(orderedForMs, expiresAtMs) === 'none')
      return { state: 'spent', entry: moved, alert: undefined };
    const was = movedToMs === undefined ? '' : `, after it had been moved to ${text(movedToMs)}`;
    const used = `Its ${formatMoney(moneyFromJson(moved.claim.price))} stay used in the budget of ${moved.claim.month}.`;
    const alert = alertOn(view.stream, moved, nowMs, {
      code: 'expiry-moved-back',
      severity: 'critical',
      text: `The expiry is ${text(expiresAtMs)}${was} by renewal ${moved.n}: a refund, perhaps. ${used} It is not renewed again by itself; if it is to be, run '${resolveCommand(view.stream)} --refunded'.`,
      data: { expiresAtMs, movedToMs, orderId: moved.end?.orderId },
    });
    return { state: 'spent', entry: moved, alert };
  }
  if (movedToMs !== undefined && expiryMovedBy(movedToMs, expiresAtMs) === 'later') {
    return { state: 'free', n: view.next, external: { fromMs: movedToMs, toMs: expiresAtMs } };
  }
  return { state: 'free', n: view.next };
}

/** An instant in whole seconds, as claims record expiries. */
export function secondsOf(ms: EpochMs): number {
  return Math.floor(ms / 1000);
}

/** An instant for people, in UTC: `2026-12-01T16:00:00Z`. */
export function instantText(ms: EpochMs): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** The command by which a person closes the renewal of a stream; a verdict goes behind it. */
export function resolveCommand(stream: string): string {
  return `streamwarden resolve ${parseRenewalKey(renewalKey(stream, 0, 'claim'))?.resourceId}`;
}

/** An alert about a claim of a stream, to be sent once a day (UTC) while it stands. */
export function alertOn(
  stream: string,
  entry: RenewalEntry,
  nowMs: EpochMs,
  found: {
    readonly code: AlertCode;
    readonly severity: Alert['severity'];
    readonly text: string;
    readonly data?: Readonly<Record<string, Json | undefined>>;
  },
): Alert {
  const place = parseRenewalKey(renewalKey(stream, entry.n, 'claim'));
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return {
    code: found.code,
    severity: found.severity,
    text: found.text,
    once: `${found.code}/${entry.n}/${day}`,
    data: { account: place?.account, resource: place?.resourceId, n: entry.n, ...found.data },
  };
}
