import { createClient } from '../../shared/client/call.ts';
import { type Caller, callerIdentity } from '../../shared/client/caller-identity.ts';
import type { Clock } from '../../shared/client/clock.ts';
import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { checkAccount } from '../../shared/engine/account-check.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { CommandFailure } from '../failure.ts';
import type { World } from './world.ts';

/**
 * Asks STS who the keys of a command belong to.
 * @param simulator address of a simulator that plays STS; default: the cloud
 * @throws ApiError when STS refuses, CommandFailure when its answer names nobody
 */
export async function callerOf(credentials: CredentialsProvider, clock: Clock, simulator?: string): Promise<Caller> {
  const caller = await callerIdentity(createClient({ endpoint: simulator ?? 'sts.aliyuncs.com', credentials, clock }));
  if (caller) return caller;
  throw new CommandFailure('NobodyNamed', 'STS answered, but did not say whose keys these are; try again.');
}

/**
 * Makes sure that the keys which act on a target belong to its account, before something is written under the account's number.
 * @throws CommandFailure `AccountMismatch`, or `AccountUnknown` where that cannot be told
 */
export async function mustBeAccountOf(target: CompiledTarget, { clientFor }: Pick<World, 'clientFor'>): Promise<void> {
  const check = await checkAccount(clientFor(target), target);
  if (!check.ok) throw new CommandFailure(check.error.code, check.error.message);
}
