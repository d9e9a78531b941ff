import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { isSamePerson, type RamPerson, votersOf } from '../../shared/policy/approvers.ts';
import { decodePolicy, encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';

const home = '1000000000000001';
const away = '2000000000000002';
const targets = (accounts: readonly string[]) =>
  `{${accounts.map((account, index) => `t${index}: {account: "${account}", endpoint: cn-shanghai, regions: [cn-${'abc'[index]}]}`).join(', ')}}`;

function load(approvers: string, { accounts = [home], more = '' } = {}) {
  const text = `version: 1
timezone: Asia/Shanghai
targets: ${targets(accounts)}
limits: {spendPerMonth: 1 CNY}
approvers: ${approvers}
${more}
rules:
  renew-before-expiry:
    - {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, ask: {above: 1 CNY, who: finance}}
`;
  return loadPolicy(text, 'policy.yaml', ruleModules);
}

/** What is said about approvers. */
const said = (...args: Parameters<typeof load>) =>
  load(...args)
    .problems.filter(({ path }) => path.startsWith('approvers'))
    .map(({ severity, path, text }) => `${severity} ${path}: ${text}`);

describe('validate says of approvers', () => {
  test.each<[string, string, string]>([
    ['that nobody is one', '{finance: []}', 'error approvers.finance: the list is empty'],
    ['what is no name', '{finance: ["li wei", tan]}', 'error approvers.finance[0]: "li wei" is not a RAM user name'],
    ['what is no account', '{finance: ["li@acme", tan]}', 'error approvers.finance[0]: "acme" is not an account id'],
    [
      'who stands there twice',
      '{finance: [li.wei, tan.mei, li.wei]}',
      'warning approvers.finance[2]: li.wei stands in finance a second time',
    ],
    [
      'who stands there twice by another spelling',
      `{finance: [li.wei, "li.wei@${home}"]}`,
      'warning approvers.finance[1]: li.wei stands in finance a second time',
    ],
    [
      'who stands there as one of several users',
      '{finance: [{user: [li.wei, li.admin]}, li.admin]}',
      'warning approvers.finance[1]: li.admin stands in finance a second time',
    ],
  ])('%s', (_what, approvers, problem) => {
    expect(said(approvers)).toEqual([expect.stringContaining(problem)]);
  });

  test('whose account it is where there are several, until the policy states one', () => {
    expect(said('{finance: [li.wei, tan.mei]}', { accounts: [home, away] })).toEqual([
      `warning approvers.finance: li.wei is another user in each account of the targets (${home}, ${away}); add approversAccount with the account whose users answer for all`,
    ]);
    const accounts = [home, away];
    expect(said('{finance: [li.wei, tan.mei]}', { accounts, more: `approversAccount: "${home}"` })).toEqual([]);
    expect(said(`{finance: ["li.wei@${home}", "tan.mei@${away}"]}`, { accounts })).toEqual([]);
    expect(said('{finance: [li.wei, tan.mei]}', { accounts: [home, home] })).toEqual([]);
  });

  test('what is no account under approversAccount', () => {
    const { problems } = load('{finance: [li.wei, tan.mei]}', { more: 'approversAccount: acme' });
    expect(problems.find(({ path }) => path === 'approversAccount')?.text).toContain('is not an account id');
  });
});

describe('who may answer', () => {
  const policy = (approvers: string, more = '') => {
    const { document } = load(approvers, { accounts: [home, away], more });
    if (!document) throw new Error('broken');
    return decodePolicy(encodePolicy(compile(document, 0, 400, ruleModules)));
  };

  test('are the users of the account that is asked about, unless the policy or the name states another', () => {
    const approvers = '{finance: [li.wei, "tan.mei@3000000000000003", {user: [wang, wang.admin]}]}';
    const names = (more: string, account: string) =>
      votersOf(policy(approvers, more), 'finance', account).map(({ account: of, user }) => `${user}@${of}`);
    expect(names('', away)).toEqual([`li.wei@${away}`, 'tan.mei@3000000000000003', `wang@${away}`, `wang.admin@${away}`]);
    expect(names(`approversAccount: "${home}"`, away)).toEqual([
      `li.wei@${home}`,
      'tan.mei@3000000000000003',
      `wang@${home}`,
      `wang.admin@${home}`,
    ]);
  });

  test('are nobody in a circle that there is not, by whatever name', () => {
    for (const circle of ['board', 'constructor', '__proto__'])
      expect(votersOf(policy('{finance: [li.wei, tan.mei]}'), circle, home)).toEqual([]);
  });

  test('are one person by the same name, the same id, or where a list says so', () => {
    const is = policy('{finance: [{user: [li.wei, "li.admin@3000000000000003"]}, tan.mei]}');
    const person = (user: string, userId: string, account = home): RamPerson => ({ user, userId, account });
    const same = (a: RamPerson, b: RamPerson) => [isSamePerson([is], a, b), isSamePerson([is], b, a)];
    expect(same(person('li.wei', '1'), person('li.wei', '9'))).toEqual([true, true]);
    expect(same(person('li.wei', '1'), person('renamed', '1'))).toEqual([true, true]);
    expect(same(person('li.wei', '1'), person('li.admin', '2', '3000000000000003'))).toEqual([true, true]);
    expect(same(person('li.wei', '1', away), person('li.admin', '2', '3000000000000003'))).toEqual([true, true]);
    expect(same(person('li.wei', '1'), person('li.wei', '1', '4000000000000004'))).toEqual([false, false]);
    expect(same(person('li.wei', '1'), person('tan.mei', '2'))).toEqual([false, false]);
    expect(same(person('li.wei', '1'), person('li.admin', '2'))).toEqual([false, false]);
  });

  test('are one person where lists share a user, be it that one of them is in an earlier policy', () => {
    const person = (user: string): RamPerson => ({ user, userId: user, account: home });
    const both = policy('{finance: [{user: [li.wei, li.admin]}], board: [{user: [li.admin, li.ops]}]}');
    expect(isSamePerson([both], person('li.wei'), person('li.ops'))).toBe(true);
    const earlier = policy('{finance: [{user: [li.wei, li.admin]}, tan.mei]}');
    const later = policy('{finance: [{user: [li.admin, li.ops]}, tan.mei]}');
    expect(isSamePerson([later, earlier], person('li.wei'), person('li.ops'))).toBe(true);
    expect(isSamePerson([later, earlier], person('li.wei'), person('tan.mei'))).toBe(false);
  });
});
