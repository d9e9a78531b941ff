import type { EpochMs } from '../client/clock.ts';
import { type HourlyMemory, hourOf } from '../engine/renewals/alarms.ts';
import { runError } from '../engine/report.ts';
import { listed } from '../engine/telling/listed.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import type { Log } from './log.ts';

/** Where a run did not even come to an end. */
interface FailedPlace {
  readonly functionName: string;
  /** The target, as logs name it. */
  readonly target: string;
  readonly policy: CompiledPolicy;
  readonly notifier: Notifier;
  readonly memory: HourlyMemory;
  readonly nowMs: EpochMs;
  readonly log: Log;
}

/**
 * Tells that a run could not be made or broke off, so that it could not tell by itself: on the channels for failures, once an hour as far as
 * this process remembers. A channel that does not deliver is logged.
 */
export async function tellTargetFailed(error: unknown, place: FailedPlace): Promise<void> {
  const { functionName, target, policy, notifier, memory, nowMs, log } = place;
  const channels = policy.tell['failed'] ?? [];
  const { code, message } = runError(error);
  const id = `failed/${functionName}/${target}/${code}`;
  if (channels.length === 0 || !memory.isFirst(id, nowMs)) return;
  const { failed } = await notifier.send(channels, {
    id: `${id}@${hourOf(nowMs)}`,
    timeMs: nowMs,
    severity: 'critical',
    title: `${functionName} failed on ${target}`,
    text: `${listed([`${code}: ${message}`])}. Nothing more was done there in this run; see the log of the function.`,
    data: { function: functionName, target, codes: [code] },
  });
  for (const { channel, because } of failed) log('warn', 'channel-dead', { channel, because });
}
