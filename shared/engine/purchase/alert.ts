import type { EpochMs } from '../../client/clock.ts';
import type { RenewalEntry } from '../../journal/renewals/renewal.ts';
import { parseRenewalKey, renewalKey } from '../../journal/renewals/renewal-record.ts';
import type { Json } from '../decision.ts';
import type { Alert, AlertCode } from './contract.ts';

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
