import { personVoice } from '../../shared/journal/people/approvals.ts';
import { type FunctionRole, functionRoles } from '../../shared/planning/manifest.ts';
import type { RamUser } from '../../shared/policy/approvers.ts';
import { functionRolePolicy, functionsIn, startedIn, targetRole } from './function-role.ts';
import { journalAccess, journalFence } from './journal-access.ts';
import {
  allow,
  type PolicyDocument,
  policyOf,
  type Statement,
  type TrustDocument,
  trustInFunctions,
  trustInRoles,
} from './policy-document.ts';
import { billingAccess, billingReadActions, readActions, serviceAccess } from './service-access.ts';
import { powersIn, type RamSetup } from './setup.ts';

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
export const roleTexts: Readonly<Record<string, string> & Record<FunctionRole, string>> = {
  observer: 'functions that only observe; it writes nothing that those that act go by',
  digest: 'the function that tells what happened and which functions are silent; it writes what it told and nothing else',
  operator: 'functions that change nodes, sessions and power, and what starts all that act; they order and delete nothing',
  tagger: 'the function that tags new resources and hears events; it changes tags and nothing else',
  enforcer: 'the function that enforces attributes and hears events; it changes settings and nothing else',
  buyer: 'the function that renews; it orders nothing else',
  links: 'the function behind approval links; it writes answers that were given by link and nothing else',
  reporter: 'the function that tells of failures',
  'target-observer': 'in an account that is governed: what functions take on that observe',
  'target-operator': 'in an account that is governed: what functions take on that change things',
  'target-tagger': 'in an account that is governed: what the function takes on that tags',
  'target-enforcer': 'in an account that is governed: what the function takes on that enforces attributes',
  'target-buyer': 'in an account that is governed: what the function takes on that renews',
  viewer: 'people who look: plans, explanations, digests, the journal, and what doctor tries; beside it all other policies for people work',
  approver:
    'people who approve renewals: a policy for each of them, since each may write their own answers only; with the viewer, to see what is asked',
  proposer: 'people who propose policies that a second person publishes; with the viewer, to see what one changes',
  publisher: 'people who publish policies; with the viewer, to see what one changes',
  'on-call':
    'people who add exceptions, halt versions, close unclear renewals and skip damaged records at night; with the viewer, to see what happens',
  deployer: 'who deploys the functions: it gives them the roles above, so it is as powerful as all of them; keep it in a pipeline',
};

/** Powers that are taken on in other accounts. */
const takenOn = ['observer', 'operator', 'tagger', 'enforcer', 'buyer'] as const satisfies readonly FunctionRole[];

/** What people write to the journal, by what they do. */
const peopleWrite: Readonly<Record<string, readonly string[]>> = {
  // The one record that `doctor` leaves; nothing reads it.
  viewer: ['doctor/'],
  proposer: ['policy-proposals/'],
  publisher: ['policy/', 'policy-proposals/'],
  'on-call': ['exceptions/', 'halts/', 'renewals/', 'budget/', 'skipped/'],
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
  const powers = powersIn(setup);
  // The digest observes there.
  const from: readonly FunctionRole[] = power === 'observer' ? ['observer', 'digest'] : [power];
  const acting = (each: FunctionRole): readonly string[] =>
    [...functionsIn(each, setup), ...startedIn(each, setup)].filter((name) => powers[name]?.calls.length);
  const taking = from.filter((each) => acting(each).length > 0);
  const names = taking.flatMap(acting);
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
    policy: policyOf(
      ...serviceAccess(power, names, powers),
      ...billingAccess(
        setup.targets.filter(
          (target) => target.account === account && target.role !== undefined && targetRole(target.role, power) === name,
        ),
        names,
        powers,
      ),
    ),
  }));
}

function ofPeople(setup: RamSetup): readonly RamRole[] {
  const { store, prefix, approvers } = setup;
  const writing = (writes: readonly string[]): readonly Statement[] => [
    ...journalAccess(store, { reads: [''], writes }),
    ...journalFence(store, 'person'),
  ];
  const { viewer: ofViewer = [], ...others } = peopleWrite;
  const named = (role: string, policy: PolicyDocument): RamRole => ({ role, name: `${prefix}-${role}`, text: textOf(role), policy });
  const viewer = named('viewer', policyOf(...viewing(setup), ...writing(ofViewer)));
  const deployer = named('deployer', policyOf(...deploying(setup)));
  if (store === undefined) return [viewer, deployer];
  return [
    viewer,
    ...approvers.map(({ circle, voter }) => ({
      ...{
        role: 'approver',
        name: `${prefix}-approver-${circle}-${voter.user}`,
        text: `${textOf('approver')}: ${voter.user} in account ${voter.account}`,
      },
      ...{ circle, voter, policy: policyOf(...writing([`${personVoice(circle, voter)}/`])) },
    })),
    ...Object.entries(others).map(([role, writes]) => named(role, policyOf(...writing(writes)))),
    deployer,
  ];
}

/**
 * What people need who look: every read of the service that no change asks for, the roles of other accounts as the policy names them, the deployed
 * functions, and what keeps the bucket. It forbids nothing beside the journal's fence, so that each other policy for people works beside it.
 */
function viewing({ account = '*', prefix, store, targets }: RamSetup): readonly Statement[] {
  const foreign = targets.flatMap(({ account: owner, role }) => (role === undefined ? [] : [`acs:ram::${owner}:role/${role}`]));
  const bucket = store === undefined ? [] : [`acs:oss:*:*:${store.bucket}`];
  return [
    allow(readActions(), ['*']),
    allow(billingReadActions(targets), ['*']),
    allow(['sts:AssumeRole'], [...new Set(foreign)]),
    allow(
      ['fc:GetFunction', 'fc:ListTriggers', 'fc:GetConcurrencyConfig', 'fc:GetAsyncInvokeConfig'],
      [`acs:fc:*:${account}:functions/${prefix}-*`],
    ),
    allow(['oss:GetBucketAcl', 'oss:GetBucketEncryption', 'oss:GetBucketWorm'], bucket),
  ];
}

/** What a deployment needs: the functions of the installation and no others, their roles and no others, and where their log goes. */
function deploying(setup: RamSetup): readonly Statement[] {
  const { account = '*', prefix, logProject, logstore } = setup;
  const parts = ['Function', 'Trigger', 'ConcurrencyConfig', 'AsyncInvokeConfig'];
  const changes = ['fc:CreateFunction', 'fc:UpdateFunction', 'fc:CreateTrigger', 'fc:UpdateTrigger'];
  const puts = ['fc:PutConcurrencyConfig', 'fc:PutAsyncInvokeConfig', 'fc:ListTriggers', 'fc:ListAsyncInvokeConfigs'];
  return [
    allow([...changes, ...puts, ...parts.flatMap((part) => [`fc:Get${part}`, `fc:Delete${part}`])].sort(), [
      `acs:fc:*:${account}:functions/${prefix}-*`,
    ]),
    allow(
      ['ram:PassRole', 'ram:GetRole'],
      [...functionRoles.flatMap((role) => (functionsIn(role, setup).length > 0 ? [`acs:ram::${account}:role/${prefix}-${role}`] : []))],
    ),
    allow(
      ['log:GetProject', 'log:GetLogStore'],
      [`acs:log:*:${account}:project/${logProject}`, `acs:log:*:${account}:project/${logProject}/logstore/${logstore}`],
    ),
  ];
}

function textOf(role: string): string {
  return roleTexts[role] ?? role;
}
