import { personVoice } from '../../shared/journal/approvals.ts';
import type { RamUser } from '../../shared/policy/approvers.ts';
import { functionRolePolicy, functionsIn, targetRole } from './function-role.ts';
import { journalAccess, journalFence } from './journal-access.ts';
import { type PolicyDocument, policyOf, type TrustDocument, trustInFunctions, trustInRoles } from './policy-document.ts';
import { type FunctionRole, functionRoles, powers } from './powers.ts';
import { serviceAccess } from './service-access.ts';
import type { RamSetup } from './setup.ts';

/** A role, or what is attached to people, with all that RAM has to know of it. */
export interface RamRole {
  /** How `--role` names it. */
  readonly role: string;
  /** Its name in RAM. */
  readonly name: string;
  /** What it is for. */
  readonly text: string;
  /** The account that it belongs to; undefined: that of the functions. */
  readonly account?: string;
  /** Who may take it on; undefined: it is a policy for people. */
  readonly trust?: TrustDocument;
  readonly policy: PolicyDocument;
  /** Of an approver: whose policy it is. */
  readonly circle?: string;
  readonly voter?: RamUser;
}

/** What `--role` takes, with what it is for. */
export const roleTexts: Readonly<Record<string, string>> = {
  observer: 'functions that only observe; it writes nothing that those that act go by',
  digest: 'the function that tells what happened and which functions are silent; it writes what it told and nothing else',
  operator: 'functions that change nodes, tags, sessions, settings and power, and what starts them; they order and delete nothing',
  buyer: 'the function that renews; it orders nothing else',
  links: 'the function behind approval links; it writes answers that were given by link and nothing else',
  reporter: 'the function that tells of failures',
  'target-observer': 'in an account that is governed: what functions take on that observe',
  'target-operator': 'in an account that is governed: what functions take on that change things',
  'target-buyer': 'in an account that is governed: what the function takes on that renews',
  approver: 'people who approve renewals: a policy for each of them, since each may write his own answers only',
  proposer: 'people who propose policies that a second person publishes',
  publisher: 'people who publish policies; to see what one changes they need the policy of the observer as well',
  'on-call': 'people who add exceptions, halt versions and close unclear renewals at night',
};

/** Powers that are taken on in other accounts. */
const takenOn = ['observer', 'operator', 'buyer'] as const satisfies readonly FunctionRole[];

/** What people write to the journal, by what they do. */
const peopleWrite: Readonly<Record<string, readonly string[]>> = {
  proposer: ['policy-proposals/'],
  publisher: ['policy/', 'policy-proposals/'],
  'on-call': ['exceptions/', 'halts/', 'renewals/', 'budget/'],
};

/** Every role and every policy for people of an installation; those with nothing to do are left out. */
export function rolesOf(setup: RamSetup): readonly RamRole[] {
  return [
    ...functionRoles.flatMap((role) => ofFunctions(role, setup)),
    ...takenOn.flatMap((power) => ofTargets(power, setup)),
    ...ofPeople(setup),
  ];
}

function ofFunctions(role: FunctionRole, setup: RamSetup): readonly RamRole[] {
  if (functionsIn(role, setup).length === 0) return [];
  const policy = functionRolePolicy(role, setup);
  return [{ role, name: `${setup.prefix}-${role}`, text: textOf(role), trust: trustInFunctions, policy }];
}

/** One for each account and role of the targets. */
function ofTargets(power: FunctionRole, setup: RamSetup): readonly RamRole[] {
  // The digest observes there.
  const from: readonly FunctionRole[] = power === 'observer' ? ['observer', 'digest'] : [power];
  const taking = from.filter((each) => functionsIn(each, setup).some((name) => powers[name]?.calls.length));
  const names = taking.flatMap((each) => functionsIn(each, setup)).filter((name) => powers[name]?.calls.length);
  if (names.length === 0) return [];
  const role = `target-${power}`;
  const each = setup.targets.flatMap(({ account, role: taken }) =>
    taken === undefined ? [] : [{ account, name: targetRole(taken, power) }],
  );
  return [...new Map(each.map((place) => [`${place.account} ${place.name}`, place])).values()].map(({ account, name }) => ({
    ...{ role, name, account, text: textOf(role) },
    // Without the account of the functions nobody can be trusted yet.
    trust: trustInRoles(
      setup.account ?? '<account of the functions>',
      taking.map((each) => `${setup.prefix}-${each}`),
    ),
    policy: policyOf(...serviceAccess(power, names)),
  }));
}

function ofPeople(setup: RamSetup): readonly RamRole[] {
  const { store, prefix, approvers } = setup;
  if (store === undefined) return [];
  const policyFor = (writes: readonly string[]): PolicyDocument =>
    policyOf(...journalAccess(store, { reads: [''], writes }), ...journalFence(store, 'person'));
  return [
    ...approvers.map(({ circle, voter }) => ({
      ...{
        role: 'approver',
        name: `${prefix}-approver-${circle}-${voter.user}`,
        text: `${textOf('approver')}: ${voter.user} in account ${voter.account}`,
      },
      ...{ circle, voter, policy: policyFor([`${personVoice(circle, voter)}/`]) },
    })),
    ...Object.entries(peopleWrite).map(([role, writes]) => ({
      role,
      name: `${prefix}-${role}`,
      text: textOf(role),
      policy: policyFor(writes),
    })),
  ];
}

function textOf(role: string): string {
  return roleTexts[role] ?? role;
}
