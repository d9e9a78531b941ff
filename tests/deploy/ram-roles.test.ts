import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { preview } from '../../build/s-yaml/preview.ts';
import type { Deployment } from '../../build/s-yaml/schema.ts';
import { powers } from '../../cli/ram/powers.ts';
import { type RamRole, rolesOf } from '../../cli/ram/roles.ts';
import type { RamSetup } from '../../cli/ram/setup.ts';
import { runners } from '../../cli/runners.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { keyOf } from '../../shared/journal/store/key.ts';
import { type FunctionRole, functionRoles } from '../../shared/planning/manifest.ts';
import { operationFiles } from './bundles.ts';
import { permits } from './permits.ts';

type OperationName = keyof typeof operations;

const billing = { site: 'china', productCode: 'appstream' } as const;

/** Functions in the account that they govern. */
const setup: RamSetup = {
  account: '1234567890123456',
  prefix: 'streamwarden',
  store: { bucket: 'acme', prefix: 'prod' },
  targets: [{ account: '1234567890123456' }],
  approvers: [
    { circle: 'finance', voter: { account: '1234567890123456', user: 'li.wei' } },
    { circle: 'finance', voter: { account: '1234567890123456', user: 'tan.mei' } },
    { circle: 'board', voter: { account: '2234567890123456', user: 'li.wei' } },
  ],
  functions: Object.keys(powers),
  logProject: 'streamwarden',
  logstore: 'functions',
};

const roles = rolesOf(setup);

function roleCalled(name: string, among: readonly RamRole[] = roles): RamRole {
  const found = among.find((role) => role.name === name);
  if (!found) throw new Error(`no role ${name} among ${among.map((role) => role.name).join(', ')}`);
  return found;
}

const policyOfRole = (role: string, among?: readonly RamRole[]) => roleCalled(`streamwarden-${role}`, among).policy;

/** An object of the journal's bucket. */
const record = (key: string, root = 'prod/') => `acs:oss:oss-cn-shanghai:1234567890123456:acme/${root}${key}`;

const fileOf = (name: string) => name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
const called = (role: FunctionRole) =>
  Object.values(powers)
    .filter((power) => power.role === role)
    .flatMap(({ calls }) => calls);

describe('the table of powers', () => {
  test('has exactly the operations that are left in the bundle of each function', async () => {
    const table = Object.entries(powers).map(([name, { calls }]) => [name, calls.map(fileOf).sort()]);
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(await operationFiles()));
  });
});

test('functions that run without rules have their permissions without rules', () => {
  const running = runners.filter(({ withoutRules }) => withoutRules).map(({ name }) => name);
  const ruled = runners.map(({ name }) => name).filter((name) => powers[name]?.withoutRules);
  expect(ruled.sort()).toEqual(running.sort());
});

describe('the roles of s.yaml', () => {
  let rendered: Deployment;
  beforeAll(async () => {
    rendered = (await preview('s.yaml')) as Deployment;
  }, 60_000);

  test('are those that ram-policy prints, and each function runs in the one that its power asks for', () => {
    const deployed = Object.entries(rendered.resources).map(([name, { props }]) => [name, props.role]);
    const wanted = Object.entries(powers).map(([name, { role }]) => [
      name,
      `acs:ram::1234567890123456:role/${roleCalled(`streamwarden-${role}`).name}`,
    ]);
    expect(Object.fromEntries(deployed)).toEqual(Object.fromEntries(wanted));
  });

  test('end in the suffix that the functions add to the roles of other accounts', () => {
    const away = rolesOf({ ...setup, targets: [{ account: '2234567890123456', role: 'streamwarden' }] });
    for (const [name, { calls }] of Object.entries(powers).filter(([, power]) => power.calls.length > 0)) {
      const { role = '', environmentVariables = {} } = rendered.resources[name]?.props ?? {};
      const assumed = `acs:ram::2234567890123456:role/streamwarden${environmentVariables['STREAMWARDEN_TARGET_ROLE_SUFFIX']}`;
      expect([name, permits(roleCalled(role.split('/')[1] ?? '', away).policy, 'sts:AssumeRole', assumed)]).toEqual([name, true]);
      const there = away.find(({ role: kind, name: taken }) => kind.startsWith('target-') && assumed.endsWith(`/${taken}`));
      for (const call of calls)
        expect([call, permits(there?.policy ?? { Version: '1', Statement: [] }, operations[call].ram.action, '*')]).toEqual([call, true]);
    }
  });

  test('may hand over failures, and dispatch may start what its timers name', () => {
    for (const [name, { props }] of Object.entries(rendered.resources)) {
      const arn = props.asyncInvokeConfig?.destinationConfig?.onFailure?.destination;
      const policy = roleCalled(props.role.split('/')[1] ?? '').policy;
      if (arn) expect([name, permits(policy, 'fc:InvokeFunction', arn)]).toEqual([name, true]);
    }
    const timers = rendered.resources['dispatch']?.props.triggers ?? [];
    const named = timers.flatMap(
      (timer) => (timer.triggerType === 'timer' ? JSON.parse(timer.triggerConfig.payload).functions : []) as string[],
    );
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) {
      const arn = `acs:fc:cn-shanghai:1234567890123456:functions/${rendered.resources[name]?.props.functionName}`;
      expect([name, permits(policyOfRole('operator'), 'fc:InvokeFunction', arn)]).toEqual([name, true]);
    }
    expect(
      permits(
        policyOfRole('operator'),
        'fc:InvokeFunction',
        'acs:fc:cn-shanghai:1234567890123456:functions/streamwarden-renew-before-expiry',
      ),
    ).toBe(false);
  });
});

describe('in the service', () => {
  /** What is permitted has to be exactly what is called, by the names under which RAM knows it. */
  test.each([
    // With one target dispatch runs the two that hear events itself.
    ['operator', [...called('operator'), ...called('tagger'), ...called('enforcer')]],
    ['tagger', called('tagger')],
    ['enforcer', called('enforcer')],
    ['buyer', called('buyer')],
    ['observer', Object.values(powers).flatMap(({ calls }) => calls.filter((name) => operations[name].access === 'read'))],
    ['links', []],
    ['reporter', []],
    ['digest', called('digest')],
  ] as const)('%s may do what its functions call, and no operation that asks for another permission', (role, calls) => {
    const actions = new Set<string>(calls.map((name) => operations[name].ram.action));
    for (const [name, { ram }] of Object.entries(operations)) {
      expect([name, permits(policyOfRole(role), ram.action, '*')]).toEqual([name, actions.has(ram.action)]);
    }
  });

  const can = (role: string, effect: string) =>
    (Object.keys(operations) as OperationName[]).filter(
      (name) => operations[name].effect === effect && permits(policyOfRole(role), operations[name].ram.action, '*'),
    );

  test.each(functionRoles)('%s deletes nothing', (role) => expect(can(role, 'destructive')).toEqual([]));
  test.each(functionRoles.filter((role) => role !== 'buyer'))('%s orders nothing', (role) => expect(can(role, 'purchase')).toEqual([]));
  test('buyer renews, and orders nothing else', () => {
    expect(can('buyer', 'purchase').sort()).toEqual(['RenewAppInstanceGroup', 'RenewWuyingServer']);
  });
  test('observer changes nothing: no permission that it has is asked for by a write', () => {
    const writes = (Object.keys(operations) as OperationName[]).filter((name) => operations[name].access === 'write');
    expect(writes.filter((name) => permits(policyOfRole('observer'), operations[name].ram.action, '*'))).toEqual([]);
  });
  test('an operator with a full permission of the service attached still deletes and orders nothing', () => {
    const { Version, Statement } = policyOfRole('operator');
    const widened = { Version, Statement: [...Statement, { Effect: 'Allow', Action: ['appstreaming:*'], Resource: ['*'] } as const] };
    const left = (Object.keys(operations) as OperationName[]).filter(
      (name) => ['destructive', 'purchase'].includes(operations[name].effect) && permits(widened, operations[name].ram.action, '*'),
    );
    // Their permissions are those of milder operations; nothing calls them.
    expect(left).toEqual([]);
  });
});

describe('in billing', () => {
  const both = ['bss:DescribeOrderList', 'bssapi:QueryOrders', 'bss:DescribeOrderDetail', 'bssapi:GetOrderDetail'];
  const renews = [...both, 'bss:DescribeInstances', 'bssapi:QueryAvailableInstances', 'bssapi:QueryAccountBalance'];
  const billed = rolesOf({ ...setup, targets: [{ account: '1234567890123456', billing }] });
  const granted = ({ policy }: RamRole) =>
    policy.Statement.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : [])).filter((action) => /^bss(api)?:/.test(action));

  test('nobody may do anything where no target says how it is billed', () => {
    expect(roles.flatMap(granted)).toEqual([]);
  });

  test('the buyer may read what renewals read, under both spellings, and nobody cancels an order', () => {
    const of = (role: string) => granted(roleCalled(`streamwarden-${role}`, billed));
    expect(of('buyer')).toEqual([...renews].sort());
    expect(of('observer')).toEqual([...renews].sort());
    for (const role of ['operator', 'tagger', 'enforcer', 'digest', 'links', 'reporter', 'on-call', 'deployer'])
      expect([role, of(role)]).toEqual([role, []]);
    expect(of('viewer')).toEqual(expect.arrayContaining([...renews, 'bssapi:QueryProductList']));
    expect(billed.flatMap(granted).filter((action) => /Cancel/.test(action))).toEqual([]);
  });

  test('in an account that is governed only the roles of that account may read, and only where that account is billed', () => {
    const away = rolesOf({
      ...setup,
      targets: [
        { account: '2234567890123456', role: 'streamwarden', billing },
        { account: '3234567890123456', role: 'streamwarden' },
      ],
    });
    const reading = away.filter((role) => granted(role).length > 0).map(({ name, account }) => [name, account]);
    expect(reading).toEqual([
      ['streamwarden-observer', '2234567890123456'],
      ['streamwarden-buyer', '2234567890123456'],
      ['streamwarden-viewer', undefined],
    ]);
  });

  test('whoever observes writes nothing that closes an order', () => {
    const key = record('order-checks/1/aig-1/0/00000000');
    expect(permits(policyOfRole('observer'), 'oss:PutObject', key)).toBe(false);
    expect(permits(policyOfRole('buyer'), 'oss:PutObject', key)).toBe(true);
  });
});

describe('in the journal', () => {
  const anyKey = fc.array(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 4 });

  test('nobody deletes, and no function writes for people, under whatever name', () => {
    fc.assert(
      fc.property(anyKey, fc.constantFrom('approvals', 'exceptions', 'halts', 'policy', 'policy-proposals'), (names, of) => {
        for (const { role, policy, account } of roles) {
          if (account !== undefined) continue;
          expect(permits(policy, 'oss:DeleteObject', record(keyOf(...names)))).toBe(false);
          if ((functionRoles as readonly string[]).includes(role))
            expect(permits(policy, 'oss:PutObject', record(keyOf(of, ...names)))).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('approvers write their own answers only, whatever else a name begins with', () => {
    const li = policyOfRole('approver-finance-li.wei');
    const own = 'approvals/finance/1234567890123456.li.wei';
    expect(permits(li, 'oss:PutObject', record(`${own}/1/aig-1/1796140800/00000000`))).toBe(true);
    for (const key of [
      'approvals/finance/1234567890123456.tan.mei/1/x',
      'approvals/finance/1234567890123456.li.wei2/1/x',
      'approvals/finance/2234567890123456.li.wei/1/x',
      'approvals/finance/1/x',
      'approvals/board/1234567890123456.li.wei/1/x',
      'approvals/finance2/1234567890123456.li.wei/1/x',
      'approvals-link/finance/1/x',
      'policy/00000001',
      'renewals/1/x/0/claim',
    ]) {
      expect([key, permits(li, 'oss:PutObject', record(key))]).toEqual([key, false]);
    }
    const abroad = policyOfRole('approver-board-li.wei');
    expect(permits(abroad, 'oss:PutObject', record('approvals/board/2234567890123456.li.wei/1/x'))).toBe(true);
  });

  test('the function behind links writes answers by link, reads what its page shows, and nothing else', () => {
    const links = policyOfRole('links');
    for (const key of ['approvals-link/finance/1/x', 'approvals/finance/1.li/1/x', 'renewals/1/x/00000000/claim', 'policy/00000000']) {
      expect([key, permits(links, 'oss:GetObject', record(key))]).toEqual([key, true]);
    }
    for (const key of [
      'alerts/1/x',
      'budget/all/CNY/2026-11/00000000',
      'runs/2026/11/24/x',
      'written/x/1/00000000',
      'policy-proposals/00000000',
    ]) {
      expect([key, permits(links, 'oss:GetObject', record(key))]).toEqual([key, false]);
    }
    for (const key of ['approvals/finance/1.li/1/x', 'renewals/1/x/00000000/claim', 'policy/00000000', 'alerts/1/x']) {
      expect([key, permits(links, 'oss:PutObject', record(key))]).toEqual([key, false]);
    }
  });

  test.each([
    ['proposer', 'policy-proposals/00000000', 'policy/00000000'],
    ['publisher', 'policy/00000000', 'exceptions/night/00000000'],
    ['on-call', 'exceptions/night/00000000', 'policy/00000000'],
    ['on-call', 'halts/7.4.2/00000000', 'approvals/finance/1/x'],
    ['links', 'approvals-link/finance/1/x', 'runs/2026/11/24/x'],
    ['digest', 'digests/daily/all/2026-11-24', 'claims/scale-on-schedule/1/x/y'],
    ['digest', 'alerts/digest/1/x', 'alerts/renew-before-expiry/1/aig-1/1796140800/24h'],
    ['operator', 'alerts/scale-on-schedule/1/x', 'alerts/renew-before-expiry/1/aig-1/1796140800/24h'],
    ['operator', 'heartbeats/scale-on-schedule/cn/20261124T0400Z', 'heartbeats/renew-before-expiry/cn/20261124T0400Z'],
    ['buyer', 'outbox/renew-before-expiry/00000000', 'alerts/digest/1/x'],
    ['reporter', 'alerts/report-failure/1/x', 'alerts/renew-before-expiry/1/x'],
    ['operator', 'written/scale-on-schedule/1/00000001', 'renewals/1/x/0/claim'],
    ['buyer', 'renewals/1/x/0/claim', 'written/scale-on-schedule/1/00000001'],
  ])('%s writes %s and not %s', (role, may, mayNot) => {
    const policy = policyOfRole(role);
    expect([permits(policy, 'oss:PutObject', record(may)), permits(policy, 'oss:PutObject', record(mayNot))]).toEqual([true, false]);
  });

  /** What decides whether somebody is told, or what is done: below the name of the function whose it is. */
  const decisive = ['alerts', 'heartbeats', 'written', 'claims', 'outbox'];

  test('each function is silenced by its own role alone: nobody else writes its marks, heartbeats, intents and messages', () => {
    const writers = (name: string) =>
      decisive.map((kind) => [
        kind,
        functionRoles.filter((role) => permits(policyOfRole(role), 'oss:PutObject', record(`${kind}/${name}/1/x`))),
      ]);
    const acting = rolesOf({ ...setup, acting: Object.keys(powers) });
    for (const [name, { role }] of Object.entries(powers)) {
      for (const [kind, roles] of writers(name)) {
        expect([name, kind, roles]).toEqual([
          name,
          kind,
          (roles as string[]).filter((each) =>
            [role, ...(['tagger', 'enforcer'].includes(role) ? ['operator'] : []), 'observer'].includes(each),
          ),
        ]);
      }
      for (const kind of decisive) {
        expect([name, kind, permits(policyOfRole('observer', acting), 'oss:PutObject', record(`${kind}/${name}/1/x`))]).toEqual([
          name,
          kind,
          false,
        ]);
      }
    }
  });

  test('observers write for functions that only observe, and never what the digest or those that act go by', () => {
    const observer = policyOfRole('observer', rolesOf({ ...setup, acting: ['scale-on-schedule', 'renew-before-expiry'] }));
    const may = (key: string) => permits(observer, 'oss:PutObject', record(key));
    expect(['alerts/enforce-policy/1/x', 'heartbeats/enforce-policy/cn/1', 'written/enforce-policy/1/0'].map(may)).toEqual([
      true,
      true,
      true,
    ]);
    for (const name of ['scale-on-schedule', 'renew-before-expiry', 'digest', 'report-failure']) {
      expect([name, ...decisive.map((kind) => may(`${kind}/${name}/1/x`))]).toEqual([name, ...decisive.map(() => false)]);
    }
    expect(may('digests/daily/all/2026-11-24/00000002')).toBe(false);
  });

  test('lists are as wide as reads; other prefixes, buckets and settings are out of reach', () => {
    const bucket = 'acs:oss:oss-cn-shanghai:1234567890123456:acme';
    const { policy } = roleCalled('streamwarden-links');
    expect(permits(policy, 'oss:ListObjects', bucket, { 'oss:Prefix': 'prod/approvals-link/finance/1/' })).toBe(true);
    expect(permits(policy, 'oss:ListObjects', bucket, { 'oss:Prefix': 'prod/' })).toBe(false);
    expect(permits(policy, 'oss:ListObjects', bucket)).toBe(false);
    for (const role of functionRoles) {
      expect(permits(policyOfRole(role), 'oss:GetObject', record('policy/00000000'))).toBe(true);
      expect(permits(policyOfRole(role), 'oss:GetObject', record('policy/00000000', 'staging/'))).toBe(false);
      expect(permits(policyOfRole(role), 'oss:GetObject', record('policy/00000000').replace('acme', 'acme2'))).toBe(false);
      expect(permits(policyOfRole(role), 'oss:PutBucketVersioning', bucket)).toBe(false);
    }
  });

  test('without a bucket nobody reaches any', () => {
    const text = JSON.stringify(rolesOf({ ...setup, store: undefined }));
    expect(text).not.toContain('oss:');
  });
});

describe('a role', () => {
  test('of functions is taken on by Function Compute alone', () => {
    for (const { role, trust } of roles.filter((each) => (functionRoles as readonly string[]).includes(each.role))) {
      expect([role, trust?.Statement.map(({ Principal }) => Principal)]).toEqual([role, [{ Service: ['fc.aliyuncs.com'] }]]);
    }
  });

  test('of another account trusts the one role of the same power, and may not take on others itself', () => {
    const away = rolesOf({ ...setup, targets: [{ account: '2234567890123456', role: 'warden' }] });
    const buyer = away.find(({ role }) => role === 'target-buyer');
    expect(buyer).toMatchObject({
      name: 'warden-buyer',
      account: '2234567890123456',
      trust: { Statement: [{ Principal: { RAM: ['acs:ram::1234567890123456:role/streamwarden-buyer'] } }] },
    });
    expect(JSON.stringify(buyer?.policy)).not.toContain('sts:');
    const operator = policyOfRole('operator', away);
    expect(permits(operator, 'sts:AssumeRole', 'acs:ram::2234567890123456:role/warden-buyer')).toBe(false);
    expect(permits(operator, operations.ModifyNodePoolAttribute.ram.action, '*')).toBe(false);
  });

  test('of another account that observes trusts the digest as well', () => {
    const away = rolesOf({ ...setup, targets: [{ account: '2234567890123456', role: 'warden' }] });
    const observer = away.find(({ role }) => role === 'target-observer');
    const trusted = ['observer', 'digest'].map((role) => `acs:ram::1234567890123456:role/streamwarden-${role}`);
    expect(observer?.trust?.Statement.map(({ Principal }) => Principal)).toEqual([{ RAM: trusted }]);
    expect(permits(policyOfRole('digest', away), 'sts:AssumeRole', 'acs:ram::2234567890123456:role/warden-observer')).toBe(true);
  });

  test('that no function in use needs is not made', () => {
    const few = rolesOf({ ...setup, functions: ['scale-on-schedule'] });
    expect(few.map(({ role }) => role)).toEqual([
      'observer',
      'operator',
      'viewer',
      'approver',
      'approver',
      'approver',
      'proposer',
      'publisher',
      'on-call',
      'deployer',
    ]);
    expect(permits(policyOfRole('operator', few), operations.Unbind.ram.action, '*')).toBe(false);
  });

  test('has a policy of at most 6144 characters, as RAM takes it', () => {
    for (const { name, policy } of roles) expect([name, JSON.stringify(policy).length <= 6144]).toEqual([name, true]);
  });
});
