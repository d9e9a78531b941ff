import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../client/clock.ts';
import { sha256 } from '../client/hmac.ts';
import { failureText } from '../engine/notifications.ts';
import { type RunReport, runError } from '../engine/report.ts';
import { tellOnce } from '../engine/telling/once.ts';
import type { AlertName } from '../journal/log/alerts.ts';
import { policyStream } from '../journal/people/policies.ts';
import type { Store } from '../journal/store/store.ts';
import { type HourlyMemory, hourOf } from '../notify/hourly-memory.ts';
import type { Message } from '../notify/message.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { placeName } from './fair-order.ts';
import type { Log } from './log.ts';
import type { PolicyInUse } from './policy-source.ts';

/** Who tells of a failure that no run tells of by itself. */
export interface FailureNotifier {
  readonly functionName: string;
  readonly policy: CompiledPolicy;
  readonly store: Store;
  readonly notifier: Notifier;
  readonly memory: HourlyMemory;
  readonly nowMs: EpochMs;
  readonly log: Log;
}

/**
 * Tells something once by each function, on the channels for failures: by the journal, or once an hour as far as this process remembers where that
 * cannot be used. A channel that does not deliver is logged. Never throws but for defects.
 */
async function tell(
  { account, resource, step }: Omit<AlertName, 'expiresAtMs'>,
  message: Pick<Message, 'id' | 'title' | 'text' | 'data'>,
  notifier: FailureNotifier,
): Promise<void> {
  const { policy, nowMs, log } = notifier;
  const channels = policy.tell['failed'] ?? [];
  if (channels.length === 0) return;
  const { failed } = await tellOnce(
    { account, resource, expiresAtMs: undefined, step },
    channels,
    { ...message, timeMs: nowMs, severity: 'critical' },
    { ...notifier, owner: randomBytes(16).toString('hex') },
  );
  for (const { channel, because } of failed) log('warn', 'channel-dead', { channel, because });
}

/** Tells of published policies that cannot be used. */
export async function tellBroken(
  { policy, from, broken, store }: PolicyInUse,
  notifier: Omit<FailureNotifier, 'policy' | 'store'>,
): Promise<void> {
  for (const { sequence, because } of broken) {
    const on = from === 'bundle' ? 'the one beside the code' : from;
    await tell(
      { account: policyStream, resource: String(sequence), step: 'broken' },
      {
        id: `policy-broken-${sequence}`,
        title: `Policy ${sequence} cannot be used`,
        text: `${because.replace(/\.$/, '')}. ${notifier.functionName} goes on by ${on}. Push the policy again, or roll back.`,
      },
      { ...notifier, policy, store },
    );
  }
}

/** Tells of records of the journal that a run could not read: it went on without them, and somebody has to restore or skip them. */
export async function tellDamaged(
  { warnings, account }: Pick<RunReport, 'warnings' | 'account'>,
  notifier: FailureNotifier,
): Promise<void> {
  for (const { code, text, data } of warnings) {
    if (code !== 'journal-damaged') continue;
    const step = `damaged-${sha256(String(data?.['key'])).slice(0, 16)}`;
    await tell(
      { account, resource: 'journal', step },
      {
        id: `journal-${step}`,
        title: 'A record of the journal is damaged',
        text: `${text}\n${notifier.functionName} goes on without it.`,
      },
      notifier,
    );
  }
}

/** Tells, once an hour whoever runs, that a run could not be made or broke off, so that it could not tell by itself. */
export async function tellTargetFailed(error: unknown, target: CompiledTarget, notifier: FailureNotifier): Promise<void> {
  const { functionName, nowMs } = notifier;
  const { code, message } = runError(error);
  const where = placeName(target);
  await tell(
    { account: target.account, resource: `${functionName}@${where}`, step: `broke-off-${hourOf(nowMs)}-${sha256(code).slice(0, 8)}` },
    {
      id: `failed/${functionName}/${where}/${code}@${hourOf(nowMs)}`,
      title: `${functionName} failed on ${where}`,
      text: `${failureText({ errors: [{ code, message }], outcomes: [] })}\nNothing more was done there in this run; the next one goes on.`,
      data: { function: functionName, target: where, codes: [code] },
    },
    notifier,
  );
}
