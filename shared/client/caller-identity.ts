import { answer, readText } from './answer.ts';
import type { Client } from './client.ts';
import { operation } from './operation.ts';

/** Who a client acts as, by the word of STS and of nobody else. */
export interface Caller {
  readonly account: string;
  /** Name of the RAM user; undefined for an account's root and for roles, whose sessions anybody may name. */
  readonly user: string | undefined;
  /** Id of the RAM user, which a new user of the same name does not get; undefined where `user` is. */
  readonly userId: string | undefined;
  readonly arn: string;
}

/** STS GetCallerIdentity, API version 2015-04-01: any identity may ask it, and it is answered for the keys that sign. */
const getCallerIdentity = operation({
  action: 'GetCallerIdentity',
  group: 'Security Token Service',
  access: 'read',
  effect: 'none',
  ram: { action: 'sts:GetCallerIdentity' },
  params: {},
  output: answer({ AccountId: readText, Arn: readText, UserId: readText }),
  service: { host: 'sts.aliyuncs.com', version: '2015-04-01' },
});

/**
 * Asks STS whose the keys of a client are. Undefined where the answer names no account.
 * @throws ApiError when STS refuses or does not answer
 * @throws CredentialsError when there are no keys
 */
export async function callerIdentity(client: Client): Promise<Caller | undefined> {
  const { AccountId, Arn, UserId } = await client.call(getCallerIdentity, {});
  if (AccountId === undefined || !/^\d{1,20}$/.test(AccountId) || Arn === undefined) return undefined;
  const user = /:user\/(.+)$/.exec(Arn)?.[1];
  return { account: AccountId, arn: Arn, user, userId: user === undefined ? undefined : UserId };
}
