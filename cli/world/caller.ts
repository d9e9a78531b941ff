import type { Agent } from 'node:http';
import { answer, readText } from '../../shared/client/answer.ts';
import { createClient } from '../../shared/client/call.ts';
import type { Clock } from '../../shared/client/clock.ts';
import type { CredentialsProvider } from '../../shared/client/credentials.ts';
import { operation } from '../../shared/client/operation.ts';
import { CommandFailure } from '../failure.ts';

/** Who a command acts as, by the word of STS and not of the person. */
export interface Caller {
  readonly account: string;
  /** Name of the RAM user; undefined for an account's root and for roles, whose sessions anybody may name. */
  readonly user: string | undefined;
  readonly arn: string;
}

/** STS GetCallerIdentity, API version 2015-04-01. */
const getCallerIdentity = operation({
  action: 'GetCallerIdentity',
  group: 'Security Token Service',
  access: 'read',
  effect: 'none',
  ram: { action: 'sts:GetCallerIdentity' },
  params: {},
  output: answer({ AccountId: readText, Arn: readText }),
});

/**
 * Asks STS who the keys belong to.
 * @param simulator address of a simulator that plays STS; default: the cloud
 * @param agent for a proxy
 * @throws ApiError when STS refuses, CommandFailure when its answer names nobody
 */
export async function callerOf(credentials: CredentialsProvider, clock: Clock, simulator?: string, agent?: Agent): Promise<Caller> {
  const client = createClient({
    endpoint: simulator ?? 'sts.aliyuncs.com',
    credentials,
    clock,
    version: '2015-04-01',
    ...(agent ? { agent } : {}),
  });
  const { AccountId, Arn } = await client.call(getCallerIdentity, {});
  if (AccountId === undefined || Arn === undefined) {
    throw new CommandFailure('NobodyNamed', 'STS answered, but did not say whose keys these are; try again.');
  }
  return { account: AccountId, arn: Arn, user: /:user\/(.+)$/.exec(Arn)?.[1] };
}
