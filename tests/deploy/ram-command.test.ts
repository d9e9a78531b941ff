import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type RamFlags, ramText } from '../../cli/ram/ram-text.ts';
import { streamwarden } from '../cli/command.ts';

const policy = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));
const names = { policy, prefix: 'streamwarden', logProject: 'sw-logs', logstore: 'functions' };

const ask = (flags: Partial<RamFlags>, environment = {}): Promise<string> => ramText({ ...names, ...flags }, environment);

test('the command prints one document for the role that is named, and nothing else', async () => {
  const { code, stdout, stderr } = await streamwarden(['ram-policy', '--policy', policy, '--role', 'target-buyer']);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: expect.arrayContaining(['appstreaming:RenewWuyingServer']) }, { Effect: 'Deny' }],
  });
});

test.each<[Partial<RamFlags>, string, RegExp]>([
  [{ role: 'buyers' }, 'UnknownRole', /no role 'buyers'[\s\S]*operator/],
  [{ functions: 'scale' }, 'UnknownFunction', /no function 'scale'.*scale-on-schedule/],
  [{ role: 'target-operator', trust: true }, 'AccountMissing', /--account/],
  [{ role: 'approver', trust: true }, 'NoTrust', /a policy for people/],
  [{ role: 'buyer', functions: 'digest' }, 'RoleNotNeeded', /Nobody needs buyer.*--functions/],
  [{ account: '12' }, 'NoAccount', /'12' is no account id.*16 digits/],
  [{ prefix: '*' }, 'Usage', /--prefix is '\*'; write letters/],
  [{ prefix: 'stream warden' }, 'Usage', /--prefix/],
  [{ logProject: 'streamwarden-*' }, 'Usage', /--log-project is 'streamwarden-\*'; write small letters/],
  [{ logstore: 'functions/*' }, 'Usage', /--logstore is 'functions\/\*'; write small letters/],
  [{ trust: true }, 'Usage', /--trust is about one role; name it with --role/],
  [{ store: 'dir:./state' }, 'NoBucket', /oss:\/\/BUCKET\/PREFIX/],
  [{ policy: '/nowhere/policy.yaml' }, 'PolicyNotRead', /does not exist/],
])('%j is refused with %s and what to do', async (flags, code, said) => {
  await expect(ask(flags)).rejects.toMatchObject({ name: 'CommandFailure', code, message: expect.stringMatching(said) });
});

test('everything is printed for a person with what each is for, and for a program as JSON', async () => {
  const account = '9234567890123456';
  const [text, json] = await Promise.all([ask({ account }), ask({ json: true }, { ALIBABA_CLOUD_ACCOUNT_ID: account })]);
  const roles = JSON.parse(json) as { name: string; role: string; account?: string; text: string }[];
  const operators = roles.filter(({ role }) => role === 'target-operator').map((role) => role.account);
  expect(operators).toEqual(['1234567890123456', '2234567890123456', '3234567890123456']);
  expect(json).toContain(`acs:ram::${account}:role/streamwarden-operator`);
  for (const role of roles) {
    expect(text).toContain(`${role.name}${role.account === undefined ? '' : ` in account ${role.account}`}\n  ${role.text}\n`);
  }
});

test('the help for roles has a line for each', async () => {
  const lines = (await ask({ role: 'help' })).trimEnd().split('\n');
  expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(expect.arrayContaining(['observer', 'target-buyer', 'on-call']));
});

test('a store and a trust policy that are named go before those of the policy', async () => {
  expect(await ask({ role: 'links', store: 'oss://other' })).toContain('"acs:oss:*:*:other/approvals-link/*"');
  expect(JSON.parse(await ask({ role: 'operator', trust: true }))).toMatchObject({
    Statement: [{ Principal: { Service: ['fc.aliyuncs.com'] } }],
  });
});
