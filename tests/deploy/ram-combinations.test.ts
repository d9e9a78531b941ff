import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../cli/ram/policy-document.ts';
import { powers } from '../../cli/ram/powers.ts';
import { rolesOf, roleTexts } from '../../cli/ram/roles.ts';
import type { RamSetup } from '../../cli/ram/setup.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { functionRoles } from '../../shared/planning/manifest.ts';
import { permits } from './permits.ts';

const account = '1234567890123456';
const other = '2234567890123456';
const setup: RamSetup = {
  account,
  prefix: 'streamwarden',
  store: { bucket: 'acme', prefix: 'prod' },
  targets: [{ account }, { account: other, role: 'streamwarden' }],
  approvers: [
    { circle: 'finance', voter: { account, user: 'li.wei' } },
    { circle: 'finance', voter: { account, user: 'tan.mei' } },
  ],
  functions: Object.keys(powers),
  acting: Object.keys(powers),
  logProject: 'streamwarden',
  logstore: 'functions',
};

const roles = rolesOf(setup);

/** Several policies attached to one person: each statement counts, and what one forbids no other permits. */
function attached(...names: readonly string[]): PolicyDocument {
  const found = names.map((name) => {
    const role = roles.find((each) => each.name === `streamwarden-${name}`);
    if (!role) throw new Error(`no policy ${name}`);
    return role.policy;
  });
  return { Version: '1', Statement: found.flatMap(({ Statement }) => Statement) };
}

type Deed = readonly [action: string, resource: string, circumstances?: Readonly<Record<string, string>>];

const object = (key: string) => `acs:oss:oss-cn-shanghai:${account}:acme/prod/${key}`;
const bucket = `acs:oss:oss-cn-shanghai:${account}:acme`;
const put = (key: string): Deed => ['oss:PutObject', object(key)];
const fcArn = (name: string) => `acs:fc:cn-shanghai:${account}:functions/${name}`;

/** Reads of the service that commands make: `plan`, `explain`, `approvals`, `push`, `import`, `digest`, `doctor`. */
const serviceReads: readonly Deed[] = [...new Set(Object.values(powers).flatMap(({ calls }) => calls))]
  .filter((name) => operations[name].access === 'read')
  .map((name) => [operations[name].ram.action, '*']);

/** What everybody does who looks: the journal read, listed and checked; other accounts; what is deployed; the probe of `doctor`. */
const looking: readonly Deed[] = [
  ...serviceReads,
  ...['policy/00000001', 'renewals/1/x/00000000/claim', 'skipped/policy/00000001/0', 'runs/2026/11/24/x'].map(
    (key): Deed => ['oss:GetObject', object(key)],
  ),
  ['oss:ListObjects', bucket, { 'oss:Prefix': 'prod/' }],
  ['oss:GetBucketVersioning', bucket],
  ['oss:GetBucketAcl', bucket],
  ['sts:AssumeRole', `acs:ram::${other}:role/streamwarden`],
  ['fc:GetFunction', fcArn('streamwarden-digest')],
  ['fc:ListTriggers', fcArn('streamwarden-digest')],
  put('doctor/create-once'),
];

/** Each person as the help and the pages advise: the policies to attach, and what that person must be able to do. */
const people: Readonly<Record<string, { readonly policies: readonly string[]; readonly must: readonly Deed[] }>> = {
  viewer: { policies: ['viewer'], must: looking },
  approver: {
    policies: ['viewer', 'approver-finance-li.wei'],
    must: [...looking, put(`approvals/finance/${account}.li.wei/${account}/aig-1/1796054400/00000000`)],
  },
  proposer: { policies: ['viewer', 'proposer'], must: [...looking, put('policy-proposals/00000001')] },
  publisher: { policies: ['viewer', 'publisher'], must: [...looking, put('policy/00000002'), put('policy-proposals/00000001')] },
  'on-call': {
    policies: ['viewer', 'on-call'],
    must: [
      ...looking,
      ...['exceptions/night/00000000', 'halts/7.4.2/00000000', 'renewals/1/x/00000000/end', 'budget/all/CNY/2026-11/00000003'].map(put),
      put('skipped/policy/00000001/0'),
    ],
  },
};

const may = (policy: PolicyDocument, [action, resource, circumstances]: Deed) => permits(policy, action, resource, circumstances);

describe('policies for people work together', () => {
  test.each(Object.entries(people))('%s may do all that the pages advise them to', (_name, { policies, must }) => {
    const policy = attached(...policies);
    for (const deed of must) expect([...deed, may(policy, deed)]).toEqual([...deed, true]);
  });

  test('in any combination: one policy for people takes nothing from another', () => {
    const names = [...new Set(Object.values(people).flatMap(({ policies }) => policies))];
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), (some) => {
        const policy = attached(...some);
        for (const { policies, must } of Object.values(people)) {
          if (policies.every((each) => some.includes(each))) expect(must.filter((deed) => !may(policy, deed))).toEqual([]);
        }
      }),
    );
  });

  test('one person does not do what takes another, and nobody deletes', () => {
    const all = attached(...new Set(Object.values(people).flatMap(({ policies }) => policies)));
    expect(may(all, put(`approvals/finance/${account}.tan.mei/1/x`))).toBe(false);
    expect(may(all, ['oss:DeleteObject', object('policy/00000001')])).toBe(false);
    expect(may(attached('viewer', 'proposer'), put('policy/00000002'))).toBe(false);
    expect(may(attached('viewer', 'publisher'), put('skipped/policy/00000001/0'))).toBe(false);
    const changes = Object.values(operations).filter(({ access }) => access === 'write');
    expect(changes.filter(({ ram }) => may(all, [ram.action, '*']))).toEqual([]);
  });

  test('each policy for people is one of those that were tried here', () => {
    const tried = [...Object.keys(people), 'deployer'];
    const offered = roles.flatMap(({ role, trust }) => (trust === undefined ? [role] : []));
    expect(new Set(offered)).toEqual(new Set(tried));
    for (const name of tried) expect(roleTexts[name]).toMatch(/\S/);
  });
});

describe('roles of functions', () => {
  const home = rolesOf({ ...setup, targets: [{ account }] });
  const policyOf = (role: string) => home.find((each) => each.role === role)?.policy as PolicyDocument;

  test.each(Object.entries(powers))('%s does in its role all that it does', (name, { role, calls, writes, reads = [''], starts = [] }) => {
    const inPlace = starts.flatMap((each) => Object.values(powers).filter((power) => power.role === each && !power.starts));
    const must: readonly Deed[] = [
      ...[...calls, ...inPlace.flatMap((power) => power.calls)].map((call): Deed => [operations[call].ram.action, '*']),
      ...[...writes, ...inPlace.flatMap((power) => power.writes)].map((prefix) => put(`${prefix}x`)),
      ...reads.map((prefix): Deed => ['oss:GetObject', object(`${prefix}x`)]),
      // Wherever a record is damaged it is asked whether somebody has skipped it.
      ['oss:GetObject', object('skipped/policy/00000001/0')],
    ];
    for (const deed of must) expect([name, ...deed, may(policyOf(role), deed)]).toEqual([name, ...deed, true]);
  });

  test('none that hears events may do what another function does', () => {
    const hearing = ['tagger', 'enforcer'];
    for (const role of hearing) {
      const own = new Set(Object.values(powers).flatMap((power) => (power.role === role ? power.calls : [])));
      const changes = Object.entries(operations).filter(([, { access }]) => access === 'write');
      const actions = new Set([...own].map((call) => operations[call].ram.action));
      for (const [name, { ram }] of changes)
        expect([role, name, may(policyOf(role), [ram.action, '*'])]).toEqual([role, name, actions.has(ram.action)]);
      for (const key of ['written/scale-on-schedule/1/0', 'claims/log-off-sessions/1/x/y', 'alerts/digest/1/x', 'skipped/policy/1/0'])
        expect([role, key, may(policyOf(role), put(key))]).toEqual([role, key, false]);
    }
  });

  test('no function skips a damaged record', () => {
    for (const role of functionRoles) expect([role, may(policyOf(role), put('skipped/policy/00000001/0'))]).toEqual([role, false]);
  });
});

describe('the policy of a deployment', () => {
  const deployer = attached('deployer');

  test('reaches the functions of the installation and no others', () => {
    for (const action of ['fc:CreateFunction', 'fc:UpdateFunction', 'fc:DeleteFunction', 'fc:CreateTrigger', 'fc:PutConcurrencyConfig']) {
      expect(may(deployer, [action, fcArn('streamwarden-digest')])).toBe(true);
      expect(may(deployer, [action, fcArn('payroll')])).toBe(false);
      expect(may(deployer, [action, fcArn('streamwarden')])).toBe(false);
    }
    expect(may(deployer, ['fc:InvokeFunction', fcArn('streamwarden-renew-before-expiry')])).toBe(false);
  });

  test('hands over the roles of functions and no others, and reaches no journal and no service', () => {
    for (const role of functionRoles) expect(may(deployer, ['ram:PassRole', `acs:ram::${account}:role/streamwarden-${role}`])).toBe(true);
    for (const role of ['admin', 'streamwarden', 'streamwarden-buyer2', 'streamwarden-target-buyer'])
      expect([role, may(deployer, ['ram:PassRole', `acs:ram::${account}:role/${role}`])]).toEqual([role, false]);
    expect(may(deployer, ['oss:GetObject', object('policy/00000001')])).toBe(false);
    expect(may(deployer, ['appstreaming:ListAppInstanceGroup', '*'])).toBe(false);
  });
});
