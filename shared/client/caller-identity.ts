import { answer, readText } from './answer.ts';
import type { CheckKeys } from './attempts.ts';
import type { Client } from './client.ts';
import type { Credentials, CredentialsProvider } from './credentials.ts';
import { CredentialsError } from './errors.ts';
import { operation } from './operation.ts';

/** Who a client acts as, by the word of STS and of nobody else. */
export interface Caller {
  /** 16 digits. */
  readonly account: string;
  /** Name of the RAM user; undefined for an account's root and for roles, whose sessions anybody may name. */
  readonly user: string | undefined;
  /** Id of the RAM user, which a new user of the same name does not get; undefined where `user` is. */
  readonly userId: string | undefined;
  /** Name of the role whose session acts; undefined for users and for an account's root. */
  readonly role: string | undefined;
  readonly arn: string;
}

/** STS GetCallerIdentity, API version 2015-04-01: any identity may ask it, without a permission, and it is answered for the keys that sign. */
const getCallerIdentity = operation({
  action: 'GetCallerIdentity',
  group: 'Security Token Service',
  access: 'read',
  effect: 'none',
  ram: { action: 'sts:GetCallerIdentity', level: 'none' },
  params: {},
  output: answer({ AccountId: readText, Arn: readText, IdentityType: readText, PrincipalId: readText, UserId: readText }),
  service: { host: 'sts.aliyuncs.com', version: '2015-04-01' },
});

/** How long STS may take, in milliseconds: an answer is worth no more of a function's time. */
const askMs = 10_000;

/** So many identities are remembered; an instance of a function meets one for each target, and a new one when the keys of a role end. */
const mostKnown = 1000;

/** Who each key is, by `signer`. A key belongs to one identity as long as it exists, so an answer is good for the life of the process. */
const known = new Map<string, Promise<Caller | undefined>>();

/**
 * Asks STS whose the keys of a client are: one call for each key and process, whichever clients share it. Undefined where the answer does not
 * say it plainly: no account of 16 digits, or a name of another account beside it. Neither that nor a failure is remembered.
 * @throws ApiError when STS refuses or does not answer
 * @throws CredentialsError when there are no keys
 */
export async function callerIdentity(client: Client): Promise<Caller | undefined> {
  const signer = await client.signer?.();
  if (signer === undefined) return ask(client);
  const before = known.get(signer);
  if (before) return before;
  const asked = ask(client).then(async (caller) => {
    // With keys that changed meanwhile the answer may be that of either.
    if (caller === undefined || (await client.signer?.()) !== signer) known.delete(signer);
    return caller;
  });
  for (const [oldest] of known) {
    if (known.size < mostKnown) break;
    known.delete(oldest);
  }
  known.set(signer, asked);
  asked.catch(() => known.delete(signer));
  return asked;
}

async function ask(client: Client): Promise<Caller | undefined> {
  const { AccountId: account, Arn: arn, UserId } = await client.call(getCallerIdentity, {}, { timeoutMs: askMs });
  if (account === undefined || arn === undefined || !/^\d{16}$/.test(account)) return undefined;
  const [, owner, kind, name] = /^acs:ram::(\d+):(root$|user\/|assumed-role\/)([^/]*)/.exec(arn) ?? [];
  if (owner !== account) return undefined;
  const user = kind === 'user/' ? name : undefined;
  return { account, arn, user, userId: user === undefined ? undefined : UserId, role: kind === 'assumed-role/' ? name : undefined };
}

/**
 * Lets keys sign a write only where STS says that they belong to `account`: keys that change in the middle of a run, to those of another account,
 * write nothing. Reads are signed by any keys. Asked once for each key; see `callerIdentity`.
 * @param stated how messages call what states the account, such as `targets.home.account`
 * @param clientFor a client that signs with these credentials and no others
 */
export function writesOnlyTo(account: string, stated: string, clientFor: (credentials: CredentialsProvider) => Client): CheckKeys {
  const checked = new WeakSet<Credentials>();
  return async (keys, { access }) => {
    if (access === 'read' || checked.has(keys)) return;
    const caller = await callerIdentity(clientFor({ get: async () => keys })).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : 'no reason given';
      throw new CredentialsError('AccountUnknown', `${nothingSent} Whose keys these are could not be asked: ${why}`, { cause });
    });
    if (caller === undefined)
      throw new CredentialsError('AccountUnknown', `${nothingSent} STS did not say whose keys these are; try again.`);
    if (caller.account !== account)
      throw new CredentialsError('AccountMismatch', `${nothingSent} ${mismatchText(account, stated, caller)}`);
    checked.add(keys);
  };
}

const nothingSent = 'Nothing was sent.';

/** That keys are of another account than stated, and what to do: both numbers are named. */
export function mismatchText(account: string, stated: string, caller: Pick<Caller, 'account' | 'arn'>): string {
  return `${stated} is ${account}, and the keys in use belong to account ${caller.account} (${caller.arn}). Correct ${stated}, or use keys or a role of account ${account}.`;
}
