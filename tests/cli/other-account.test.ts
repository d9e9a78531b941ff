import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { streamwarden } from './command.ts';
import { openRenewalFixture, type RenewalFixture } from './renewal-fixture.ts';

const account = '1000000000000001';
const mistyped = '1000000000000011';

let fixture: RenewalFixture;
beforeEach(async () => {
  fixture = await openRenewalFixture();
  // Without a role both targets act with the keys of whoever runs the command.
  fixture.writePolicy((text) =>
    text.replace(
      /targets: .*/,
      `targets: {home: {account: "${account}", endpoint: cn-shanghai}, twin: {account: "${mistyped}", endpoint: cn-shanghai}}`,
    ),
  );
});
afterEach(() => fixture.close());

const as = (...args: string[]) => streamwarden([...args, ...fixture.world], fixture.as('approver'));
const received = (action: string): number => fixture.simulator.ledger.count(action, 'received');
const withoutQuestions = (text: string): string => text.replace(/\n +ask: .*/, '');

test('apply of two targets that are one account, one of them mistyped, orders each subscription once and says which number is wrong', async () => {
  fixture.writePolicy((text) =>
    withoutQuestions(text).replace(
      /targets: .*/,
      `targets: {home: {account: "${account}", endpoint: cn-shanghai}, twin: {account: "${mistyped}", endpoint: cn-shanghai}}`,
    ),
  );
  const planned = await as('plan', '--only', 'renew-before-expiry');
  const applied = await as('apply');
  for (const { code, stdout } of [planned, applied]) {
    expect(code).toBe(1);
    for (const part of ['AccountMismatch', 'targets.twin.account', mistyped, account]) expect(stdout).toContain(part);
  }
  expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'executed')).toBe(2);
});

test('nobody answers a question about an account whose number is wrong', async () => {
  const refused = await as('approve', 'twin/aig-0', '--yes');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('targets.twin.account')]);
  expect(existsSync(path.join(fixture.folder, 'state', 'approvals'))).toBe(false);
});

test('resolve writes nothing under a number that is wrong', async () => {
  fixture.writePolicy((text) => text.replace(/targets: .*/, `targets: {twin: {account: "${mistyped}", endpoint: cn-shanghai}}`));
  const resolved = await as('resolve', 'aig-0', '--refunded');
  expect([resolved.code, resolved.stderr]).toEqual([1, expect.stringContaining('targets.twin.account')]);
  expect(existsSync(path.join(fixture.folder, 'state', 'renewals'))).toBe(false);
});

test('a single call that writes is not sent with keys of another account than the target states; one that reads is', async () => {
  const renewal = [
    'RenewAppInstanceGroup',
    '--AppInstanceGroupId',
    'aig-0',
    '--ProductType',
    'CloudApp',
    '--Period',
    '1',
    '--PeriodUnit',
    'Month',
  ];
  // The parameters of the operation stand where options of other commands do: `call` takes no --state.
  const call = (...args: string[]) => streamwarden(['call', ...args, ...fixture.world.slice(0, 4)], fixture.as('approver'));
  const refused = await call(...renewal, '--AutoPay', 'true', '--yes-buy', '--target', 'twin');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Nothing was sent.')]);
  expect(received('RenewAppInstanceGroup')).toBe(0);
  expect((await call('ListAppInstanceGroup', '--ProductType', 'CloudApp', '--target', 'twin')).code).toBe(0);
});
