import type { Clock } from '../client/clock.ts';
import { functionRoleCredentials } from '../client/credentials/function-role.ts';
import { systemClock } from '../client/system-clock.ts';
import { runError } from '../engine/report.ts';
import type { Runner } from '../engine/runner.ts';
import { consoleChannel } from '../notify/console-channel.ts';
import { HourlyMemory } from '../notify/hourly-memory.ts';
import { notifierOf, Pace } from '../notify/notifier.ts';
import { openChannels } from '../notify/open-channels.ts';
import type { ApprovalLinks } from './approval-links.ts';
import { withRoleSuffix } from './clients.ts';
import { eventText } from './events/read-event.ts';
import { inTurn, placeName, type Timeout } from './fair-order.ts';
import type { TargetSummary } from './log.ts';
import { jsonLog, type Log } from './log.ts';
import { policySource, readBundled } from './policy-source.ts';
import { runTargets } from './run-targets.ts';
import { type Environment, endOf, type FunctionContext, readSettings } from './settings.ts';
import { agreedAddress, openStore } from './store.ts';
import { tellBroken } from './tell-failures.ts';
import type { EventSubscription } from './work.ts';
import { workOf } from './work.ts';

/** What an invocation answers. */
export interface InvocationSummary {
  readonly function: string;
  /** Where the policy came from: the key of its record, or `bundle`. */
  readonly policy: string;
  readonly targets: readonly TargetSummary[];
  /** Set where the event came too late for this function, and nothing was run. */
  readonly stale?: { readonly triggered: string; readonly ageSeconds: number };
  /** Targets for which no time was left; they come first in the next invocation. */
  readonly postponed?: readonly string[];
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
  /** Ends what takes too long. Default: by the machine's time. */
  readonly timeout?: Timeout;
  /** Numbers in [0, 1), which draw the order of targets. Default: Math.random. */
  readonly random?: () => number;
  /** Takes each log line. Default: standard output. */
  readonly write?: (line: string) => void;
}

/** How a function is begun. */
export interface HandlerOptions extends HandlerParts {
  /** Events of the audit trail that begin a run on the resources that they are about. Default: none; a timer begins every run. */
  readonly subscription?: EventSubscription;
  /**
   * An event of a timer that is older than this, in milliseconds, is dropped: for functions that must not act late. Default: none is, since a
   * run plans from now.
   */
  readonly staleAfterMs?: number;
  /** True for a function that needs the targets in the order of the policy. Default: those that have waited longest come first. */
  readonly keepsOrder?: boolean;
  /**
   * Makes the links by which renewals can be approved, and checks answers by link, from the environment and the name of the store; says what cannot be
   * used. Default: questions go out without links, and no answer by link approves anything.
   */
  readonly links?: (environment: Environment, say: (text: string) => void, storeName: string) => ApprovalLinks;
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
  const source = policySource();
  // What a process remembers of what it told, so that storms stay small.
  const pace = new Pace(parts.clock ?? systemClock);
  const memory = new HourlyMemory();
  return async (event, context) => {
    const log = jsonLog({ requestId: context.requestId, function: runner.name }, parts.write);
    try {
      return await invoke(runner, event, context, log, { ...parts, source, pace, memory });
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
  {
    clock = systemClock,
    environment = process.env,
    subscription,
    links,
    staleAfterMs,
    keepsOrder,
    random = Math.random,
    timeout = AbortSignal.timeout,
    source,
    pace,
    memory,
  }: HandlerOptions & { readonly source: ReturnType<typeof policySource>; readonly pace: Pace; readonly memory: HourlyMemory },
): Promise<InvocationSummary> {
  const startMs = clock.now();
  const endMs = endOf(context, startMs);
  const settings = readSettings(environment);
  const bundled = await readBundled(settings.policyFile);
  if (!bundled.policy && settings.store === undefined) throw bundled.error;
  const identity = functionRoleCredentials(context.credentials, environment);
  const access = { credentials: identity, clock, environment, simulator: settings.simulator };
  const address = agreedAddress(settings.store, bundled.policy?.store);
  const inUse = await source({ bundled, address, log, store: openStore(settings, bundled.policy?.store, access) });
  const { store } = inUse;
  const policy = withRoleSuffix(inUse.policy, settings.targetRoleSuffix);
  const place = { functionName: runner.name, nowMs: startMs, staleAfterMs, policy, settings, environment, log };
  const { items, stale } = workOf(eventText(event), subscription, place);
  if (stale) {
    log('warn', 'stale', stale);
    return { function: runner.name, policy: inUse.from, targets: [], stale };
  }
  const told = (line: string): void => log('warn', 'told', { text: line });
  const notifier = notifierOf(openChannels(policy, { environment, clock, write: told }), consoleChannel(told), pace);
  if (!settings.observe) await tellBroken(inUse, { functionName: runner.name, notifier, memory, nowMs: startMs, log });

  const run = keepsOrder
    ? items
    : await inTurn(items, { functionName: runner.name, store, nowMs: startMs, invocationMs: (endMs ?? startMs) - startMs, log, random });
  const { summaries, failures, postponed } = await runTargets(run, {
    ...{ runner, policy, store, clock, settings, identity, notifier, memory, log, subscription, endMs, timeout },
    ...links?.(environment, (text) => log('warn', 'links-off', { text }), store.name),
  });
  if (postponed.length > 0) log('warn', 'postponed', { targets: postponed });
  const summary = {
    ...{ function: runner.name, policy: inUse.from, targets: items.flatMap(({ target }) => summaries.get(target) ?? []) },
    ...(postponed.length === 0 ? {} : { postponed }),
  };
  const failed = items.flatMap(({ target }) => (failures.has(target) ? [placeName(target)] : []));
  if (failed.length > 0) throw new RunFailedError(summary, failed);
  return summary;
}
