import { parseOssAddress } from '../../shared/journal/store/oss-client.ts';
import { type RamUser, votersOf } from '../../shared/policy/approvers.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import { CommandFailure } from '../failure.ts';
import { readPolicy } from '../run/policy.ts';
import { powers } from './powers.ts';
import type { RamSetup } from './setup.ts';

/** What the command line says about an installation; what it leaves out comes from the policy. */
interface Given extends Pick<RamSetup, 'account' | 'prefix' | 'logstore'> {
  /** Default: `streamwarden-<account>`, as the deployment files have it. */
  readonly logProject: string | undefined;
  /** Policy file. */
  readonly policy: string;
  /** Address of the journal. Default: the policy's. */
  readonly store: string | undefined;
  /** Default: those with rules in the policy, and those that run without. */
  readonly functions: readonly string[] | undefined;
}

/** What a name that becomes part of a resource in RAM may hold. A wildcard there would give every function, role or log of the account away. */
const names = {
  prefix: { option: '--prefix', form: /^[a-z][a-z0-9-]{0,39}$/i, words: 'letters, digits and "-", and begin with a letter' },
  logProject: { option: '--log-project', form: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, words: 'small letters, digits and "-"' },
  logstore: { option: '--logstore', form: /^[a-z0-9][a-z0-9_-]{1,62}$/, words: 'small letters, digits, "-" and "_"' },
} as const;

/**
 * An installation as the command line and the policy describe it.
 * @throws CommandFailure for a broken policy, a function that does not exist, an account that is no account, or a name that RAM would not take as one
 */
export async function ramSetup({ policy, store, functions, account, ...named }: Given): Promise<RamSetup> {
  for (const key of ['prefix', 'logProject', 'logstore'] as const) {
    const { option, form, words } = names[key];
    const name = named[key];
    if (name !== undefined && !form.test(name)) throw new CommandFailure('Usage', `${option} is '${name}'; write ${words}.`);
  }
  const document = await readPolicy(policy);
  const stranger = functions?.find((name) => !Object.hasOwn(powers, name));
  if (stranger !== undefined) {
    throw new CommandFailure('UnknownFunction', `There is no function '${stranger}'; there are ${Object.keys(powers).join(', ')}.`);
  }
  if (account !== undefined && !/^\d{16}$/.test(account)) {
    throw new CommandFailure('NoAccount', `'${account}' is no account id; write its 16 digits, as the console shows them.`);
  }
  const inUse = Object.entries(powers).flatMap(([name, { withoutRules }]) => {
    const rules: readonly unknown[] = (document.rules as Readonly<Record<string, readonly unknown[] | undefined>>)[name] ?? [];
    return withoutRules || rules.length > 0 ? [name] : [];
  });
  const address = store ?? document.store;
  const place = address === undefined ? undefined : parseOssAddress(address);
  if (store !== undefined && place === undefined)
    throw new CommandFailure('NoBucket', `'${store}' is no address in OSS; write oss://BUCKET/PREFIX.`);
  return {
    ...named,
    account,
    logProject: named.logProject ?? `streamwarden-${account ?? '*'}`,
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
