import { CommandFailure } from '../failure.ts';
import { ramSetup } from './read-setup.ts';
import { type RamRole, rolesOf, roleTexts } from './roles.ts';
import type { RamSetup } from './setup.ts';

/** What `ram-policy` was asked. */
export interface RamFlags {
  /** Policy file. */
  readonly policy: string;
  /** Default: all. */
  readonly role?: string;
  readonly trust?: boolean;
  /** With the role approver: only this circle, and only this person, `li.wei` or `li.wei@account`. Default: all. */
  readonly approvers?: string;
  readonly person?: string;
  /** Names, separated by commas. Default: those with rules in the policy, and those that run without. */
  readonly functions?: string;
  /** Default: `ALIBABA_CLOUD_ACCOUNT_ID`. */
  readonly account?: string;
  /** Default: `STREAMWARDEN_STORE`, else the policy's. */
  readonly store?: string;
  readonly prefix: string;
  /** Default: `streamwarden-<account>`, as the deployment files have it. */
  readonly logProject?: string;
  readonly logstore: string;
  readonly json?: boolean;
}

/**
 * What `ram-policy` prints.
 * @throws CommandFailure for a role that does not exist or that nobody needs, and for what `ramSetup` refuses
 */
export async function ramText(flags: RamFlags, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const wanted = flags.role;
  const width = Math.max(...Object.keys(roleTexts).map((name) => name.length));
  const list = Object.entries(roleTexts).map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`);
  if (wanted === 'help') return list.join('');
  if (wanted !== undefined && !Object.hasOwn(roleTexts, wanted)) {
    throw new CommandFailure('UnknownRole', `There is no role '${wanted}'; choose one of\n${list.join('')}`.trimEnd());
  }
  if (wanted === undefined && flags.trust) throw new CommandFailure('Usage', '--trust is about one role; name it with --role.');
  const account = flags.account ?? (environment['ALIBABA_CLOUD_ACCOUNT_ID'] || undefined);
  const store = flags.store ?? (environment['STREAMWARDEN_STORE'] || undefined);
  const functions = flags.functions?.split(',').map((name) => name.trim());
  const setup = await ramSetup({ ...flags, logProject: flags.logProject, account, store, functions });
  const roles = rolesOf({ ...setup, approvers: approversNamed(setup.approvers, flags) });
  if (wanted === undefined) return flags.json ? `${JSON.stringify(roles, null, 2)}\n` : roles.map(section).join('\n');
  return one(roles, wanted, flags.trust === true, account);
}

/** The approvers that somebody means. @throws CommandFailure where the policy names nobody like that */
function approversNamed(all: RamSetup['approvers'], { approvers, person }: RamFlags): RamSetup['approvers'] {
  const [user, account] = person?.split('@') ?? [];
  const meant = all.filter(
    ({ circle, voter }) =>
      (approvers === undefined || circle === approvers) &&
      (person === undefined || (voter.user === user && (account === undefined || voter.account === account))),
  );
  if (meant.length > 0 || (approvers === undefined && person === undefined)) return meant;
  const known = all.map(({ circle, voter }) => `${circle}: ${voter.user}@${voter.account}`).join(', ') || 'nobody';
  throw new CommandFailure('NotAnApprover', `The policy names no such approver; it has ${known}.`);
}

/** The document of a role; of several, such as approvers, each with its name. */
function one(roles: readonly RamRole[], wanted: string, trust: boolean, account: string | undefined): string {
  const found = roles.filter(({ role }) => role === wanted);
  if (found.length === 0) {
    const why = 'no function of the policy needs it, no target has a role, or there is no store in OSS';
    throw new CommandFailure('RoleNotNeeded', `Nobody needs ${wanted} here: ${why}. See --functions and --store.`);
  }
  if (trust && found.some((role) => role.trust === undefined)) {
    throw new CommandFailure('NoTrust', `${wanted} is a policy for people, not a role; attach it to users or groups.`);
  }
  if (trust && wanted.startsWith('target-') && account === undefined) {
    throw new CommandFailure('AccountMissing', 'Whom to trust depends on the account in which the functions run; name it with --account.');
  }
  const documents = new Map(found.map((role) => [JSON.stringify(trust ? role.trust : role.policy), trust ? role.trust : role.policy]));
  const only =
    documents.size === 1
      ? [...documents.values()][0]
      : Object.fromEntries(found.map((role) => [role.name, trust ? role.trust : role.policy]));
  return `${JSON.stringify(only, null, 2)}\n`;
}

function section({ name, text, account, trust, policy }: RamRole): string {
  const where = account === undefined ? '' : ` in account ${account}`;
  const lines = [`${name}${where}`, `  ${text}`];
  if (trust) lines.push('', `  trust policy:`, JSON.stringify(trust, null, 2));
  lines.push('', '  policy:', JSON.stringify(policy, null, 2));
  return `${lines.join('\n')}\n`;
}
