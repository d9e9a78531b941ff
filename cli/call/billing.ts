import { billingOperations } from '../../shared/client/billing/index.ts';
import { billingPages } from '../../shared/client/billing-pages.ts';
import { atSite, type BillingSite, billingSites } from '../../shared/client/billing-sites.ts';
import type { Client, Page } from '../../shared/client/client.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { CommandFailure } from '../failure.ts';

/** All operations that can be called: those of App Streaming, then those of billing. */
export const callable: Readonly<Record<string, AnyOperation>> = { ...operations, ...billingOperations };

const isBilling = ({ action }: AnyOperation): boolean => action in billingOperations;

interface Place {
  readonly site?: string;
  readonly simulator?: string;
  readonly target?: string;
  readonly endpoint?: string;
}

/**
 * The operation as it is called at a site. In the cloud the site of a billing operation has to be said: nothing in a policy or in a key tells it, and
 * the other site knows no such key. A simulator plays both. @throws CommandFailure
 */
export function placedOperation(operation: AnyOperation, { site, simulator, target, endpoint }: Place): AnyOperation {
  if (!isBilling(operation)) {
    if (site === undefined) return operation;
    throw new CommandFailure('Usage', `${operation.action} is no operation of billing; leave out --site.`);
  }
  const known = Object.keys(billingSites);
  if (site !== undefined) {
    if (!known.includes(site)) throw new CommandFailure('Usage', `There is no site '${site}'; write --site ${known.join(' or ')}.`);
    return atSite(site as BillingSite, operation);
  }
  if (simulator === undefined && (target !== undefined || endpoint !== undefined)) {
    throw new CommandFailure('Usage', `Bills are at the site of the account; say --site ${known.join(' or ')}.`);
  }
  return operation;
}

/** The pages of a list of either service. */
export function pagesOf(client: Client, operation: AnyOperation, input: Readonly<Record<string, unknown>>): AsyncIterable<Page<unknown>> {
  return isBilling(operation) ? billingPages(client, operation, input) : client.pages(operation, input as never);
}
