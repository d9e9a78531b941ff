import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../client/clock.ts';
import { sha256 } from '../client/hmac.ts';
import { type HourlyMemory, hourOf } from '../engine/renewals/alarms.ts';
import { runError } from '../engine/report.ts';
import { failureText } from '../engine/telling/failure.ts';
import { tellOnce } from '../engine/telling/once.ts';
import type { Store } from '../journal/store.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import type { Log } from './log.ts';
import { placeName } from './turns.ts';

/** Where a run did not even come to an end. */
interface FailedPlace {
  readonly functionName: string;
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
  readonly store: Store;
  readonly notifier: Notifier;
  readonly memory: HourlyMemory;
  readonly nowMs: EpochMs;
  readonly log: Log;
}

/**
 * Tells that a run could not be made or broke off, so that it could not tell by itself: on the channels for failures, once an hour whoever runs,
 * by the journal, or as far as this process remembers where that cannot be used. A channel that does not deliver is logged.
 */
export async function tellTargetFailed(error: unknown, place: FailedPlace): Promise<void> {
  const { functionName, target, policy, nowMs, log } = place;
  const channels = policy.tell['failed'] ?? [];
  if (channels.length === 0) return;
  const { code, message } = runError(error);
  const where = placeName(target);
  const step = `broke-off-${hourOf(nowMs)}-${sha256(code).slice(0, 8)}`;
  const name = { account: target.account, resource: `${functionName}@${where}`, expiresAtMs: undefined, step };
  const told = await tellOnce(
    name,
    channels,
    {
      id: `failed/${functionName}/${where}/${code}@${hourOf(nowMs)}`,
      timeMs: nowMs,
      severity: 'critical',
      title: `${functionName} failed on ${where}`,
      text: `${failureText({ errors: [{ code, message }], outcomes: [] })}\nNothing more was done there in this run; the next one goes on.`,
      data: { function: functionName, target: where, codes: [code] },
    },
    { ...place, owner: randomBytes(16).toString('hex') },
  );
  for (const { channel, because } of told.failed) log('warn', 'channel-dead', { channel, because });
}
