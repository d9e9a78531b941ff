import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyCommand } from '../../cli/commands/apply.ts';
import { approvalsCommand } from '../../cli/commands/approve.ts';
import { digestCommand } from '../../cli/commands/digest.ts';
import { explainCommand } from '../../cli/commands/explain.ts';
import { planCommand } from '../../cli/commands/plan.ts';
import { streamwarden } from './command.ts';
import { openRenewalFixture, type RenewalFixture } from './renewal-fixture.ts';

/** The subscriptions of the fixture end at this instant: by UTC that is a day earlier. */
const expiry = Date.parse('2026-11-30T00:00:00+08:00');
const localDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(expiry);
const utcDay = new Intl.DateTimeFormat('en-CA', { timeZone: 'UTC', dateStyle: 'short' }).format(expiry);

let fixture: RenewalFixture;
let printed: string;
beforeEach(async () => {
  fixture = await openRenewalFixture();
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  await fixture.close();
});

async function run(add: (program: Command) => void, ...args: readonly string[]): Promise<string> {
  const program = new Command().exitOverride();
  add(program);
  printed = '';
  await program.parseAsync([...args, ...fixture.world], { from: 'user' });
  return printed;
}

test.each([
  ['plan', planCommand, ['plan']],
  ['apply', applyCommand, ['apply']],
  ['approvals', approvalsCommand, ['approvals']],
  ['explain', explainCommand, ['explain', 'bought-0']],
  ['digest', digestCommand, ['digest']],
] as const)('%s tells the day that people of the policy see, and no instant of UTC', async (_, command, args) => {
  expect(utcDay).not.toBe(localDay);
  const text = await run(command, ...args);
  expect(text).toContain(localDay);
  expect(text).not.toContain(utcDay);
  expect(text).not.toMatch(/\d{4}-\d{2}-\d{2}T/);
});

test('what the journal tells of a renewal is told by the same clock', async () => {
  await streamwarden(['approve', 'bought-0', '--yes', ...fixture.world], fixture.as('approver'));
  await fixture.run();
  fixture.simulator.advance(3_600_000);
  await fixture.run();
  const text = await run(explainCommand, 'explain', 'bought-0');
  expect(text).toMatch(new RegExp(`1 Month from ${localDay} for .*, renewed until 2026-12-30`));
  expect(text).not.toMatch(/\d{4}-\d{2}-\d{2}T|2026-12-29/);
});
