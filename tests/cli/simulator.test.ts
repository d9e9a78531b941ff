import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { simulatorCommand } from '../../cli/commands/simulator.ts';
import { controlClient } from '../../simulator/front/control-client.ts';
import { loadScenario } from '../../simulator/scenario.ts';
import { startSimulator } from '../../simulator/simulator.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsx = import.meta.resolve('tsx');

const scenario = {
  title: 'One office',
  start: '2026-11-25T08:40:00+08:00',
  accounts: [{ id: '1000000000000001', groups: [{ name: 'office', region: 'cn-hangzhou' }] }],
};

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'simulator-cli-'));
  file = path.join(folder, 'scenario.json');
  await writeFile(file, JSON.stringify(scenario));
});

afterEach(() => rm(folder, { recursive: true }));

/** A running command: waits for what it prints, and for its end. */
function run(...args: string[]) {
  const child = spawn(process.execPath, ['--import', tsx, 'cli/main.ts', 'simulator', ...args], { cwd: root, stdio: 'pipe' });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.err += chunk;
  });
  const ended = new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output.out);
        if (match) resolve(match);
      };
      child.stdout.on('data', look);
      look();
      child.on('close', () => reject(new Error(`ended without printing ${pattern}: ${output.out}${output.err}`)));
    });
  return { child, printed, ended };
}

test('with --json it prints one line, serves, and Ctrl-C ends it cleanly', async () => {
  const { child, printed, ended } = run('--scenario', file, '--json', '--speed', '0', '--world-time', '2027-01-04T09:00:00+08:00');
  const [line] = await printed(/^.*\n/);
  const told = JSON.parse(line) as { url: string };
  expect(told).toMatchObject({
    worldTime: '2027-01-04T01:00:00.000Z',
    speed: 0,
    accounts: [{ accountId: '1000000000000001', accessKeyId: 'simulator-1000000000000001', accessKeySecret: expect.any(String) }],
  });
  const control = controlClient(told.url);
  expect(await control.world()).toMatchObject({ accounts: [{ groups: 1 }] });
  child.kill('SIGINT');
  expect(await ended).toEqual({ code: 0, signal: null, out: line, err: '' });
  await expect(control.clock()).rejects.toMatchObject({ code: 'ControlFailed' });
});

test('as text it tells url, accounts, keys and what to do with them; SIGTERM ends it cleanly', async () => {
  const { child, printed, ended } = run('--scenario', file);
  const url = (await printed(/url +(\S+)/))[1] as string;
  await printed(/Ctrl-C ends it/);
  child.kill('SIGTERM');
  const { code, signal, out, err } = await ended;
  expect([code, signal, err]).toEqual([0, null, '']);
  expect(out).toContain('Simulator of App Streaming: One office');
  expect(out).toMatch(/1000000000000001: 1 delivery group$/m);
  expect(out).toContain('simulator-1000000000000001');
  expect(out).toContain('published-test-secret-1000000000000001');
  expect(out).toContain(`streamwarden plan --simulator ${url}`);
  expect(out).toContain('Simulator ended after 0 requests.');
});

describe('it does not start, and says why', () => {
  const start = async (...args: string[]) => {
    const program = new Command().exitOverride();
    simulatorCommand(program);
    await program.parseAsync(['simulator', ...args], { from: 'user' });
  };

  test('when the port is taken', async () => {
    const taken = await startSimulator({ scenario: await loadScenario(file) });
    await expect(start('--scenario', file, '--port', String(taken.port))).rejects.toMatchObject({
      code: 'PortTaken',
      message: expect.stringContaining('Choose another port'),
    });
    await taken.close();
  });

  test.each([
    ['a scenario that is not there', ['--scenario', '/nowhere.json'], 'InvalidScenario', 'check its path'],
    ['a port that is none', ['--port', '70000'], 'Usage', '--port is'],
    ['a port with a fraction', ['--port', '1.5'], 'Usage', 'whole number'],
    ['a negative speed', ['--speed', '-1'], 'Usage', '--speed is'],
    ['a seed that is text', ['--seed', 'lucky'], 'Usage', '--seed is'],
    ['an unknown clock', ['--gateway-clock', 'sundial'], 'Usage', 'wall or virtual'],
    ['a world time without offset', ['--world-time', '2027-01-04T09:00:00'], 'Usage', "--world-time: '2027-01-04T09:00:00'"],
  ])('with %s', async (_name, args, code, message) => {
    const withScenario = args.includes('--scenario') ? args : ['--scenario', file, ...args];
    await expect(start(...withScenario)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
