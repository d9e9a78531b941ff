import type { EpochMs } from '../../client/clock.ts';
import { renewalStream } from '../../journal/renewals/renewal-record.ts';
import { defaultRules, type ProtocolRules } from './rules.ts';
import { secondsOf } from './standing.ts';

/** The stream that a resource's claims go into. */
export function streamOf(account: string, resourceId: string, expiresAtMs: EpochMs, rules: ProtocolRules = defaultRules): string {
  return renewalStream(account, rules.keyedByResource ? resourceId : `${resourceId}@${secondsOf(expiresAtMs)}`);
}
