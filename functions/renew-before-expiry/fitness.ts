import type { Reason } from '../../shared/engine/decision.ts';
import type { Subscribable } from '../../shared/fleet/subscription.ts';
import { reason } from './reasons.ts';

/** A group serves; under any other status what a renewal does is not documented (API notes, delivery group status). */
const groupStatus = 'PUBLISHED';

/** No list of a workstation's states is published; these are the ones in which nothing is being built or broken (API notes, unverified). */
const workstationStatuses: ReadonlySet<string> = new Set(['RUNNING', 'STOPPED', 'STARTING', 'STOPPING']);

/** Why a resource is not in a state to be renewed; undefined when it is. */
export function unfitness(resource: Subscribable): Reason | undefined {
  const { status } = resource;
  const data = { status: status ?? null };
  if (resource.kind === 'delivery-group') {
    if (status === groupStatus) return undefined;
    return reason('status', `its status is ${status ?? 'unknown'}, and renewing is known to work under ${groupStatus} only`, data);
  }
  if (resource.spot) return reason('spot', 'it is a spot instance');
  if (status !== undefined && workstationStatuses.has(status)) return undefined;
  return reason('status', `its status is ${status ?? 'unknown'}, and renewing is not known to work under that`, data);
}
