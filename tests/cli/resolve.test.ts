import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { closeRenewal, closeRun } from '../../cli/run/resolve.ts';
import { runAll } from '../../cli/run/runs.ts';
import { type Session, withSession } from '../../cli/run/session.ts';
import { pastRenewals } from '../../shared/journal/renewals/past-renewals.ts';
import { hourMs } from '../fixtures/times.ts';
import { streamwarden } from './command.ts';
import { openRenewalFixture, type RenewalFixture } from './renewal-fixture.ts';

const account = '1000000000000001';

let fixture: RenewalFixture;
beforeEach(async () => {
  fixture = await openRenewalFixture();
});
afterEach(async () => {
  delete process.env['STREAMWARDEN_SIMULATOR_KEY'];
  await fixture.close();
});

/** Does something as one of the people of the fixture, under its policy with a change. */
async function as<T>(
  person: 'approver' | 'namesake' | 'colleague',
  change: (policy: string) => string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  Object.assign(process.env, fixture.as(person).env);
  const file = path.join(fixture.folder, 'policy.yaml');
  const changed = path.join(fixture.folder, 'changed.yaml');
  writeFileSync(changed, change(readFileSync(file, 'utf8')));
  return await withSession({ policy: changed, simulator: fixture.simulator.url, state: path.join(fixture.folder, 'state') }, work);
}

const unasked = (policy: string): string => policy.replace(/ +ask: .*\n/, '');
const unpaid = (policy: string): string => unasked(policy).replace('autoPay: true', 'autoPay: false');
const apply = (session: Session) => runAll(session, { mode: 'apply', only: 'renew-before-expiry' });
const placed = () => fixture.simulator.world.accounts.get(account)?.orders.all ?? [];

describe('an unpaid order', () => {
  beforeEach(async () => {
    await as('approver', unpaid, apply);
    fixture.simulator.advance(2 * hourMs);
    expect(placed()).toHaveLength(2);
  });

  test('is not voided by somebody who approves nothing', async () => {
    const order = placed()[0]?.id;
    await expect(as('colleague', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'void', order }))).rejects.toMatchObject({
      code: 'NotAnApprover',
      message: expect.stringContaining('stays payable'),
    });
  });

  test('is not voided by a namesake of an approver in another account', async () => {
    const order = placed()[0]?.id;
    await expect(as('namesake', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'void', order }))).rejects.toMatchObject({
      code: 'NotAnApprover',
      message: expect.stringContaining('li.wei@2000000000000002 is not one'),
    });
  });

  test.each([
    ['names with their account', '[li.wei@1000000000000001]'],
    ['lists with all of their users', '[{user: [bo.other, li.wei]}]'],
  ])('is voided by an approver whom the policy %s', async (_how, finance) => {
    const listed = (policy: string): string => unpaid(policy).replace('[li.wei, tan.mei]', finance);
    const order = placed().find(({ resourceIds }) => resourceIds.includes('aig-0'))?.id;
    const closed = await as('approver', listed, (session) => closeRenewal(session, 'aig-0', { word: 'void', order }));
    expect(closed).toMatchObject({ resource: 'aig-0', word: 'void', who: 'li.wei' });
  });

  test('is not voided without its id, so that nothing is ordered beside it', async () => {
    await expect(as('approver', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'void' }))).rejects.toMatchObject({
      code: 'NotTaken',
      message: expect.stringContaining('Cancel it in the console, then name it: --void --order '),
    });
    await as('approver', unpaid, apply);
    expect(placed()).toHaveLength(2);
  });

  test('is voided under its id by an approver, who is told that it stays payable until it is cancelled', async () => {
    const order = placed().find(({ resourceIds }) => resourceIds.includes('aig-0'))?.id;
    const { text } = await as('approver', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'void', order }));
    expect(text).toContain(`If order ${order} is not cancelled it stays payable`);
  });

  test('is not declared moved while its expiry has not moved', async () => {
    await expect(as('approver', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'moved' }))).rejects.toMatchObject({
      code: 'NotTaken',
      message: expect.stringContaining('has not taken effect'),
    });
  });

  test('is declared moved once its expiry has moved, and says to where; void contradicts that', async () => {
    const order = placed().find(({ resourceIds }) => resourceIds.includes('aig-0'))?.id ?? '';
    fixture.simulator.world.accounts.get(account)?.orders.pay(fixture.simulator.world, order);
    fixture.simulator.advance(hourMs);
    await expect(as('approver', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'void', order }))).rejects.toMatchObject({
      code: 'NotTaken',
      message: expect.stringContaining('has moved to'),
    });
    const { text } = await as('approver', unpaid, (session) => closeRenewal(session, 'aig-0', { word: 'moved' }));
    expect(text).toContain('is closed as renewed');
    const group = fixture.simulator.world.accounts.get(account)?.groups.get('aig-0');
    const [renewal] = await as('approver', unpaid, ({ world }) => pastRenewals(world.store, account, 'aig-0'));
    expect(renewal?.end).toMatchObject({ outcome: 'moved', movedTo: (group?.expiresMs ?? 0) / 1000 });
  });
});

describe('all that one run left open', () => {
  test('is closed at once, but for what the word contradicts', async () => {
    fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
    const [report] = await as('approver', unasked, apply);
    fixture.simulator.advance(2 * hourMs);
    await as('approver', unasked, apply);
    const result = await as('approver', unasked, (session) => closeRun(session, (report?.run ?? '').slice(0, 12), 'void'));
    expect([result.closed.length + result.left.length, result.closed.every(({ word }) => word === 'void')]).toEqual([1, true]);
    expect(result.closed).toHaveLength(1);
  });

  test('is nothing where the run left nothing open', async () => {
    await expect(as('approver', unasked, (session) => closeRun(session, 'abcdef0123', 'void'))).rejects.toMatchObject({
      code: 'NothingOpen',
    });
    await expect(as('approver', unasked, (session) => closeRun(session, 'run 1', 'void'))).rejects.toMatchObject({ code: 'Usage' });
  });
});

test('a renewal of a resource that no list shows any more is closed by its id', async () => {
  fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
  await as('approver', unasked, apply);
  fixture.simulator.advance(2 * hourMs);
  const owner = fixture.simulator.world.accounts.get(account);
  const group = owner?.groups.get('aig-0');
  if (group) owner?.removeGroup(group);
  const { text } = await as('approver', unasked, (session) => closeRenewal(session, 'aig-0', { word: 'void' }));
  expect(text).toMatch(/^Renewal 0 of aig-0 is closed as void, by li\.wei\./);
});

test('the command asks for one resource or one run, and for an order with void only', async () => {
  const both = await streamwarden(['resolve', 'aig-0', '--void', '--all-of', 'abcdef0123', ...fixture.world]);
  expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('Name one resource, or a run with --all-of')]);
  const order = await streamwarden(['resolve', 'aig-0', '--moved', '--order', '1', ...fixture.world]);
  expect([order.code, order.stderr]).toEqual([1, expect.stringContaining('use it with --void')]);
});
