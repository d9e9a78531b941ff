import { criticalRoute } from '../../shared/engine/telling/critical.ts';
import { type OnceContext, type OnceTold, tellOnce } from '../../shared/engine/telling/once.ts';
import { type AlertName, alertId } from '../../shared/journal/log/alerts.ts';
import type { Message } from '../../shared/notify/message.ts';
import { zonedText } from '../../shared/planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { formatDuration } from '../../shared/policy/values/duration.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { heartbeatGap, type LifeSigns, watchdog } from './facts/heartbeats.ts';

/** What telling of silence needs. */
export interface WatchdogContext extends OnceContext {
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
}

/** What became of telling. */
export interface ToldGap {
  readonly title: string;
  readonly told: 'now' | 'before' | 'undelivered';
  readonly failed: readonly { readonly channel: string; readonly because: string }[];
}

/**
 * Tells of a function that is silent, once a day while it lasts, on the channels for silence. Where the journal cannot say whether it was
 * told, it is told, once an hour as far as this process remembers. Undefined where there is nothing to tell.
 * @throws StoreError @throws JournalError when it was told and that could not be written down
 */
export async function tellGaps(life: LifeSigns, context: WatchdogContext): Promise<ToldGap | undefined> {
  const { policy, target, nowMs } = context;
  const gap = heartbeatGap(life, nowMs);
  if (gap === undefined) return undefined;
  const { functionName, intervalMs, region } = life;
  const where = region === undefined ? target.name : `${target.name} in ${region}`;
  const date = localTimeAt(policy.zones[target.timezone] ?? { transitions: [] }, nowMs).date;
  const name: AlertName = {
    ...{ account: target.account, resource: `${functionName}@${where}`, expiresAtMs: gap.sinceMs, step: `silent-${date}` },
  };
  const since =
    gap.sinceMs === undefined ? 'as far back as the journal was searched' : `since ${zonedText(gap.sinceMs, { policy, target })}`;
  const what = gap.failing ? 'had no run without failure' : 'did not run';
  const consequence =
    functionName === watchdog
      ? 'Subscriptions may lapse and their alarms may not go out: look at the function, its timer and its log, and renew by hand what expires soon.'
      : 'Look at the function, its timer and its log.';
  const message: Message = {
    id: alertId(name),
    timeMs: nowMs,
    severity: functionName === watchdog ? 'critical' : 'warning',
    title: `${functionName} ${what} on ${where}`,
    text: `It ${what} ${since}; it is expected every ${formatDuration(intervalMs)}. ${consequence}`,
    data: { function: functionName, target: target.name, account: target.account, sinceMs: gap.sinceMs ?? null, intervalMs },
  };
  const { told, failed, failure } = await tellOnce(name, channelsOf(message, policy), message, context);
  if (failure && told === 'now') throw failure;
  return told === 'this-hour' ? undefined : { title: message.title, told, failed };
}

/** Tells that the journal cannot be read, so that nothing shows whether functions run; once an hour as far as this process remembers. */
export async function tellBlind(error: Error, context: WatchdogContext): Promise<ToldGap | undefined> {
  const { target, nowMs, memory } = context;
  if (!memory.isFirst(`blind/${target.name}`, nowMs)) return undefined;
  const message: Message = {
    id: `digest/blind/${target.name}/${new Date(nowMs).toISOString().slice(0, 13)}`,
    timeMs: nowMs,
    severity: 'critical',
    title: `Whether functions run on ${target.name} cannot be told`,
    text: `The journal cannot be read: ${error.message} While that lasts nothing is ordered, and no silence can be noticed.`,
    data: { target: target.name, account: target.account },
  };
  return sendGap(message, context);
}

async function sendGap(message: Message, { policy, notifier }: WatchdogContext): Promise<ToldGap> {
  const { delivered, failed } = await notifier.send(channelsOf(message, policy), message);
  return { title: message.title, told: delivered ? 'now' : 'undelivered', failed };
}

/** The channels for silence. What is critical goes to those for failures, or to all, where none is named. */
function channelsOf({ severity }: Message, policy: CompiledPolicy): readonly string[] {
  const named = policy.tell['silent'] ?? [];
  return severity === 'critical' ? (criticalRoute(policy, named)[0] ?? []) : named;
}

/**
 * Tells once that a freeze has begun: what it stops, and until when, on the channels for what is held. A freeze is of the whole policy, so it is told
 * once for all targets; one that stops nothing is told to nobody. What reached nobody is told by the next run. Gives what became of each.
 */
export async function tellFreezes(context: OnceContext & { readonly policy: CompiledPolicy }): Promise<readonly OnceTold[]> {
  const { policy, nowMs } = context;
  const channels = policy.tell['held'] ?? [];
  const told: OnceTold[] = [];
  if (channels.length === 0) return told;
  for (const { text, beginsMs, untilMs } of policy.warnings) {
    if (beginsMs === undefined || untilMs === undefined || nowMs < beginsMs || nowMs >= untilMs) continue;
    const name: AlertName = { account: 'policy', resource: `until-${untilMs}`, expiresAtMs: beginsMs, step: 'freeze' };
    const about = { severity: 'warning', title: 'A freeze has begun', text, data: { beginsMs, untilMs } } as const;
    const message: Message = { id: alertId(name), timeMs: nowMs, ...about };
    told.push(await tellOnce(name, channels, message, context));
  }
  return told;
}
