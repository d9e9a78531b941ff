import type { EpochMs } from '../../shared/client/clock.ts';
import { CommandFailure } from '../failure.ts';
import { interruptedExitCode, interruptOnSignals } from '../run/interrupt.ts';
import { print } from '../run/report-runs.ts';
import { builtBundle } from './built.ts';
import { firedAt, numberFlag, readEvent, variablesOf } from './flags.ts';
import { type Instance, startInstance } from './instance.ts';
import type { Invocation } from './invocation.ts';
import { localPolicy } from './policy.ts';
import { invocationLines } from './show.ts';
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
