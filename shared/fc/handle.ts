import { readFile } from 'node:fs/promises';
import type { Clock } from '../client/clock.ts';
import { functionRoleCredentials } from '../client/credentials/function-role.ts';
import { systemClock } from '../client/system-clock.ts';
import type { Occasion } from '../engine/automation.ts';
import { type RunReport, runError } from '../engine/report.ts';
import type { Runner } from '../engine/runner.ts';
import { consoleChannel } from '../notify/console-channel.ts';
import { notifierOf } from '../notify/notifier.ts';
import { openChannels } from '../notify/open-channels.ts';
import { decodePolicy } from '../policy/codec.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import { targetClient } from './clients.ts';
import { endOf, type FunctionContext } from './context.ts';
import { jsonLog, type Log } from './log.ts';
import { runOnOccasions } from './run-again.ts';
import { type Environment, readSettings, SettingsError } from './settings.ts';
import { openStore } from './store.ts';
import { summaryOf, type TargetSummary } from './summary.ts';
import { workOf } from './work.ts';

/** Time that is kept for reporting before the platform ends the invocation, in milliseconds: then nothing is observed any more. */
const reportMs = 10_000;

/** What an invocation answers. */
export interface InvocationSummary {
  readonly function: string;
  readonly targets: readonly TargetSummary[];
}

/** Thrown at the end of an invocation in which something failed, after everything that could be done was done. `code` is `RunFailed`. */
export class RunFailedError extends Error {
  readonly code = 'RunFailed';
  readonly summary: InvocationSummary;
  constructor(summary: InvocationSummary, failed: readonly string[]) {
    super(
      `${summary.function} failed for ${failed.join(', ')}: see the log lines of this request, then fix the cause; the next run goes on.`,
    );
    this.name = 'RunFailedError';
    this.summary = summary;
  }
}

/** Replaceable parts of a handler, for tests. */
export interface HandlerParts {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the process's. */
  readonly environment?: Environment;
  /** Takes each log line. Default: standard output. */
  readonly write?: (line: string) => void;
}

/** How a function is begun. */
export interface HandlerOptions extends HandlerParts {
  /** Operations whose events of the audit trail begin a run on the resources that they are about. Default: none; a timer begins every run. */
  readonly hears?: readonly string[];
}

/**
 * The handler of a Function Compute function on a timer, and on events where it `hears` any. On a timer it runs all targets of the policy in
 * turn, or the one named; on events those in whose account something happened, and looks at nothing else there. What is to be told
 * goes out on the channels of the policy; what is for none of them becomes a log line. A function never orders on a store of one machine.
 */
export function createHandler(
  runner: Runner,
  parts: HandlerOptions = {},
): (event: Uint8Array, context: FunctionContext) => Promise<InvocationSummary> {
  return async (event, context) => {
    const log = jsonLog({ requestId: context.requestId, function: runner.name }, parts.write);
    try {
      return await invoke(runner, event, context, log, parts);
    } catch (error) {
      log('error', 'failed', { ...runError(error) });
      throw error;
    }
  };
}

async function invoke(
  runner: Runner,
  event: Uint8Array,
  context: FunctionContext,
  log: Log,
  { clock = systemClock, environment = process.env, hears = [] }: HandlerOptions,
): Promise<InvocationSummary> {
  const startMs = clock.now();
  const endMs = endOf(context, startMs);
  const settings = readSettings(environment);
  const policy = await readPolicy(settings.policyFile);
  const work = workOf(new TextDecoder().decode(event), hears, { policy, settings, environment, log });
  const identity = functionRoleCredentials(context.credentials, environment);
  const store = openStore(settings, policy.store, { credentials: identity, clock, environment, simulator: settings.simulator });
  const signal = endMs === undefined ? undefined : AbortSignal.timeout(Math.max(0, endMs - startMs - reportMs));
  const { simulator } = settings;
  const told = (line: string): void => log('warn', 'told', { text: line });
  const notifier = notifierOf(openChannels(policy, { environment, clock, write: told }), consoleChannel(told));

  const summaries: TargetSummary[] = [];
  const failed: string[] = [];
  for (const { target, occasions } of work) {
    try {
      const client = targetClient(target, { identity: identity, clock: clock, simulator: simulator });
      const mode = settings.observe ? 'plan' : 'apply';
      const world = simulator === undefined ? 'the cloud' : `the simulator ${simulator}`;
      const run = (on?: readonly Occasion[]): Promise<RunReport> =>
        runner.run({ client, target, policy, store, clock, mode, world, signal, deadlineMs: endMs, notifier, occasions: on });
      const onReport = (report: RunReport): void => logReport(log, report);
      const { report, left } =
        occasions === undefined ? { report: await run(), left: [] } : await runOnOccasions({ occasions, clock, signal, run, onReport });
      if (occasions === undefined) onReport(report);
      if (left.length > 0) log('error', 'crowded-out', { target: target.name, resources: left });
      summaries.push(summaryOf(report));
      if (report.failed || left.length > 0) failed.push(target.name);
    } catch (error) {
      // One target's failure, be it a defect, must not keep the others from their run.
      failed.push(target.name);
      log('error', 'target-failed', { target: target.name, ...runError(error) });
    }
  }
  const summary = { function: runner.name, targets: summaries };
  if (failed.length > 0) throw new RunFailedError(summary, failed);
  return summary;
}

function logReport(log: Log, report: RunReport): void {
  const { target } = report;
  for (const { code, text } of report.warnings) log('warn', 'warning', { target, code, text });
  for (const outcome of report.outcomes) {
    const bad = outcome.outcome === 'failed' || outcome.outcome === 'unknown';
    log(bad ? 'error' : 'info', 'outcome', { target, ...outcome });
  }
  for (const { code, severity, title, text, told } of report.purchases?.alerts ?? []) {
    if (told !== 'before') log(severity === 'info' ? 'info' : 'warn', 'alert', { target, code, severity, title, text, told });
  }
  for (const error of report.errors) log('error', 'error', { target, ...error });
  log(report.failed ? 'error' : 'info', 'run', { ...summaryOf(report), durationMs: report.durationMs, calls: report.calls.total });
}

async function readPolicy(file: string): Promise<CompiledPolicy> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const message = `The compiled policy ${file} cannot be read: put it beside the code ('streamwarden compile'), or name it in STREAMWARDEN_POLICY.`;
    throw new SettingsError('PolicyMissing', message, { cause });
  }
  return decodePolicy(text);
}
