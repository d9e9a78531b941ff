import type { Agent } from 'node:http';
import { createClient } from '../../shared/client/call.ts';
import { type Caller, callerIdentity } from '../../shared/client/caller-identity.ts';
import type { Clock } from '../../shared/client/clock.ts';
import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { CommandFailure } from '../failure.ts';

/**
 * Asks STS who the keys of a command belong to.
 * @param simulator address of a simulator that plays STS; default: the cloud
 * @param agent for a proxy
 * @throws ApiError when STS refuses, CommandFailure when its answer names nobody
 */
export async function callerOf(credentials: CredentialsProvider, clock: Clock, simulator?: string, agent?: Agent): Promise<Caller> {
  const proxy = agent ? { agent } : {};
  const caller = await callerIdentity(createClient({ endpoint: simulator ?? 'sts.aliyuncs.com', credentials, clock, ...proxy }));
  if (caller) return caller;
  throw new CommandFailure('NobodyNamed', 'STS answered, but did not say whose keys these are; try again.');
}
