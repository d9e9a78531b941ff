import type { Clock, EpochMs } from '../client/clock.ts';
import type { CredentialsProvider } from '../client/credentials.ts';
import type { TriggerEvent } from '../engine/automation.ts';
import { type RunReport, runError } from '../engine/report.ts';
import type { Runner, RunnerOptions } from '../engine/runner.ts';
import { writtenScope } from '../journal/intents/intent-log.ts';
import type { HourlyMemory } from '../notify/hourly-memory.ts';
import { readFormats } from '../policy/codec.ts';
import { targetClient } from './clients.ts';
import type { EventsTaken } from './event-turns.ts';
import { placeName, type Timeout, turnSignal } from './fair-order.ts';
import { type Log, logReport, summaryOf, type TargetSummary } from './log.ts';
import type { Settings } from './settings.ts';
import { tellDamaged, tellTargetFailed } from './tell-failures.ts';
import type { EventSubscription, WorkItem } from './work.ts';

/** Time that is kept for reporting before the platform ends the invocation, in milliseconds: then nothing is observed any more. */
const reportMs = 10_000;

/** So many ids that are left to the sweep are logged; the others are counted. */
const idsLogged = 20;

/** What the turns of an invocation share. */
export interface TargetRun extends Pick<RunnerOptions, 'policy' | 'store' | 'approvalLink' | 'proveLink'> {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly settings: Settings;
  /** The identity of the function, which assumes the roles of targets. */
  readonly identity: CredentialsProvider;
  readonly notifier: NonNullable<RunnerOptions['notifier']>;
  readonly memory: HourlyMemory;
  readonly log: Log;
  readonly subscription: EventSubscription | undefined;
  /** When the platform ends the invocation; undefined where it does not say. */
  readonly endMs: EpochMs | undefined;
  readonly timeout: Timeout;
}

/** What became of the targets of an invocation. */
export interface Taken {
  readonly summaries: ReadonlyMap<WorkItem['target'], TargetSummary>;
  readonly failures: ReadonlySet<WorkItem['target']>;
  /** Names of those for which no time was left. */
  readonly postponed: readonly string[];
}

/** Runs one target after the other. Each has its part of the time, and one that fails keeps none of the others from its run. */
export async function runTargets(items: readonly WorkItem[], run: TargetRun): Promise<Taken> {
  const { runner, policy, store, clock, settings, notifier, memory, log, endMs, timeout } = run;
  const stopMs = endMs === undefined ? undefined : endMs - reportMs;
  const signal = stopMs === undefined ? undefined : timeout(Math.max(0, stopMs - clock.now()));
  const summaries = new Map<WorkItem['target'], TargetSummary>();
  const failures = new Set<WorkItem['target']>();
  const postponed: string[] = [];
  for (const [index, item] of items.entries()) {
    const { target } = item;
    if (signal?.aborted) {
      postponed.push(placeName(target));
      continue;
    }
    const telling = { functionName: runner.name, policy, store, notifier, memory, log };
    try {
      const turn = turnSignal(signal, { endMs: stopMs, nowMs: clock.now(), left: items.length - index, timeout });
      const { report, left } = await runTarget(item, turn, run);
      for (const [why, ids] of Object.entries(left)) {
        const fails = why === 'crowded-out' || why === 'deadline-near';
        if (fails) failures.add(target);
        log(fails ? 'error' : 'warn', 'left-to-sweep', {
          target: placeName(target),
          why,
          count: ids.length,
          resources: ids.slice(0, idsLogged),
        });
      }
      if (report === undefined && item.awaited) log('info', 'nothing-awaited', { target: placeName(target) });
      else if (report === undefined) log('info', 'queued', { target: placeName(target), resources: item.triggerEvents?.length });
      else summaries.set(target, summaryOf(report));
      if (report?.failed) failures.add(target);
      if (report && !settings.observe) await tellDamaged(report, { ...telling, nowMs: clock.now() });
    } catch (error) {
      // One target's failure, be it a defect, must not keep the others from their run.
      failures.add(target);
      log('error', 'target-failed', { target: placeName(target), ...runError(error) });
      if (!settings.observe) await tellTargetFailed(error, target, { ...telling, nowMs: clock.now() });
    }
  }
  return { summaries, failures, postponed };
}

/** One target: the whole of it, or what events were about. */
async function runTarget(
  { target, triggerEvents, awaited }: WorkItem,
  signal: AbortSignal | undefined,
  { runner, policy, store, clock, settings, identity, notifier, log, subscription, endMs, approvalLink, proveLink }: TargetRun,
): Promise<EventsTaken> {
  const { simulator, observe } = settings;
  const shared: RunnerOptions = {
    client: targetClient(target, { identity, clock, simulator }),
    mode: observe ? 'plan' : 'apply',
    world: simulator === undefined ? 'the cloud' : `the simulator ${simulator}`,
    ...{ target, policy, store, clock, signal, deadlineMs: endMs, notifier, approvalLink, proveLink, policyFormats: readFormats },
  };
  const named = awaited && subscription ? await subscription.awaited(store, runner.name, target, clock.now()) : triggerEvents;
  if (awaited && named?.length === 0) return { report: undefined, left: {} };
  const run = (on?: readonly TriggerEvent[]): Promise<RunReport> => runner.run({ ...shared, triggerEvents: on });
  const onReport = (report: RunReport): void => logReport(log, report);
  if (named !== undefined && subscription) {
    // What only observes writes nothing, and meets nobody; what a timer began meets nobody either.
    const scope = `${writtenScope(target)}.${target.name}`;
    const queue = observe || awaited ? undefined : { store, functionName: runner.name, scope };
    return subscription.take({ triggerEvents: named, clock, signal, endMs, queue, run, onReport });
  }
  const report = await run();
  onReport(report);
  return { report, left: {} };
}
