import { zonedText } from '../../planning/local-time.ts';
import type { Alert } from '../purchase/contract.ts';
import type { Candidate, DueSubscription } from '../purchase/round.ts';
import type { Telling } from './messages.ts';

/**
 * What is to be said of a renewal that is not ours: since our last one the expiry has moved by somebody else's doing, a person's, the
 * console's or the vendor's. It is told and recorded once for the expiry that it led to, and the renewal of that goes on as usual.
 */
export function foreignAlerts(candidates: readonly Candidate<DueSubscription>[], telling: Telling): readonly Alert[] {
  return candidates.flatMap(({ due, standing }): Alert[] => {
    if (standing?.state !== 'free' || standing.foreign === undefined) return [];
    const { fromMs, toMs } = standing.foreign;
    const moved = `The expiry moved from ${zonedText(fromMs, telling)} to ${zonedText(toMs, telling)}`;
    const text = `${moved} without an order of ours. If somebody renews it elsewhere, switch that off, or take it out of the policy: both may pay.`;
    const data = { account: due.account, resource: due.resource.id, fromMs, toMs };
    return [{ code: 'foreign-renewal', severity: 'warning', text, once: 'foreign-renewal', data }];
  });
}
