import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answering } from '../../cli/run/approvals.ts';
import type { Session } from '../../cli/run/session.ts';
import { streamwarden } from './command.ts';
import { openRenewalFixture, type RenewalFixture } from './renewal-fixture.ts';

let fixture: RenewalFixture;
beforeEach(async () => {
  fixture = await openRenewalFixture();
});
afterEach(async () => {
  await fixture.close();
});

const orders = (): number => fixture.simulator.ledger.count('RenewAppInstanceGroup', 'executed');
const command = (...args: string[]) => streamwarden([...args, ...fixture.world]);
const journal = (...args: string[]) => streamwarden(['journal', ...args, '--state', path.join(fixture.folder, 'state')]);

const as = (who: 'approver' | 'colleague' | 'second' | 'namesake', ...args: string[]) =>
  streamwarden([...args, ...fixture.world], fixture.as(who));

test('keys that could be anybody’s answer nothing: those of a role, and those of a whole account', async () => {
  for (const [role, name] of [
    ['approver', 'assumed-role/approver/li.wei'],
    [undefined, 'root'],
  ] as const) {
    const arn = `acs:ram::1000000000000001:${name}`;
    const caller = async () => ({ account: '1000000000000001', user: undefined, userId: undefined, role, arn });
    await expect(answering({ world: { caller } } as unknown as Session)).rejects.toMatchObject({
      code: 'NotAnApprover',
      message: `${arn} could be anybody: who answers has to use the keys of a RAM user of their own.`,
    });
  }
});

describe('approvals', () => {
  test('what waits is listed with its price, held in apply, and ordered once it is approved by one who may', async () => {
    const listed = await command('approvals');
    expect(listed.code).toBe(2);
    expect(listed.stdout).toMatch(/home +bought-0 +aig-0 +1 Month from 2026-11-30 +[\d,.]+ CNY +pending approval by finance/);
    expect(listed.stdout).toMatch(/^World: .*\nPolicy: .*policy\.yaml, since none is published in dir:.*\nJournal: dir:/);
    await fixture.run();
    expect(orders()).toBe(0);

    const approved = await as('approver', 'approve', 'bought-0', '--yes');
    expect(approved.stderr).toBe('');
    expect(approved.stdout).toMatch(/^You: li\.wei of account 1000000000000001$/m);
    expect(approved.stdout).toMatch(/^Price now +233\.28 CNY; finance was last asked about 233\.28 CNY$/m);
    expect(approved.stdout).toMatch(
      /^li\.wei approved aig-0 \(bought-0\) on home, 1 Month, up to 233\.28 CNY, until 2026-11-30 00:00 Asia\/Shanghai\.$/m,
    );
    expect(approved.stdout).toContain('If it costs more when it is ordered, nothing is ordered and finance is asked again.');
    expect((await command('approvals')).stdout).toMatch(/aig-0 .*approved up to 233\.28 CNY by li\.wei/);

    const applied = await command('apply');
    expect(applied.code).toBe(0);
    expect(orders()).toBe(1);
    expect(applied.stdout).toMatch(/✓ +bought-0 .*approved by li\.wei, ordered, order /);
    await fixture.run();
    expect(orders()).toBe(1);
    // What was ordered is not there to be answered any more.
    expect((await as('approver', 'refuse', 'aig-0')).stderr).toContain("No answer is possible about 'aig-0' now");
  });

  test('every answer can be changed until the order is sent, by whoever may answer', async () => {
    await as('approver', 'approve', 'aig-0', '--yes');
    const refused = await as('second', 'refuse', 'home/aig-0', '--because', 'wrong cost center');
    expect(refused.stdout).toMatch(/^tan\.mei refused aig-0 \(bought-0\) on home, 1 Month, at 233\.28 CNY\./m);
    const listed = await command('approvals', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject({
      waiting: [{ resource: { id: 'aig-1' } }],
      answered: [{ resource: { id: 'aig-0' }, state: 'refused', words: 'refused by tan.mei' }],
    });
    await fixture.run();
    expect(orders()).toBe(0);
    await as('approver', 'approve', 'aig-0', '--yes');
    await fixture.run();
    expect(orders()).toBe(1);
    expect((await journal('verify')).code).toBe(0);
  });

  test('without --yes and without a terminal it shows all that it would bind to, and writes nothing', async () => {
    const { code, stdout, stderr } = await as('approver', 'approve', 'bought-0');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Resource +aig-0 \(bought-0\)\nTarget +home, account 1000000000000001\nExpires +2026-11-30 00:00 Asia\/Shanghai\nOrder +1 Month\n/m,
    );
    expect(stderr).toContain("say --yes, and --up-to '233.28 CNY' if that is what you approve");
    expect((await journal('list', '--prefix', 'approvals')).stdout).toBe('');
  });

  test.each(['colleague', 'namesake'] as const)(
    '%s, who is not among the approvers, is told who is, and nothing is written',
    async (who) => {
      const { code, stderr } = await as(who, 'approve', 'bought-0', '--yes');
      expect(code).toBe(1);
      const name = who === 'colleague' ? 'bo.chen' : 'li.wei@2000000000000002';
      expect(stderr).toContain(`${name} is not among finance, who decide this in account 1000000000000001: li.wei, tan.mei`);
      expect((await journal('list', '--prefix', 'approvals')).stdout).toBe('');
    },
  );

  test('a refused renewal is not ordered, and waits no more without a new word', async () => {
    const refused = await as('approver', 'refuse', 'aig-1', '--because', 'not needed');
    expect(refused.stdout).toMatch(/^li\.wei refused aig-1 \(bought-1\)/m);
    await fixture.run();
    expect(orders()).toBe(0);
    expect((await command('explain', 'aig-1')).stdout).toContain('li.wei refused it: not needed');
  });

  test('a price that nobody was asked about is approved by name only', async () => {
    await fixture.run();
    fixture.dearer.percent = 1000n;
    const blind = await as('approver', 'approve', 'aig-0', '--yes');
    expect(blind.stderr).toContain("costs 2,332.80 CNY now, and finance was last asked about 233.28 CNY: say --up-to '2,332.80 CNY'");
    expect((await as('approver', 'approve', 'aig-0', '--yes', '--up-to', '300', 'CNY')).stderr).toContain('would let nothing pass');
    expect((await as('approver', 'approve', 'aig-0', '--yes', '--up-to', '2,332.80 USD')).stderr).toContain('would let nothing pass');
    expect((await journal('list', '--prefix', 'approvals')).stdout).toBe('');
    expect((await as('approver', 'approve', '--yes', '--up-to', '2,332.80 CNY', 'aig-0')).stdout).toContain('up to 2,332.80 CNY');
    fixture.dearer.percent = 1001n;
    await fixture.run();
    expect(orders()).toBe(0);
    expect((await command('approvals')).stdout).toContain('li.wei approved up to 2,332.80 CNY, and it costs 2,335.13 CNY now');
  });

  test('a price of nothing is named, and is approved by name only', async () => {
    fixture.dearer.percent = 0n;
    expect((await command('approvals')).stdout).toContain('0.00 CNY (quoted for nothing)');
    expect((await as('approver', 'approve', 'aig-0', '--yes')).stderr).toContain(
      'The service quotes 0.00 CNY for aig-0 (bought-0) on home',
    );
    expect((await as('approver', 'approve', 'aig-0', '--yes', '--up-to', '250 CNY')).stdout).toContain('up to 250.00 CNY');
  });

  test.each([
    [['approve', 'aig-0', '--yes', '--until', '2020-01-01T00:00:00Z'], '--until is 2020-01-01 08:00 Asia/Shanghai, which is over'],
    [['approve', 'aig-0', '--yes', '--until', 'tomorrow'], 'write an instant with its offset'],
    [['approve', '--yes'], 'or say --all'],
    [['approve', 'aig-0', '--all', '--yes'], 'not both'],
    [['approve', '--all', '--yes', '--up-to', '500'], 'is not an amount of money'],
    [['approve', 'aig-0', '--yes', '--up-to', '500 CNY', 'aig-1'], "what is 'aig-1' behind it"],
    [
      ['approve', '--all', '--yes', '--up-to', '500 CNY', '--up-to', '40 USD'],
      "--up-to takes one amount, for all that is answered: what is '40 USD' for",
    ],
    [['approve', 'aig-0', '--yes', '--target', 'elsewhere'], "no target 'elsewhere'"],
    [['approve', 'bought-9', '--yes'], "No answer is possible about 'bought-9' now"],
  ])('%j is refused with what to do, and nothing is written', async (args, said) => {
    const { code, stderr } = await as('approver', ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
    expect((await journal('list', '--prefix', 'approvals')).stdout).toBe('');
  });

  test('everything that waits is approved at once up to a price for each, or refused', async () => {
    const low = await as('approver', 'approve', '--all', '--yes', '--up-to', '200', 'CNY');
    expect(low.stdout).toContain('Left: aig-0 (bought-0) on home costs 233.28 CNY now');
    expect(low.stdout).toContain('Nothing is left for li.wei to approve.');
    const all = await as('approver', 'approve', '--all', '--yes', '--up-to', '500', 'CNY');
    expect(all.stdout.match(/li\.wei approved .* up to 500\.00 CNY/g)).toHaveLength(2);
    const stopped = await as('second', 'refuse', '--all', '--json');
    expect(JSON.parse(stopped.stdout)).toMatchObject({
      given: [{ state: 'refused by tan.mei' }, { state: 'refused by tan.mei' }],
      left: [],
    });
    await fixture.run();
    expect(orders()).toBe(0);
  });

  test('two targets of one account are told apart by the name of the target', async () => {
    fixture.writePolicy((text) =>
      text.replace('endpoint: cn-shanghai}}', 'endpoint: cn-shanghai}, second: {account: "1000000000000001", endpoint: cn-shanghai}}'),
    );
    expect((await as('approver', 'approve', 'aig-0', '--yes')).stderr).toContain('name one of home/aig-0, second/aig-0');
    expect((await as('approver', 'approve', 'second/aig-0', '--yes')).stdout).toContain('li.wei approved aig-0 (bought-0) on second');
    expect((await as('approver', 'approve', 'aig-0', '--target', 'home', '--yes')).stdout).toContain(
      'li.wei approved aig-0 (bought-0) on home',
    );
  });

  test('goes by the policy in force where one is published, and says so', async () => {
    expect((await as('colleague', 'push')).code).toBe(0);
    fixture.writePolicy((text) => text.replace('[li.wei, tan.mei]', '[bo.chen]'));
    expect((await as('colleague', 'approve', 'aig-0', '--yes')).stderr).toContain('bo.chen is not among finance');
    const approved = await as('approver', 'approve', 'aig-0', '--yes');
    expect(approved.stdout).toMatch(/^Policy: policy 0 of dir:.*, which functions go by$/m);
  });
});

describe('after the order', () => {
  beforeEach(async () => {
    await streamwarden(['approve', 'bought-0', '--yes', ...fixture.world], fixture.as('approver'));
  });

  test('an order whose answer was lost is never sent again; a person closes it by the bill, an hour later at the earliest', async () => {
    fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
    expect((await command('apply')).code).toBe(1);
    expect((await fixture.run()).failed).toBe(false);
    expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(1);

    const early = await command('resolve', 'bought-0', '--void');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('may still be on its way');

    fixture.simulator.advance(61 * 60_000);
    const late = await streamwarden(['resolve', 'bought-0', '--void', ...fixture.world], fixture.as('approver'));
    expect(late.stdout).toMatch(/^World: the simulator at .*\nRenewal 0 of bought-0 \(aig-0\) is closed as void, by li\.wei\./);
    await fixture.run();
    expect(orders()).toBe(1);
  });

  test('explain tells the story of a renewal, and export has it for the auditor', async () => {
    await fixture.run();
    fixture.simulator.advance(10 * 60_000);
    await fixture.run();
    const explanation = (await command('explain', 'aig-0')).stdout;
    expect(explanation).toMatch(
      /renewal 0: 1 Month from 2026-11-30 for [\d,.]+ CNY, approved by li\.wei, ordered \(order \d+\), renewed until 2026-12-30/,
    );

    const csv = (await journal('export', '--csv')).stdout.trim().split('\r\n');
    expect(csv).toHaveLength(2);
    const [heading = '', row = ''] = csv;
    const record = Object.fromEntries(heading.split(',').map((name, index) => [name, row.split(',')[index]]));
    expect(record).toMatchObject({
      resource: 'aig-0',
      period: '1 Month',
      currency: 'CNY',
      approvedBy: 'li.wei',
      answer: 'ordered',
      end: 'moved',
    });
    expect(record['price']).toMatch(/^\d+\.\d{2}$/);
    expect(record['policy']).toMatch(/^[0-9a-f]{64}$/);
    expect((await journal('verify')).code).toBe(0);
  });
});

test('resolve asks for exactly one word', async () => {
  const { code, stderr } = await command('resolve', 'bought-0');
  expect(code).toBe(1);
  expect(stderr).toContain('Say one of --void, --moved and --refunded');
});
