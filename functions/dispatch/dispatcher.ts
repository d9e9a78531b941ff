import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import { functionRoleCredentials } from '../../shared/client/credentials/function-role.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { runError } from '../../shared/engine/report.ts';
import { eventText } from '../../shared/fc/events/read-event.ts';
import { parseTimerEvent } from '../../shared/fc/events/timer.ts';
import { jsonLog, type Log } from '../../shared/fc/log.ts';
import { policySource, readBundled } from '../../shared/fc/policy-source.ts';
import { type Environment, endOf, type FunctionContext, readSettings } from '../../shared/fc/settings.ts';
import { type Invoker, invocationHost, signingInvoker } from '../../shared/fc/signing-invoker.ts';
import { agreedAddress, storeOf } from '../../shared/fc/store.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type { DispatchPlan, DispatchRequest, DispatchTask } from './plan.ts';

/** What became of one task. */
interface Dispatched {
  readonly task: string;
  readonly outcome: 'accepted' | 'duplicate' | 'done' | 'failed';
}

/** What an invocation answers. */
export interface DispatchSummary {
  readonly function: 'dispatch';
  readonly slot: string;
  readonly tasks: readonly Dispatched[];
  /** Functions that were not begun, and why: `renew-before-expiry: not-spread`. */
  readonly refused: readonly string[];
}

/** Thrown at the end of an invocation in which something could not be begun, after all was tried. `code` is `DispatchFailed`. */
export class DispatchFailedError extends Error {
  readonly code = 'DispatchFailed';
  readonly summary: DispatchSummary;
  constructor(summary: DispatchSummary, failed: readonly string[]) {
    super(`Not begun, or failed: ${failed.join(', ')}. See the log lines of this request; the next timer begins them anew.`);
    this.name = 'DispatchFailedError';
    this.summary = summary;
  }
}

/** Says what is to be begun. Pure. */
type Planning = (desired: DispatchRequest) => DispatchPlan;

/** Replaceable parts, for tests. */
export interface DispatcherParts {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the process's. */
  readonly environment?: Environment;
  /** Takes each log line. Default: standard output. */
  readonly write?: (line: string) => void;
}

/** Tasks that are handed over at once. */
const width = 8;

/** What is kept of an invocation's time to say what became of it, in milliseconds. */
const reportMs = 5_000;

/** No function is begun in place with less time than this, in milliseconds: it would only stop at once. */
const leastMs = 20_000;

/**
 * The handler of `dispatch`: on a timer it begins each function of the payload once for each target, and for each region where the target says so.
 * What concerns one target or region only runs here, so that a small account needs no other function.
 */
export function createDispatcher(
  plan: Planning,
  parts: DispatcherParts = {},
): (event: Uint8Array, context: FunctionContext) => Promise<DispatchSummary> {
  const source = policySource();
  return async (event, context) => {
    const log = jsonLog({ requestId: context.requestId, function: 'dispatch' }, parts.write);
    try {
      return await dispatch(event, context, log, { ...parts, plan, source });
    } catch (error) {
      log('error', 'failed', { ...runError(error) });
      throw error;
    }
  };
}

async function dispatch(
  event: Uint8Array,
  context: FunctionContext,
  log: Log,
  {
    clock = systemClock,
    environment = process.env,
    plan,
    source,
  }: DispatcherParts & { readonly plan: Planning; readonly source: ReturnType<typeof policySource> },
): Promise<DispatchSummary> {
  const startMs = clock.now();
  const endMs = endOf(context, startMs) ?? Number.POSITIVE_INFINITY;
  const settings = readSettings(environment);
  const timer = parseTimerEvent(eventText(event));
  const identity = functionRoleCredentials(context.credentials, environment);

  const bundled = await readBundled(settings.policyFile);
  const address = agreedAddress(settings.store, bundled.policy?.store);
  const access = { credentials: identity, clock, environment, simulator: settings.simulator };
  if (!bundled.policy && address === undefined) throw bundled.error;
  const policy =
    address === undefined
      ? (bundled.policy as CompiledPolicy)
      : (await source({ bundled, address, log, store: storeOf(address, access) })).policy;

  const target = settings.target ?? timer?.target;
  if (target !== undefined && !Object.hasOwn(policy.targets, target)) {
    const known = Object.keys(policy.targets).join(', ');
    const message = `The policy has no target '${target}'; it has ${known}. Change STREAMWARDEN_TARGET or the trigger's payload.`;
    throw new DispatchError('UnknownTarget', message);
  }
  const triggerTime = new Date(timer?.triggeredAtMs ?? startMs).toISOString();
  // To the minute, as timers fire; begun by hand each time is a new slot, to the second.
  const slot = `${triggerTime.slice(0, timer ? 16 : 19).replace(/[-:]/g, '')}Z`;
  const { tasks, refused, idle } = plan({ policy, functions: timer?.functions, target, triggerTime, slot });
  for (const { functionName, code, text } of refused) log('error', 'refused', { name: functionName, code, text });

  const inPlace = new Set(tasks.map((task) => JSON.stringify([task.target, task.region]))).size < 2;
  const deployment = deploymentOf(context, environment);
  const invoker = () => signingInvoker({ endpoint: deployment.endpoint(), credentials: identity, clock, deadlineMs: endMs - reportMs });
  const dispatched = inPlace
    ? await runAll(tasks, { context, clock, endMs, folder: deployment.codeFolder, log })
    : await fanOut(tasks, invoker(), { prefix: deployment.prefix, log });

  const summary: DispatchSummary = {
    ...{ function: 'dispatch', slot, tasks: dispatched },
    refused: refused.map(({ functionName, code }) => `${functionName}: ${code}`),
  };
  log('info', 'dispatched', { slot, inPlace, ...countsOf(dispatched), refused: summary.refused, idle });
  const failed = [...dispatched.flatMap(({ task, outcome }) => (outcome === 'failed' ? [task] : [])), ...summary.refused];
  if (failed.length > 0) throw new DispatchFailedError(summary, failed);
  return summary;
}

/** Runs tasks here, one after another, each with the time that is left; what has none left fails, and comes with the next timer. */
async function runAll(
  tasks: readonly DispatchTask[],
  place: { readonly context: FunctionContext; readonly clock: Clock; readonly endMs: EpochMs; readonly folder: string; readonly log: Log },
): Promise<readonly Dispatched[]> {
  const { context, clock, endMs, folder, log } = place;
  const done: Dispatched[] = [];
  for (const task of tasks) {
    const leftMs = endMs - clock.now();
    try {
      if (leftMs < leastMs) throw noTimeLeft(task, leftMs);
      const timeout = Number.isFinite(leftMs) ? Math.floor(leftMs / 1000) : undefined;
      await runInPlace(task, { ...context, function: { ...context.function, timeout } }, folder);
      done.push({ task: task.id, outcome: 'done' });
    } catch (error) {
      // The function has said in its own log lines what went wrong; the others have their run all the same.
      log('error', 'task-failed', { task: task.id, ...runError(error) });
      done.push({ task: task.id, outcome: 'failed' });
    }
  }
  return done;
}

function noTimeLeft({ functionName }: DispatchTask, leftMs: number): DispatchError {
  const message = `Only ${Math.round(leftMs / 1000)} s were left: raise the timeout of dispatch, or deploy ${functionName} on a timer of its own.`;
  return new DispatchError('NoTimeLeft', message);
}

/** Hands over all tasks, a few at once. One that is refused keeps no other from being handed over. */
async function fanOut(
  tasks: readonly DispatchTask[],
  invoker: Invoker,
  { prefix, log }: { readonly prefix: string; readonly log: Log },
): Promise<readonly Dispatched[]> {
  const outcomes = new Map<DispatchTask, Dispatched['outcome']>();
  const waiting = tasks.values();
  const work = async (): Promise<void> => {
    for (const task of waiting) {
      try {
        outcomes.set(task, await invoker.invokeAsync(`${prefix}-${task.functionName}`, task.payload, task.id));
      } catch (error) {
        log('error', 'task-failed', { task: task.id, ...runError(error) });
        outcomes.set(task, 'failed');
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, work));
  return tasks.map((task) => ({ task: task.id, outcome: outcomes.get(task) ?? 'failed' }));
}

function countsOf(dispatched: readonly Dispatched[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of dispatched) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Where this function and its siblings are deployed. */
interface Deployment {
  /** `STREAMWARDEN_PREFIX`: what the names of all functions begin with. Default: `streamwarden`. */
  readonly prefix: string;
  /** Folder of the deployed code. */
  readonly codeFolder: string;
  /** Where functions are invoked: `STREAMWARDEN_FC_ENDPOINT`, else that of the function's own account and region. @throws DispatchError `InvocationsUnknown` */
  endpoint(): string;
}

/** Reads where this function is deployed; empty variables count as absent. */
function deploymentOf(context: FunctionContext, environment: Environment): Deployment {
  const given = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return {
    prefix: given('STREAMWARDEN_PREFIX') ?? 'streamwarden',
    codeFolder: given('FC_FUNC_CODE_PATH') ?? process.cwd(),
    endpoint() {
      const account = context.accountId ?? given('FC_ACCOUNT_ID');
      const region = context.region ?? given('FC_REGION');
      const endpoint = given('STREAMWARDEN_FC_ENDPOINT') ?? (account && region ? invocationHost(account, region) : undefined);
      if (endpoint !== undefined) return endpoint;
      throw new DispatchError(
        'InvocationsUnknown',
        'Neither the context nor FC_ACCOUNT_ID and FC_REGION say where functions are invoked: set STREAMWARDEN_FC_ENDPOINT to ACCOUNT.REGION.fc.aliyuncs.com.',
      );
    },
  };
}

/** The handler of another function, from the file that the build put beside this one. */
type BesideHandler = (event: Uint8Array, context: FunctionContext) => Promise<unknown>;

/**
 * Runs a task in this process: the file of its function is loaded now, and not before. The functions know nothing of each other; they meet
 * here, at run time.
 * @param codeFolder folder of the deployed code
 * @throws DispatchError `FunctionNotBeside`, and whatever the function throws
 */
async function runInPlace(task: DispatchTask, context: FunctionContext, codeFolder: string): Promise<unknown> {
  const file = path.join(codeFolder, 'functions', `${task.functionName}.js`);
  if (!existsSync(file)) {
    const message = `${task.functionName} has only one target and is to run here, but ${file} is missing: deploy the whole folder dist/dispatch.`;
    throw new DispatchError('FunctionNotBeside', message);
  }
  const { handler } = createRequire(path.join(codeFolder, 'index.js'))(file) as { readonly handler: BesideHandler };
  return handler(Buffer.from(task.payload, 'utf8'), context);
}

/** Something cannot be dispatched. The message says what to change. */
class DispatchError extends Error {
  readonly code: 'UnknownTarget' | 'InvocationsUnknown' | 'FunctionNotBeside' | 'NoTimeLeft';
  constructor(code: DispatchError['code'], message: string) {
    super(message);
    this.name = 'DispatchError';
    this.code = code;
  }
}
