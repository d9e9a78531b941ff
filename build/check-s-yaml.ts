/**
 * Renders s.yaml with the real Serverless Devs command line (`s preview`, which needs no cloud) and checks what it renders against a
 * strict schema of the parts that we use: the component's own schema lets nearly any misspelt key pass.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Loads a bundle as the runtime would: as CommonJS. */
const load = createRequire(import.meta.url);

/** Six cron fields behind an optional zone, or an interval (Function Compute facts, timer). */
const cron = z.string().refine((text) => {
  if (/^@every \d+m$/.test(text)) return true;
  const match = /^(?:CRON_TZ=(\S+) )?(\S+ ){5}\S+$/.exec(text);
  if (!match) return false;
  if (match[1] === undefined) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: match[1] });
    return true;
  } catch {
    return false;
  }
}, 'needs six cron fields (second first), an optional CRON_TZ=<zone> before them, or @every Nm');

const timer = z.strictObject({
  triggerName: z.string().regex(/^[A-Za-z][\w-]*$/),
  triggerType: z.literal('timer'),
  qualifier: z.string(),
  description: z.string().optional(),
  triggerConfig: z.strictObject({ cronExpression: cron, enable: z.boolean(), payload: z.string() }),
});

const props = z
  .strictObject({
    region: z.string().min(1),
    functionName: z.string().regex(/^[A-Za-z_][\w-]{0,63}$/),
    description: z.string().optional(),
    runtime: z.literal('nodejs20'),
    handler: z.string().regex(/^\w+\.\w+$/),
    code: z.string(),
    memorySize: z.int().min(128).max(32768).multipleOf(64),
    cpu: z.number().min(0.05).max(16),
    diskSize: z.union([z.literal(512), z.literal(10240)]),
    timeout: z.int().min(1).max(86400),
    role: z.string().regex(/^acs:ram::\d+:role\/[a-z0-9-]+$/, 'needs acs:ram::<account>:role/<name in lower case>'),
    environmentVariables: z.record(z.string().regex(/^(?!FC_)[A-Za-z]\w*$/), z.string()),
    concurrencyConfig: z.strictObject({ reservedConcurrency: z.int().min(1) }),
    asyncInvokeConfig: z.strictObject({
      maxAsyncRetryAttempts: z.int().min(0).max(8),
      maxAsyncEventAgeInSeconds: z.int().min(1).max(2592000),
    }),
    logConfig: z.strictObject({
      project: z.string(),
      logstore: z.string(),
      enableRequestMetrics: z.boolean(),
      enableInstanceMetrics: z.boolean(),
      logBeginRule: z.enum(['DefaultRegex', 'None']),
    }),
    triggers: z.array(timer).max(10),
  })
  .superRefine((value, context) => {
    // Both bounds are the platform's: between one and four GB of memory for each vCPU.
    const ratio = value.memorySize / 1024 / value.cpu;
    if (ratio < 1 || ratio > 4)
      context.addIssue({ code: 'custom', path: ['cpu'], message: `${ratio.toFixed(2)} GB per vCPU; allowed are 1 to 4` });
    const environmentBytes = Buffer.byteLength(JSON.stringify(value.environmentVariables));
    if (environmentBytes > 4096)
      context.addIssue({ code: 'custom', path: ['environmentVariables'], message: `${environmentBytes} bytes of 4096` });
  });

const rendered = z.object({
  edition: z.literal('3.0.0'),
  resources: z.record(z.string(), z.object({ component: z.string(), props })),
});

/** What `s preview` prints for the file in this folder. */
function preview(): unknown {
  // The command writes to HOME and warns about root on standard output; neither belongs here.
  const home = mkdtempSync(path.join(tmpdir(), 's-home-'));
  try {
    const command = path.join(root, 'node_modules', '.bin', 's');
    const run = spawnSync(command, ['preview', '-o', 'json', '--silent'], {
      cwd: root,
      env: { ...process.env, HOME: home },
      encoding: 'utf8',
    });
    const start = run.stdout.indexOf('{');
    if (run.status !== 0 || start < 0) throw new Error(`s preview failed (${run.status}): ${run.stderr || run.stdout}`);
    return JSON.parse(run.stdout.slice(start));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const result = rendered.safeParse(preview());
const problems: string[] = result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
if (result.success) {
  for (const [name, resource] of Object.entries(result.data.resources)) {
    const [file, exported] = resource.props.handler.split('.') as [string, string];
    const built = path.join(root, resource.props.code, `${file}.js`);
    if (!existsSync(built)) problems.push(`${name}: ${resource.props.code}/${file}.js is not built; run 'npm run build' first`);
    else if (typeof load(built)[exported] !== 'function') problems.push(`${name}: ${file}.js exports no function '${exported}'`);
    console.log(`ok  ${name}: ${resource.props.functionName}, ${resource.props.triggers.length} trigger(s)`);
  }
}
for (const problem of problems) console.error(`s.yaml: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
