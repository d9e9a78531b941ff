import { parseOssAddress } from '../../shared/journal/oss-address.ts';
import { type RamUser, votersOf } from '../../shared/policy/approvers.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import { CommandFailure } from '../failure.ts';
import { readPolicy } from '../run/policy.ts';
import { powers } from './powers.ts';
import type { RamSetup } from './setup.ts';

/** What the command line says about an installation; what it leaves out comes from the policy. */
interface Given extends Pick<RamSetup, 'account' | 'prefix' | 'logProject' | 'logstore'> {
  /** Policy file. */
  readonly policy: string;
  /** Address of the journal. Default: the policy's. */
  readonly store: string | undefined;
  /** Default: those with rules in the policy, and those that run without. */
  readonly functions: readonly string[] | undefined;
}

/**
 * An installation as the command line and the policy describe it.
 * @throws CommandFailure for a broken policy, a function that does not exist, or an account that is no account
 */
export async function ramSetup({ policy, store, functions, account, ...names }: Given): Promise<RamSetup> {
  const document = await readPolicy(policy);
  const stranger = functions?.find((name) => !Object.hasOwn(powers, name));
  if (stranger !== undefined) {
    throw new CommandFailure('UnknownFunction', `there is no function '${stranger}'; there are ${Object.keys(powers).join(', ')}`);
  }
  if (account !== undefined && !/^\d{16}$/.test(account)) {
    throw new CommandFailure('NoAccount', `'${account}' is no account: write its 16 digits, as the console shows them`);
  }
  const inUse = Object.entries(powers).flatMap(([name, { withoutRules }]) => {
    const rules: readonly unknown[] = (document.rules as Readonly<Record<string, readonly unknown[] | undefined>>)[name] ?? [];
    return withoutRules || rules.length > 0 ? [name] : [];
  });
  const address = store ?? document.store;
  const place = address === undefined ? undefined : parseOssAddress(address);
  if (store !== undefined && place === undefined)
    throw new CommandFailure('NoBucket', `${store} is no place in OSS: write oss://BUCKET/PREFIX`);
  return {
    ...names,
    account,
    store: place,
    functions: functions ?? inUse,
    acting: (functions ?? inUse).filter(
      (name) => (document.mode.act as readonly string[]).includes(name) || document.mode.default === 'act',
    ),
    targets: Object.values(document.targets),
    approvers: Object.keys(document.approvers).flatMap((circle) => votersEverywhere(document, circle).map((voter) => ({ circle, voter }))),
  };
}

/** The users who may answer for a circle, whichever target it is asked about. */
function votersEverywhere(document: PolicyDocument, circle: string): readonly RamUser[] {
  const voters = Object.values(document.targets).flatMap(({ account }) => votersOf(document, circle, account));
  return [...new Map(voters.map((voter) => [`${voter.account}.${voter.user}`, voter])).values()];
}
