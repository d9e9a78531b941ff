import { type FailedInvocation, parseFailedInvocation } from '../../events/async-destination.ts';
import { eventText } from '../../events/read-event.ts';
import { functionRoleCredentials } from '../client/credentials/function-role.ts';
import { redact } from '../client/redact.ts';
import { systemClock } from '../client/system-clock.ts';
import { runError } from '../engine/report.ts';
import { consoleChannel } from '../notify/console-channel.ts';
import type { Message } from '../notify/message.ts';
import { notifierOf } from '../notify/notifier.ts';
import { openChannels } from '../notify/open-channels.ts';
import type { FunctionContext } from './context.ts';
import type { HandlerParts } from './handle.ts';
import { jsonLog, type Log } from './log.ts';
import { noStore } from './no-store.ts';
import { policySource, readBundled } from './policy-source.ts';
import { readSettings } from './settings.ts';
import { agreedAddress, storeOf } from './store.ts';

/** What an invocation that tells of a failure answers. `before`: the same was told within the hour. `nothing`: nothing had failed. */
export interface FailureSummary {
  readonly function: string;
  readonly told: 'now' | 'before' | 'nothing';
}

/** Nobody could be told of a failure, so the invocation fails and is retried. `code` is `NotTold`; the log says why. */
class NotToldError extends Error {
  readonly code = 'NotTold';
  constructor(failed: string) {
    super(
      `Nobody could be told that ${failed} failed: see the log lines of this request for why, and repair the channels under tell.failed.`,
    );
    this.name = 'NotToldError';
  }
}

const name = 'report-failure';
const hourMs = 3_600_000;

/** Errors whose texts are written in here: they quote nothing from outside. */
const ownErrors: readonly string[] = [
  'RunFailedError',
  'SettingsError',
  'EventError',
  'PolicyFormatError',
  'StoreError',
  'CredentialsError',
];

/**
 * The handler of the function that Function Compute tells when an invocation of another failed. It tells people on the channels under
 * `tell.failed`, also of what a function cannot tell by itself: that it ran out of time or memory, or never began. One kind of failure of one
 * function is told once an hour, as far as an instance remembers; the id of the message is the same then, so that receivers can drop repeats.
 */
export function createFailureReporter(parts: HandlerParts = {}): (event: Uint8Array, context: FunctionContext) => Promise<FailureSummary> {
  const source = policySource();
  const told = new Map<string, number>();
  return async (event, context) => {
    const log = jsonLog({ requestId: context.requestId, function: name }, parts.write);
    try {
      return await report(event, context, log, { ...parts, source, told });
    } catch (error) {
      log('error', 'failed', { ...runError(error) });
      throw error;
    }
  };
}

interface Reporting extends HandlerParts {
  readonly source: ReturnType<typeof policySource>;
  /** The hour in which each kind of failure was told last. */
  readonly told: Map<string, number>;
}

async function report(
  event: Uint8Array,
  context: FunctionContext,
  log: Log,
  { clock = systemClock, environment = process.env, source, told }: Reporting,
): Promise<FailureSummary> {
  const failure = parseFailedInvocation(eventText(event));
  if (failure === undefined) return { function: name, told: 'nothing' };
  const { functionName, requestId, condition, errorType } = failure;
  const nowMs = clock.now();
  const hour = Math.floor(nowMs / hourMs);
  const kind = `${functionName}/${errorType ?? condition}`;
  log('warn', 'failure', { failed: functionName, failedRequest: requestId, condition, errorType });
  if (told.get(kind) === hour) return { function: name, told: 'before' };

  const settings = readSettings(environment);
  const bundled = await readBundled(settings.policyFile);
  const address = agreedAddress(settings.store, bundled.policy?.store);
  const credentials = functionRoleCredentials(context.credentials, environment);
  const store = address === undefined ? noStore : storeOf(address, { credentials, clock, environment, simulator: settings.simulator });
  const { policy } = await source({ bundled, address, log, store });
  const line = (text: string): void => log('warn', 'told', { text });
  const notifier = notifierOf(openChannels(policy, { environment, clock, write: line }), consoleChannel(line));
  const { delivered, failed } = await notifier.send(policy.tell['failed'] ?? [], messageOf(failure, `failure/${kind}/${hour}`, nowMs));
  for (const dead of failed) log('error', 'channel', { ...dead });
  if (!delivered) throw new NotToldError(functionName);
  told.set(kind, hour);
  return { function: name, told: 'now' };
}

function messageOf(
  { functionName, requestId, condition, attempts, errorType, errorMessage }: FailedInvocation,
  id: string,
  timeMs: number,
): Message {
  const known = errorMessage !== undefined && (errorType === undefined || ownErrors.includes(errorType));
  const often = attempts !== undefined && attempts > 1 ? `, after ${attempts} attempts` : '';
  const what = known ? redact(errorMessage) : `The error's text is in the log only.`;
  return {
    id,
    timeMs,
    // An automation plans anew within minutes; what a renewal does not do may lapse.
    severity: functionName.endsWith('renew-before-expiry') ? 'critical' : 'warning',
    title: `${functionName} failed`,
    text: `${redact(errorType ?? condition, [], 80)}${often}: ${what} Its log lines carry the request id ${redact(requestId, [], 80)}. The next run goes on from what it finds.`,
    data: { function: functionName, requestId: redact(requestId, [], 80) },
  };
}
