import type { EpochMs } from '../../shared/client/clock.ts';
import { functionRoleCredentials } from '../../shared/client/credentials/function-role.ts';
import { sha256 } from '../../shared/client/hmac.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { runError } from '../../shared/engine/report.ts';
import { criticalRoute, NotToldError } from '../../shared/engine/telling/critical.ts';
import { withForged } from '../../shared/engine/telling/once.ts';
import { type FailedInvocation, parseFailedInvocation } from '../../shared/fc/events/async-destination.ts';
import { eventText } from '../../shared/fc/events/read-event.ts';
import type { HandlerParts } from '../../shared/fc/handle.ts';
import { jsonLog, type Log } from '../../shared/fc/log.ts';
import { policySource, readBundled } from '../../shared/fc/policy-source.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { agreedAddress, noStore, storeOf } from '../../shared/fc/store.ts';
import { type AlertName, alertId, type Mark, readMarks, recordTold } from '../../shared/journal/log/alerts.ts';
import { JournalError, type Store, StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { consoleChannel } from '../../shared/notify/console-channel.ts';
import { hourOf } from '../../shared/notify/hourly-memory.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf, Pace } from '../../shared/notify/notifier.ts';
import { openChannels } from '../../shared/notify/open-channels.ts';
import { spreadOf } from '../../shared/policy/fan-out.ts';

/**
 * What an invocation that tells of a failure answers. `before`: this very failure was told, or enough of its kind within the hour. `nothing`:
 * nothing had failed. `foreign`: the event is not about a function of this installation, and nobody is told.
 */
export interface FailureSummary {
  readonly function: string;
  readonly told: 'now' | 'before' | 'nothing' | 'foreign';
}

const name = 'report-failure';

/** So many failures of one kind of one function are told within an hour: one that somebody made up leaves room for the true ones. */
const mostPerHour = 4;

/** What our own errors mean, by their classes. Nothing else of an event is ever quoted: what it says can be anybody's text. */
const meanings: Readonly<Record<string, string>> = {
  RunFailedError:
    'a run failed, and has told by itself what and why, as far as it could. If nothing came, look at the channels under tell.',
  DispatchFailedError: "it could not begin runs of other functions. Run 'streamwarden doctor', which compares what is deployed.",
  SettingsError: "it is set up wrongly. Run 'streamwarden doctor', which names the variable, and deploy again.",
  PolicyFormatError: "its policy cannot be read. Compile and deploy it again, or run 'streamwarden rollback'.",
  StoreError: "the journal could not be used. Run 'streamwarden doctor', which tries the store and the permissions of the role.",
  JournalError: "the journal holds something that cannot be trusted. Run 'streamwarden journal verify', which names the record.",
  CredentialsError: "it got no usable keys. Look at its role with 'streamwarden doctor'.",
  EventError: 'something invoked it with an event that it does not know. Look at its triggers.',
};
const otherMeaning =
  "it broke off: by a defect, for want of time or memory, or the platform dropped the event. If it goes on, give it more memory or time, and run 'streamwarden doctor'.";

/**
 * The handler of the function that Function Compute tells when an invocation of another failed. It tells people on the channels under
 * `tell.failed`, also of what a function cannot tell by itself: that it ran out of time or memory, or never began. Only events about functions of
 * its own account, region and prefix count, and no text of theirs is quoted. Each failed request is told once, by the journal, and four of one kind of
 * one function within an hour at most.
 */
export function createFailureReporter(parts: HandlerParts = {}): (event: Uint8Array, context: FunctionContext) => Promise<FailureSummary> {
  const source = policySource();
  const pace = new Pace(parts.clock ?? systemClock);
  const told = new Map<string, EpochMs>();
  return async (event, context) => {
    const log = jsonLog({ requestId: context.requestId, function: name }, parts.write);
    try {
      return await report(event, context, log, { ...parts, source, pace, told });
    } catch (error) {
      log('error', 'failed', { ...runError(error) });
      throw error;
    }
  };
}

interface Reporting extends HandlerParts {
  readonly source: ReturnType<typeof policySource>;
  readonly pace: Pace;
  /** When this process told which failures, by their marks. */
  readonly told: Map<string, EpochMs>;
}

async function report(
  event: Uint8Array,
  context: FunctionContext,
  log: Log,
  { clock = systemClock, environment = process.env, source, pace, told }: Reporting,
): Promise<FailureSummary> {
  const failure = parseFailedInvocation(eventText(event));
  if (failure === undefined) return { function: name, told: 'nothing' };
  const prefix = prefixOf(context, environment);
  if (!isOwn(failure, context, prefix)) {
    log('error', 'foreign-event', {
      advice: 'Find out who may invoke this function: only Function Compute should, as destination.onFailure.',
    });
    return { function: name, told: 'foreign' };
  }
  const nowMs = clock.now();
  const kind = Object.hasOwn(meanings, failure.errorType ?? '') ? String(failure.errorType) : 'Unhandled';
  log('warn', 'failure', { failed: failure.functionName, failedRequest: requestOf(failure), kind });
  const marks = markNames(failure, kind, nowMs);
  const settings = readSettings(environment);
  const bundled = await readBundled(settings.policyFile);
  const address = agreedAddress(settings.store, bundled.policy?.store);
  const credentials = functionRoleCredentials(context.credentials, environment);
  const store = address === undefined ? noStore : storeOf(address, { credentials, clock, environment, simulator: settings.simulator });
  const known = await marksOf(store, marks, nowMs, log);
  const place = placeFor(marks, known, told);
  if (place === undefined) return { function: name, told: 'before' };

  const { policy } = await source({ bundled, address, log, store });
  const line = (text: string): void => log('warn', 'told', { text });
  const notifier = notifierOf(openChannels(policy, { environment, clock, write: line }), consoleChannel(line), pace);
  const forged = known?.find((mark) => mark.forged !== undefined)?.forged;
  const message = withForged(messageOf(failure, kind, alertId(marks.request), `${prefix}-renew-before-expiry`, nowMs), forged);
  const channels = policy.tell['failed'] ?? [];
  const routes = message.severity === 'critical' ? criticalRoute(policy, channels) : [channels];
  const dead: string[] = [];
  let delivered = false;
  for (const route of routes.length > 0 ? routes : [[]]) {
    if (delivered) break;
    const answer = await notifier.send(route, message);
    for (const each of answer.failed) {
      log('error', 'channel', { ...each });
      dead.push(`${each.channel}: ${each.because}`);
    }
    // A log line is nobody where somebody has to act.
    delivered = answer.delivered && (route.length > 0 || message.severity !== 'critical');
  }
  if (!delivered) throw new NotToldError(`that ${failure.functionName} failed`, dead);
  for (const mark of [marks.request, place]) told.set(alertId(mark), nowMs);
  for (const [id, atMs] of told) if (nowMs - atMs > 86_400_000) told.delete(id);
  await write(store, [marks.request, place], marks, known, message, log);
  return { function: name, told: 'now' };
}

/** What the names of the functions of this installation begin with: as this function's own name says, else as the environment does. */
function prefixOf({ function: own }: FunctionContext, environment: Readonly<Record<string, string | undefined>>): string {
  const suffix = `-${name}`;
  if (own?.name?.endsWith(suffix)) return own.name.slice(0, -suffix.length);
  return environment['STREAMWARDEN_PREFIX']?.trim() || 'streamwarden';
}

/**
 * True for a function beside this one: of the same account and region, by the context that the platform gives, and of the same installation. A name
 * that no function has would carry whatever somebody wants people to read.
 */
function isOwn({ account, region, functionName }: FailedInvocation, context: FunctionContext, prefix: string): boolean {
  if (account === '' || account !== context.accountId || region !== context.region || !functionName.startsWith(`${prefix}-`)) return false;
  const own = functionName.slice(prefix.length + 1);
  return own === 'dispatch' || spreadOf(own) !== undefined;
}

interface MarkNames {
  /** The failed request. */
  readonly request: AlertName;
  /** The places for failures of its kind within this hour. */
  readonly places: readonly AlertName[];
}

function markNames({ account, functionName, requestId }: FailedInvocation, kind: string, nowMs: EpochMs): MarkNames {
  const named = (step: string): AlertName => ({ account, resource: functionName, expiresAtMs: undefined, step });
  return {
    request: named(`request-${kind}-${sha256(requestId).slice(0, 32)}`),
    places: Array.from({ length: mostPerHour }, (_, index) => named(`hour-${hourOf(nowMs)}-${kind}-${index + 1}`)),
  };
}

/** What the journal says of the request and of the places, in this order; undefined where it cannot be read. */
async function marksOf(store: Store, { request, places }: MarkNames, nowMs: EpochMs, log: Log): Promise<readonly Mark[] | undefined> {
  try {
    return await runStoring(store, readMarks({ functionName: name, nowMs }, [request, ...places]));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log('error', 'journal', { ...runError(error) });
    return undefined;
  }
}

/** The place of this hour that a failure takes; undefined where it was told, or its kind often enough. */
function placeFor(
  { request, places }: MarkNames,
  known: readonly Mark[] | undefined,
  told: ReadonlyMap<string, EpochMs>,
): AlertName | undefined {
  const isTold = (mark: AlertName, index: number): boolean => told.has(alertId(mark)) || known?.[index]?.toldAtMs !== undefined;
  if (isTold(request, 0)) return undefined;
  return places.find((place, index) => !isTold(place, index + 1));
}

/** Writes that a failure was told. Where the journal fails, this process remembers it. */
async function write(
  store: Store,
  written: readonly AlertName[],
  { request, places }: MarkNames,
  known: readonly Mark[] | undefined,
  { timeMs, severity, title }: Message,
  log: Log,
): Promise<void> {
  if (store === noStore || known === undefined) return;
  const all = [request, ...places];
  try {
    for (const mark of written) {
      const place = known[all.indexOf(mark)]?.place;
      if (place === undefined) continue;
      await runStoring(store, recordTold(name, mark, { owner: sha256(title + timeMs), atMs: timeMs }, { severity, title, place }));
    }
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof JournalError)) throw error;
    log('error', 'journal', { ...runError(error) });
  }
}

function messageOf(failure: FailedInvocation, kind: string, id: string, ordering: string, timeMs: number): Message {
  const { functionName, attempts } = failure;
  const request = requestOf(failure);
  const often = attempts !== undefined && attempts > 1 ? `, after ${attempts} attempts` : '';
  return {
    id,
    timeMs,
    // An automation plans anew within minutes; what a renewal does not do may lapse.
    severity: functionName === ordering ? 'critical' : 'warning',
    title: `${functionName} failed`,
    text: `${kind}${often}: ${meanings[kind] ?? otherMeaning} The next run goes on from what it finds.${request === undefined ? '' : ` The request was ${request}.`}`,
    data: { function: functionName, kind },
  };
}

/** The id of the request, where it is one as the platform makes them. */
function requestOf({ requestId }: FailedInvocation): string | undefined {
  return /^[\w*-]{1,64}$/.test(requestId) ? requestId : undefined;
}
