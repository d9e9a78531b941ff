import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

const bin = process.env.STREAMWARDEN_TEST_COMMAND ?? fileURLToPath(new URL('../../bin/streamwarden.js', import.meta.url));
const groups = 6;
let fixture: AccountFixture;
beforeEach(async () => {
  fixture = await openAccountFixture({ groups });
});
afterEach(async () => {
  await fixture.close();
});

const journal = (command: string, ...rest: string[]) =>
  streamwarden(['journal', command, '--state', path.join(fixture.folder, 'state'), ...rest]);

type Sink = 'pipe' | number;
function run(args: readonly string[], stdout: Sink, stderr: Sink): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', stdout, stderr] });
}
const endOf = (child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: string | null }> =>
  new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));

/** Everything was done and written down, and a second plan is empty. */
async function expectWhole(): Promise<void> {
  expect(fixture.writes()).toBe(groups);
  expect(await journal('verify')).toMatchObject({ code: 0 });
  expect((await journal('list', '--prefix', 'runs')).stdout.trim().split('\n')).toHaveLength(1);
  expect((await streamwarden(['plan', ...fixture.world])).code).toBe(0);
}

describe('an apply whose output fails does all its work', () => {
  test.each([
    ['standard output', true, false],
    ['standard error', false, true],
    ['both', true, true],
  ])('with a reader who leaves %s before the first line', async (_name, output, errors) => {
    const child = run(['apply', ...fixture.world], 'pipe', 'pipe');
    if (output) child.stdout?.destroy();
    else child.stdout?.resume();
    if (errors) child.stderr?.destroy();
    else child.stderr?.resume();
    expect(await endOf(child)).toEqual({ code: 0, signal: null });
    await expectWhole();
  });

  test('with a reader who leaves after the first line', async () => {
    const child = run(['apply', ...fixture.world], 'pipe', 'pipe');
    child.stdout?.once('data', () => child.stdout?.destroy());
    child.stderr?.destroy();
    expect(await endOf(child)).toEqual({ code: 0, signal: null });
    await expectWhole();
  });

  test('with a full disk, which is said and is no success', async () => {
    const full = openSync('/dev/full', 'w');
    const child = run(['apply', ...fixture.world], full, 'pipe');
    let said = '';
    child.stderr?.on('data', (text) => (said += text));
    const ended = await endOf(child);
    closeSync(full);
    expect(ended).toEqual({ code: 1, signal: null });
    expect(said.match(/standard output failed \(ENOSPC\)/g)).toHaveLength(1);
    await expectWhole();
  });

  test('with a full disk under both, or under standard error alone', async () => {
    const full = openSync('/dev/full', 'w');
    expect(await endOf(run(['apply', ...fixture.world], full, full))).toEqual({ code: 1, signal: null });
    await expectWhole();
    // A bad policy is told on standard error: the exit code has to do without it.
    expect(await endOf(run(['plan', '--policy', path.join(fixture.folder, 'none.yaml')], 'pipe', full))).toEqual({ code: 1, signal: null });
    closeSync(full);
  });
});

/** Node.js has no pseudo terminals: Python makes one, starts the command on it, and closes it after the first output. Prints the exit status. */
const onTerminal = `
import os, pty, sys
controlling = sys.argv[1] == 'controlling'
if controlling: pid, terminal = pty.fork()
else:
    terminal, side = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.setsid(); os.close(terminal)
        for descriptor in (0, 1, 2): os.dup2(side, descriptor)
    else: os.close(side)
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen = b''
while b'World:' not in seen: seen += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
const python = spawnSync('python3', ['-c', 'import pty']).status === 0;

describe.skipIf(!python)('a terminal that is closed', () => {
  const closed = async (kind: string): Promise<string> => {
    const child = spawn('python3', ['-c', onTerminal, kind, process.execPath, bin, 'apply', ...fixture.world], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    await endOf(child);
    return said.trim();
  };

  test('without a hang-up changes nothing', async () => {
    expect(await closed('any')).toBe('0');
    await expectWhole();
  });

  test('with a hang-up stops the work at a safe point, as SIGTERM does', async () => {
    // Done already, or stopped: never aborted.
    expect(['0', '130']).toContain(await closed('controlling'));
    expect(await journal('verify')).toMatchObject({ code: 0 });
    expect(fixture.writes()).toBe(fixture.simulator.ledger.count('ModifyNodePoolAttribute', 'received'));
  });
});

describe('a signal finishes the call under way', () => {
  const held = async (...names: NodeJS.Signals[]) => {
    fixture.simulator.faults.add({ kind: 'delay', action: 'ModifyNodePoolAttribute', times: 'always', worldMs: 1000 });
    const child = run(['apply', ...fixture.world], 'pipe', 'pipe');
    let said = '';
    const stopping = new Promise<void>((resolve) =>
      child.stderr?.on('data', (text) => {
        said += text;
        if (said.includes('stopping')) resolve();
      }),
    );
    child.stdout?.resume();
    await fixture.simulator.ledger.reached('ModifyNodePoolAttribute', 'received', 1);
    const [first, ...more] = names;
    child.kill(first);
    await stopping;
    for (const name of more) child.kill(name);
    return { child, ended: endOf(child) };
  };

  test.each(['SIGHUP', 'SIGTERM', 'SIGHUP SIGHUP', 'SIGHUP SIGTERM', 'SIGTERM SIGHUP', 'SIGINT SIGHUP SIGHUP'])('%s', async (names) => {
    const { ended } = await held(...(names.split(' ') as NodeJS.Signals[]));
    fixture.simulator.faults.clear();
    fixture.simulator.advance(1000);
    expect(await ended).toEqual({ code: 130, signal: null });
    const done = fixture.writes();
    expect(done).toBeGreaterThan(0);
    expect(done).toBe(fixture.simulator.ledger.count('ModifyNodePoolAttribute', 'received'));
    expect(await journal('verify')).toMatchObject({ code: 0 });
    expect((await streamwarden(['plan', ...fixture.world])).stdout).toContain(
      done === groups ? `${groups} as wanted` : `${groups - done} to change`,
    );
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('the second %s ends the process at once', async (name) => {
    const { ended } = await held(name, name);
    expect(await ended).toEqual({ code: 130, signal: null });
    fixture.simulator.faults.clear();
    fixture.simulator.advance(1000);
  });

  test('and so does SIGHUP on a single call that writes: its answer is waited for', async () => {
    fixture.simulator.faults.add({ kind: 'delay', action: 'ModifyNodePoolAttribute', times: 'always', worldMs: 1000 });
    const pool = ['--ProductType', 'CloudApp', '--BizRegionId', 'cn-hangzhou', '--PoolId', 'rg-0'];
    const strategy = ['--NodePoolStrategy', '{"StrategyType":"NODE_FIXED","NodeAmount":2}'];
    const child = run(
      ['call', 'ModifyNodePoolAttribute', '--yes', '--simulator', fixture.simulator.url, ...pool, ...strategy],
      'pipe',
      'pipe',
    );
    let said = '';
    child.stderr?.on('data', (text) => (said += text));
    const ended = endOf(child);
    await fixture.simulator.ledger.reached('ModifyNodePoolAttribute', 'received', 1);
    child.kill('SIGHUP');
    await new Promise<void>((resolve) => child.stderr?.on('data', () => said.includes('stopping') && resolve()));
    fixture.simulator.faults.clear();
    fixture.simulator.advance(1000);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(fixture.writes()).toBe(1);
  });
});
