import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { start, streamwarden } from './command.ts';

let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture();
});
afterEach(async () => {
  await fixture.close();
});

describe('plan', () => {
  test('ends with 2 while changes are pending, shows each of them, and writes nothing', async () => {
    const { code, stdout } = await streamwarden(['plan', ...fixture.world]);
    expect(code).toBe(2);
    expect(stdout).toContain('4 to change');
    for (const name of ['group-0', 'group-1', 'group-2', 'group-3']) expect(stdout).toContain(name);
    expect(stdout).toMatch(/Next: streamwarden apply/);
    expect(fixture.writes()).toBe(0);
  });

  test('ends with 0 and says so when nothing is to be done', async () => {
    await streamwarden(['apply', ...fixture.world]);
    const { code, stdout } = await streamwarden(['plan', ...fixture.world]);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing to do');
    expect(stdout).toContain('4 as wanted');
  });

  test('prints one JSON object with --json, decisions and amounts included', async () => {
    const { stdout } = await streamwarden(['plan', '--json', ...fixture.world]);
    const { runs } = JSON.parse(stdout) as { runs: { function: string; counts: { act: number }; decisions: { verdict: string }[] }[] };
    // Of the others it has no rules; these two see to alarms and to what they began before.
    expect(runs.map((run) => run.function)).toEqual(['scale-on-schedule', 'renew-before-expiry', 'log-off-sessions']);
    expect(runs[0]?.counts.act).toBe(4);
    expect(runs[0]?.decisions.every(({ verdict }) => verdict === 'act')).toBe(true);
  });

  test('ends with 1 when the service refuses, and keeps what the service said', async () => {
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 'always' });
    const { code, stdout } = await streamwarden(['plan', ...fixture.world]);
    expect(code).toBe(1);
    expect(stdout).toContain('NoPermission');
  });

  test('ends with 1 and a message without a stack trace when nothing answers', async () => {
    await fixture.simulator.close();
    const { code, stderr } = await streamwarden(['plan', ...fixture.world]);
    expect(code).toBe(1);
    expect(stderr).toContain("Start one with 'streamwarden simulator'");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('that is stopped ends with 130 and says nothing of what is to be done', async () => {
    fixture.simulator.faults.add({ kind: 'delay', action: 'ListAppInstanceGroup', times: 'always', worldMs: 60_000 });
    const { child, ended } = start(['plan', ...fixture.world]);
    await fixture.simulator.ledger.reached('ListAppInstanceGroup', 'received', 1);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'Stopped. Not everything was read and decided: run the command again for the whole plan.',
    );
    expect(stdout).not.toMatch(/Nothing to do|Next:|Read the message/);
  });

  test('a wrong option is JSON too where JSON was asked for', async () => {
    const { code, stdout } = await streamwarden(['plan', '--json', '--nope', ...fixture.world]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Usage' } });
  });

  test('in a simulator the store of the cloud is left alone', async () => {
    const elsewhere = `${fixture.folder}/cloud-journal`;
    const { code } = await streamwarden(['apply', ...fixture.world.slice(0, 4)], {
      cwd: fixture.folder,
      env: { STREAMWARDEN_STORE: `dir:${elsewhere}` },
    });
    expect(code).toBe(0);
    expect(existsSync(elsewhere)).toBe(false);
    expect(existsSync(`${fixture.folder}/.streamwarden`)).toBe(true);
  });

  test('names the targets that there are when one is unknown', async () => {
    const { code, stderr } = await streamwarden(['plan', ...fixture.world, '--target', 'hom']);
    expect(code).toBe(1);
    expect(stderr).toContain("no target 'hom'; it has home");
  });
});

describe('apply', () => {
  test('does what plan showed, once each, and says where the journal has it', async () => {
    const { code, stdout } = await streamwarden(['apply', ...fixture.world]);
    expect(code).toBe(0);
    expect(stdout).toContain('4 done.');
    expect(stdout).toMatch(/Journal: runs\/2026\/11\/25\//);
    expect(fixture.writes()).toBe(4);
  });

  test('goes on to the end when whoever reads its output stops reading', async () => {
    const { child, ended } = start(['apply', ...fixture.world]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect((await ended).code).toBe(0);
    expect(fixture.writes()).toBe(4);
  });

  test('ends with 1 when a change is refused, after doing the others', async () => {
    fixture.simulator.faults.add({ kind: 'deny', action: 'ModifyNodePoolAttribute' });
    const { code, stdout } = await streamwarden(['apply', ...fixture.world]);
    expect(code).toBe(1);
    expect(stdout).toContain('3 done, 1 failed');
    expect(fixture.writes()).toBe(3);
  });
});

test('apply makes no write call at all while the policy says observe', async () => {
  const observing = await openAccountFixture({ mode: 'observe' });
  try {
    const { code, stdout } = await streamwarden(['apply', ...observing.world]);
    expect(code).toBe(0);
    expect(stdout).toContain('only observes');
    expect(observing.simulator.ledger.count('ModifyNodePoolAttribute', 'received')).toBe(0);
  } finally {
    await observing.close();
  }
});

test('explain tells the decision, its reasons, what was observed and what was written', async () => {
  await streamwarden(['apply', ...fixture.world]);
  const { code, stdout } = await streamwarden(['explain', 'group-2', ...fixture.world]);
  expect(code).toBe(0);
  expect(stdout).toContain('group-2 (aig-2)');
  expect(stdout).toContain('kept as it is, rule all-groups');
  expect(stdout).toContain('[as-wanted]');
  expect(stdout).toMatch(/node-pool:rg-2 = .*done/);
});

test('explain says where it looked when no resource has the id', async () => {
  const { code, stderr } = await streamwarden(['explain', 'aig-nowhere', ...fixture.world]);
  expect(code).toBe(1);
  expect(stderr).toContain("No target has a resource 'aig-nowhere' (looked in home)");
});
