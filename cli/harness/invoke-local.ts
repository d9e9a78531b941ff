import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalog } from '../../functions/catalog.ts';
import type { EpochMs } from '../../shared/client/clock.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { CommandFailure } from '../failure.ts';
import { styleFor } from '../render/style.ts';
import { interruptedExitCode, interruptOnSignals } from '../run/interrupt.ts';
import { compilePolicy, readPolicy } from '../run/policy.ts';
import { print } from '../run/report-runs.ts';
import { firedAt, numberFlag, readEvent, variablesOf } from './flags.ts';
import { type Instance, startInstance } from './instance.ts';
import type { ErrorAnswer, Invocation } from './invocation.ts';
import { localWorld } from './world.ts';

/** Flags of an invocation on this machine. */
export interface LocalFlags {
  readonly event?: string | undefined;
  readonly fresh?: boolean | undefined;
  readonly env?: readonly string[] | undefined;
  readonly timeout?: string | undefined;
  readonly memory?: string | undefined;
  readonly times?: string | undefined;
  readonly policy?: string | undefined;
  readonly simulator?: string | undefined;
  readonly scenario?: string | undefined;
  readonly bundles?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Invokes a built function on this machine, as often as wanted in the same instance, and prints what it printed and answered. Gives the exit
 * code: 0 when every invocation succeeded, 130 when it was told to stop, else 1.
 * @throws CommandFailure for flags, bundles, policies and simulators that cannot be used
 */
export async function invokeLocal(name: string, flags: LocalFlags): Promise<number> {
  const bundle = builtBundle(name, flags.bundles);
  const event = readEvent(flags.event);
  const given = variablesOf(flags.env ?? []);
  const limits = {
    timeoutMs: numberFlag('--timeout', flags.timeout ?? '300', { from: 1, to: 86_400 }) * 1000,
    memoryMb: numberFlag('--memory', flags.memory ?? '256', { from: 128, to: 32_768 }),
  };
  if (limits.memoryMb % 64 !== 0) throw new CommandFailure('Usage', `--memory is ${limits.memoryMb}; the platform takes multiples of 64.`);
  const times = numberFlag('--times', flags.times ?? '1', { from: 1, to: 10_000 });
  const json = flags.json === true;
  const interrupt = interruptOnSignals('is cut off, as where the platform ends an instance');
  const world = await localWorld(flags);
  try {
    const nowMs = await world.nowMs();
    const policy = await localPolicy(flags.policy, nowMs ?? Date.now());
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: world.key.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: world.key.accessKeySecret,
      STREAMWARDEN_POLICY: policy.file,
      STREAMWARDEN_SIMULATOR: world.url,
      // The simulator starts no functions, and refuses: nothing may leave this machine for the cloud.
      STREAMWARDEN_FC_ENDPOINT: world.url,
      STREAMWARDEN_STORE: policy.store,
      ...given,
    };
    if (!json) print([`World: ${world.headline}`, `Policy: ${policy.source}`, '']);
    try {
      const start = () => startInstance({ bundle, env, ...limits, onLine: json ? undefined : (line) => print([line]) });
      const pace = { times, fresh: flags.fresh === true, now: world.nowMs, signal: interrupt.signal };
      const invocations = await inTurn(start, event, pace, (invocation) => {
        if (!json) print(invocationLines(invocation));
      });
      if (json) process.stdout.write(`${JSON.stringify({ format: 1, world: world.headline, function: name, invocations })}\n`);
      if (interrupt.signal.aborted) return interruptedExitCode;
      return invocations.every(({ ok }) => ok) ? 0 : 1;
    } finally {
      policy.remove();
    }
  } finally {
    await world.close();
    interrupt.release();
  }
}

/** How often, and until when, an event is handed over. */
interface Pace {
  readonly times: number;
  readonly fresh: boolean;
  readonly now: () => Promise<EpochMs | undefined>;
  readonly signal: AbortSignal;
}

async function inTurn(
  start: () => Instance,
  event: Buffer,
  { times, fresh, now, signal }: Pace,
  onInvocation: (invocation: Invocation) => void,
): Promise<readonly Invocation[]> {
  const invocations: Invocation[] = [];
  let instance = start();
  const end = (): void => void instance.kill();
  signal.addEventListener('abort', end);
  try {
    for (let turn = 0; turn < times && !signal.aborted; turn += 1) {
      // Where an instance has ended, the platform starts another.
      if (!instance.alive) instance = start();
      const nowMs = await now();
      const invocation = await instance.invoke(fresh ? firedAt(event, nowMs ?? Date.now()) : event, { nowMs });
      invocations.push(invocation);
      onInvocation(invocation);
    }
    if (!signal.aborted) await instance.stop();
    return invocations;
  } finally {
    signal.removeEventListener('abort', end);
    await instance.kill();
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The built bundle of a function.
 * @param dist folder of the bundles; default: the project's
 * @throws CommandFailure `UnknownFunction` when there is none of that name, `NotBuilt` when there is and it has no bundle yet
 */
export function builtBundle(name: string, dist = path.join(root, 'dist')): string {
  const names: readonly string[] = catalog.map(({ manifest }) => manifest.name);
  if (!names.includes(name)) {
    throw new CommandFailure('UnknownFunction', `There is no function '${name}'; there are ${names.join(', ')}.`);
  }
  const file = path.join(dist, name, 'index.js');
  if (existsSync(file)) return file;
  throw new CommandFailure('NotBuilt', `${name} is not built: there is no ${file}. Run 'npm run build', then this again.`);
}

const meanings = {
  threw: 'the handler threw',
  load: 'the bundle could not be loaded, or its initializer failed',
  timeout: 'it took longer than --timeout allows, and was ended',
  memory: 'it held more memory than --memory allows, and was ended',
  exited: 'its process ended',
} as const;

/** An invocation for people: what it answered, how long it took, and what it left unfinished. */
function invocationLines(invocation: Invocation): readonly string[] {
  const style = styleFor();
  const { requestId, durationMs, peakMb, leftBehind } = invocation;
  const memory = peakMb === 0 ? '' : `, ${Math.ceil(peakMb)} MB at most`;
  const facts = style.dim(`  request ${requestId}, ${Math.round(durationMs)} ms${memory}`);
  const left = leftBehind.length === 0 ? [] : [style.warn(`  left behind, and frozen with the instance: ${leftBehind.join(', ')}`)];
  const head = invocation.ok
    ? `${style.good('answered')}  ${answerText(invocation.result)}`
    : `${style.bad('failed')}  ${meanings[invocation.failure]}`;
  return [head, ...(invocation.ok ? [] : errorLines(invocation.error)), facts, ...left, ''];
}

function errorLines({ errorType, errorMessage, stackTrace = [] }: ErrorAnswer): readonly string[] {
  const head = errorType === undefined ? errorMessage : `${errorType}: ${errorMessage}`;
  return [head, ...stackTrace.filter((line) => line.startsWith('    at '))].map((line) => `  ${line}`);
}

function answerText(result: unknown): string {
  if (Buffer.isBuffer(result)) return `${result.length} bytes, base64 ${result.toString('base64')}`;
  if (typeof result === 'string') return result === '' ? '(nothing)' : result;
  return JSON.stringify(result, undefined, 2);
}

/** Where a function finds its policy and its journal on this machine. */
interface LocalPolicy {
  /** The file that was read. */
  readonly source: string;
  /** The compiled policy, for STREAMWARDEN_POLICY. */
  readonly file: string;
  /** For STREAMWARDEN_STORE. */
  readonly store: string;
  /** Removes what was temporary. */
  remove(): void;
}

/** Place of the journal in the simulator's OSS where the policy names no bucket: a folder of this machine would outlive the world. */
const localStore = 'oss://streamwarden/local';

/**
 * Compiles a policy for a function on this machine.
 * @param named default: policy.yaml of the working folder, else the example that comes with the project
 * @throws CommandFailure when the policy cannot be used
 */
async function localPolicy(named: string | undefined, nowMs: EpochMs): Promise<LocalPolicy> {
  const example = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));
  const source = named ?? (existsSync('policy.yaml') ? 'policy.yaml' : example);
  const { store, ...policy } = compilePolicy(await readPolicy(source), nowMs);
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-policy-'));
  const file = path.join(folder, 'policy.json');
  writeFileSync(file, encodePolicy(policy));
  return {
    ...{ source, file, store: store?.startsWith('oss://') ? store : localStore },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
