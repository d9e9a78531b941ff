import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { streamwarden } from '../cli/command.ts';
import { stable } from '../fixtures/json.ts';
import { liveAccount, policyFrom } from './live-account.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const account = '1000000000000001';

/** Levels that are the same at every time of every day, since a deployed function reads the wall's clock. */
const policyText = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {home: {account: "${account}", endpoint: cn-shanghai}}
schedules: {steady: {everyday: {00:00-24:00: 50%}}}
rules:
  scale-on-schedule:
    - {name: bought, groups: {charge: subscription}, schedule: steady, peak: {extraNodes: 6}}
    - {name: rented, groups: {charge: pay-as-you-go}, schedule: steady, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}}
`;

/** What a way of running the function wants written: one request for each group. */
type Requests = readonly string[];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-ways-'));
  writeFileSync(path.join(folder, 'policy.yaml'), policyText);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same account anew, so that each way starts from the same state. */
async function anew(work: (simulator: Simulator) => Promise<Requests>): Promise<Requests> {
  const groups = Array.from({ length: 8 }, (_, index) => ({
    id: `aig-${index}`,
    name: `group-${index}`,
    region: 'cn-hangzhou',
    charge: index % 3 === 0 ? ('PrePaid' as const) : ('PostPaid' as const),
    tags: index % 2 === 0 ? { 'peak-nodes': String(index + 2) } : {},
    pool: {
      id: `rg-${index}`,
      strategy: index % 3 === 0 ? { usage: { nodes: 1, maxScaling: 1 } } : { fixed: 1 },
    },
  }));
  // The world is the wall's present: the deployed function has no other clock.
  const world = buildWorld({ start: new Date().toISOString(), accounts: [{ id: account, groups }] });
  const simulator = await startSimulator({ world, speed: 1 });
  try {
    return [...(await work(simulator))].sort();
  } finally {
    await simulator.close();
  }
}

const written = (simulator: Simulator): Requests =>
  simulator.ledger.records.filter(({ action }) => action === 'ModifyNodePoolAttribute').map(({ input }) => stable(input));

async function byCommand(): Promise<Requests> {
  return anew(async (simulator) => {
    const { code } = await streamwarden([
      'apply',
      '--policy',
      path.join(folder, 'policy.yaml'),
      '--simulator',
      simulator.url,
      '--state',
      path.join(folder, 'cli'),
    ]);
    expect(code).toBe(0);
    return written(simulator);
  });
}

async function byBundle(): Promise<Requests> {
  return anew(async (simulator) => {
    const outfile = path.join(folder, 'bundle', 'index.cjs');
    await build({
      absWorkingDir: root,
      entryPoints: ['functions/scale-on-schedule/index.ts'],
      ...{ outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, logLevel: 'error' },
    });
    writeFileSync(path.join(folder, 'bundle', 'policy.json'), encodePolicy(policyFrom(policyText, Date.now())));
    const { accessKeyId, accessKeySecret } = publishedKey(account);
    const event = readFileSync(new URL('../../events/samples/timer.json', import.meta.url), 'utf8');
    const program = `
      const { handler } = require(${JSON.stringify(outfile)});
      const context = { requestId: 'one', function: { name: 'scale-on-schedule', timeout: 240 } };
      handler(Buffer.from(${JSON.stringify(event)}), context).then(
        (summary) => process.exit(summary.targets.every(({ failed }) => !failed) ? 0 : 1),
        (error) => { console.error(error); process.exit(1); },
      );`;
    const child = spawn(process.execPath, ['-e', program], {
      env: {
        FC_FUNC_CODE_PATH: path.dirname(outfile),
        STREAMWARDEN_SIMULATOR: simulator.url,
        STREAMWARDEN_STORE: `dir:${path.join(folder, 'function')}`,
        ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, errors]).toEqual([0, '']);
    return written(simulator);
  });
}

async function bySimulatedTime(): Promise<Requests> {
  return anew(async (simulator) => {
    await liveAccount(simulator, policyText).runs('apply');
    return written(simulator);
  });
}

test('the command line, the built bundle on a timer event and a run in simulated time write the same', async () => {
  const command = await byCommand();
  expect(command).toHaveLength(8);
  expect(await byBundle()).toEqual(command);
  expect(await bySimulatedTime()).toEqual(command);
});
