import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { streamwarden } from './command.ts';
import { openRenewalDesk, type RenewalDesk } from './renewal-desk.ts';

let desk: RenewalDesk;
beforeEach(async () => {
  desk = await openRenewalDesk();
});
afterEach(async () => {
  await desk.close();
});

const orders = (): number => desk.simulator.ledger.count('RenewAppInstanceGroup', 'executed');
const command = (...args: string[]) => streamwarden([...args, ...desk.world]);
const journal = (...args: string[]) => streamwarden(['journal', ...args, '--state', path.join(desk.folder, 'state')]);

describe('approvals', () => {
  test('what waits is listed with its price, held in apply, and ordered once it is approved by one who may', async () => {
    const listed = await command('approvals');
    expect(listed.code).toBe(2);
    expect(listed.stdout).toMatch(/home +bought-0 +aig-0 +1 Month from 2026-11-29 +[\d,.]+ CNY +asks finance/);
    await desk.run();
    expect(orders()).toBe(0);

    const approved = await streamwarden(['approve', 'bought-0', ...desk.world], desk.as('approver'));
    expect(approved.stderr).toBe('');
    expect(approved.stdout).toMatch(/^li\.wei approved bought-0, 1 Month, up to [\d,.]+ CNY, until 2026-11-29T16:00:00\.000Z\./);

    const applied = await command('apply');
    expect(applied.code).toBe(0);
    expect(orders()).toBe(1);
    expect(applied.stdout).toMatch(/✓ +bought-0 .*approved by li\.wei, ordered, order /);
    await desk.run();
    expect(orders()).toBe(1);
  });

  test('somebody who is not among the approvers is told who is, and nothing is written', async () => {
    const { code, stderr } = await streamwarden(['approve', 'bought-0', ...desk.world], desk.as('colleague'));
    expect(code).toBe(1);
    expect(stderr).toContain('bo.chen is not among finance, who decide this: li.wei');
    expect((await journal('list', '--prefix', 'approvals')).stdout).toBe('');
  });

  test('a refused renewal is not ordered, and waits no more without a new word', async () => {
    const refused = await streamwarden(['refuse', 'aig-1', '--because', 'not needed', ...desk.world], desk.as('approver'));
    expect(refused.stdout).toMatch(/^li\.wei refused bought-1/);
    await desk.run();
    expect(orders()).toBe(0);
    expect((await command('explain', 'aig-1')).stdout).toContain('li.wei refused it: not needed');
  });

  test('nothing waits under a wrong name', async () => {
    const { code, stderr } = await streamwarden(['approve', 'bought-9', ...desk.world], desk.as('approver'));
    expect(code).toBe(1);
    expect(stderr).toContain("Nothing waits under 'bought-9'");
  });
});

describe('after the order', () => {
  beforeEach(async () => {
    await streamwarden(['approve', 'bought-0', ...desk.world], desk.as('approver'));
  });

  test('an order whose answer was lost is never sent again; a person closes it by the bill, an hour later at the earliest', async () => {
    desk.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
    expect((await command('apply')).code).toBe(1);
    expect((await desk.run()).failed).toBe(false);
    expect(desk.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(1);

    const early = await command('resolve', 'bought-0', '--void');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('may still be on its way');

    desk.simulator.advance(61 * 60_000);
    const late = await streamwarden(['resolve', 'bought-0', '--void', ...desk.world], desk.as('approver'));
    expect(late.stdout).toMatch(/^Renewal 0 of bought-0 \(aig-0\) is closed as void, by li\.wei\./);
    await desk.run();
    expect(orders()).toBe(1);
  });

  test('explain tells the story of a renewal, and export has it for the auditor', async () => {
    await desk.run();
    desk.simulator.advance(10 * 60_000);
    await desk.run();
    const story = (await command('explain', 'aig-0')).stdout;
    expect(story).toMatch(
      /renewal 0: 1 Month from 2026-11-30 for [\d,.]+ CNY, ordered \(order \d+\), moved by run, now until 2026-12-\d\d/,
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
