import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleBudgetKb, clientBudgetKb } from '../../build/budgets.ts';
import { ruleModules } from '../../cli/registry.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { measureInChild, root, startChildServer } from '../child.ts';
import { atMost, type BenchRow, byPairs, median } from '../row.ts';

const starts = 9;

/** Sizes of the bundles, time to load them, time to their first answers, and memory. Builds them first. */
export async function bundleRows(): Promise<BenchRow[]> {
  const build = spawnSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { cwd: root, encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`the bundles could not be built:\n${build.stdout}${build.stderr}`);
  const dist = path.join(root, 'dist');
  // The benches keep bundles of their own there.
  const functions = readdirSync(dist).filter((name) => existsSync(path.join(dist, name, 'index.js')));
  const kilobytes = (file: string): number => statSync(path.join(dist, file)).size / 1024;
  const sizes = [
    atMost(`client bundle with five operations, of ${clientBudgetKb} KB`, 'KB', kilobytes('client-five.js'), clientBudgetKb, 1),
    ...functions.map((name) => {
      const budget = bundleBudgetKb(name);
      return atMost(`bundle of ${name}, of ${budget} KB`, 'KB', kilobytes(`${name}/index.js`), budget, 1);
    }),
  ];
  const engineMs: number[] = [];
  const loads = new Map(functions.map((name) => [name, [] as number[]]));
  for (let start = 0; start < starts; start += 1) {
    engineMs.push(await loadMs('@alicloud/openapi-core'));
    for (const [name, times] of loads) times.push(await loadMs(path.join(dist, name, 'index.js')));
  }
  return [
    ...sizes,
    ...[...loads].map(([name, times]) =>
      byPairs(
        `load ${name}, against importing the official engine`,
        'ms',
        { ours: times, theirs: engineMs },
        { limit: 0.35, goal: 0.25, side: 'at most' },
      ),
    ),
    await coldStart(dist),
    ...(await functionStarts(dist, functions)),
  ];
}

/** The smallest memory of Function Compute, in MB. */
const smallestMemoryMb = 128;

/** What starts the run of a function in the process of `dispatch`, which else starts others elsewhere. */
const payload = '{"functions":["scale-on-schedule"]}';

/** Time from loading each bundle to its first answer, and the most memory of an invocation, each in a fresh process. */
async function functionStarts(dist: string, names: readonly string[]): Promise<BenchRow[]> {
  const server = await startChildServer('bench/children/answer-server.ts');
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-bench-'));
  const policy = path.join(folder, 'policy.json');
  writeFileSync(policy, functionPolicy(Date.now()));
  const env = {
    ...{ STREAMWARDEN_POLICY: policy, STREAMWARDEN_SIMULATOR: server.url, STREAMWARDEN_OBSERVE: 'true', FC_REGION: 'cn-shanghai' },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'bench', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
  };
  const engineMs: number[] = [];
  const seen = new Map(names.map((name) => [name, { ms: [] as number[], mb: [] as number[] }]));
  try {
    for (let start = 0; start < starts; start += 1) {
      engineMs.push(await loadMs('@alicloud/openapi-core'));
      for (const [name, { ms, mb }] of seen) {
        const child = path.join(root, 'bench/children/function-start.cjs');
        const one = await measureInChild<{ ms: number; mb: number }>(child, [path.join(dist, name, 'index.js'), payload], [], env);
        ms.push(one.ms);
        mb.push(one.mb);
      }
    }
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return [...seen].flatMap(([name, { ms, mb }]) => [
    byPairs(
      `cold start of ${name} to its first answer, against importing the official engine alone`,
      'ms',
      { ours: ms, theirs: engineMs },
      { limit: 1, goal: 0.5, side: 'at most' },
    ),
    atMost(`memory of an invocation of ${name}, of ${smallestMemoryMb} MB`, 'MB', median(mb), smallestMemoryMb, 1),
  ]);
}

async function loadMs(module: string): Promise<number> {
  return (await measureInChild<{ ms: number }>(path.join(root, 'bench/children/require.cjs'), [module])).ms;
}

async function coldStart(dist: string): Promise<BenchRow> {
  const server = await startChildServer('bench/children/answer-server.ts');
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    for (let start = 0; start < starts; start += 1) {
      theirs.push(await loadMs('@alicloud/openapi-core'));
      const child = path.join(root, 'bench/children/first-answer.cjs');
      ours.push((await measureInChild<{ ms: number }>(child, [path.join(dist, 'client-five.js'), server.url])).ms);
    }
  } finally {
    server.stop();
  }
  const bound = { limit: 1, goal: 0.5, side: 'at most' } as const;
  return byPairs('cold start to first answer, against importing the official engine alone', 'ms', { ours, theirs }, bound);
}

const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}}
schedules: {office: {everyday: {00:00-24:00: 2 nodes}}}
limits: {spendPerMonth: [1000 CNY]}
channels: {ops: {kind: console}}
rules:
  scale-on-schedule: [{name: all, groups: all, schedule: office}]
  renew-before-expiry:
    - {name: all, groups: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true}
  approve-ota-windows:
    - {name: all, type: Fota, rings: [{name: all, groups: all, window: {days: everyday, at: 00:00-23:59}}]}
  log-off-sessions: [{name: all, groups: all, at: "00:30", days: everyday, who: disconnected, resetAfterUnbind: disabled}]
  tag-new-resources: [{name: all, groups: {missingTag: owner}, set: {owner: unassigned}}]
  enforce-policy: [{name: all, groups: all, sessionTimeout: 15m}]
  power-workstations: [{name: all, workstations: all, schedule: office}]
  digest: [{name: daily, to: ops, days: everyday, at: "09:00", show: [done, held]}]
`;

/** A small policy with a rule of every function, as a function reads it. @throws Error where it cannot be used */
function functionPolicy(nowMs: number): string {
  const { document, problems } = loadPolicy(text, 'function-policy.yaml', ruleModules);
  if (!document) throw new Error(problems.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return encodePolicy(compile(document, nowMs, undefined, ruleModules));
}
