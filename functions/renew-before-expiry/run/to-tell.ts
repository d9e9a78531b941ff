import type { EpochMs } from '../../../shared/client/clock.ts';
import { reason } from '../../../shared/engine/reasons.ts';
import type { AlertName } from '../../../shared/journal/log/alerts.ts';
import { type CarriedMessage, outboxStream } from '../../../shared/journal/log/outbox.ts';
import { limitsOfKind } from '../../../shared/notify/channel-limits.ts';
import type { Message, Severity } from '../../../shared/notify/message.ts';
import type { Reason } from '../../../shared/planning/decision.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';

/** Something that waits to be told. */
export interface Entry {
  readonly message: Message;
  /** What kind of matter it is: those of one code, one severity and the same channels are told together. */
  readonly code: string;
  readonly channels: readonly string[];
  /** The mark by which it is told once. Undefined: it is told whatever the journal says. */
  readonly name?: AlertName;
  /** Where its mark is to be written; undefined: nowhere. */
  readonly markAt?: number | undefined;
  /** Its place in the list of what was told. */
  readonly place?: number;
  /** True where no other run would tell it: then it is carried over until somebody has it. */
  readonly carried: boolean;
  /** What an earlier run carried over, as that has it. */
  readonly from?: CarriedMessage;
  /** It stands for so many messages that are carried no longer. */
  readonly dropped?: number;
}

/** What no channel took for so long, in milliseconds, is told of without its text: channels may refuse what it says. */
const stuckAfterMs = 24 * 3_600_000;

const severities: readonly Severity[] = ['critical', 'warning', 'info'];

/** Codes of what each run finds again while it lasts, so that it need not be carried over. */
const foundAgain = /^(expiry-(\d+h|unreadable)|approval-|lets-lapse$|order-paid$|order-unpaid$|order-unclear$|expiry-moved-back$)/;

/** True for what each run finds again while it lasts. */
export function isFoundAgain(code: string): boolean {
  return foundAgain.test(code);
}

/** What is told together, critical matters first, else in the order in which it was collected. */
export function groupsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  return severities.flatMap((severity) => {
    const groups = new Map<string, Entry[]>();
    for (const entry of entries.filter(({ message }) => message.severity === severity)) {
      const key = JSON.stringify([entry.code, entry.channels]);
      groups.set(key, [...(groups.get(key) ?? []), entry]);
    }
    return [...groups.values()];
  });
}

/** True where the policy names nobody for a message that is not critical: it is in the log, and nobody waits for it. */
export function isForNobody({ message, channels }: Pick<Entry, 'message' | 'channels'>): boolean {
  return channels.length === 0 && message.severity !== 'critical';
}

/** A message as the journal carries it: without its link, which is a secret. */
export function carriedOf({ message, code, channels, name }: Entry): CarriedMessage {
  const { id, severity, title, text, timeMs } = message;
  return { id, code, severity, title, text, atMs: timeMs, channels, ...(name === undefined ? {} : { name }) };
}

/** True for what an earlier run carried over and no channel has taken for a day. */
export function isStuck({ from }: Entry, nowMs: EpochMs): boolean {
  return from !== undefined && nowMs - from.atMs >= stuckAfterMs;
}

/** That there is something which channels refuse, without a word of it. */
export function stuckMessage(stuck: readonly Entry[], functionName: string, nowMs: EpochMs, text: (ms: EpochMs) => string): Message {
  const stream = outboxStream(functionName);
  const severity = severities.find((each) => stuck.some(({ message }) => message.severity === each)) ?? 'warning';
  const sinceMs = Math.min(...stuck.map(({ from }) => from?.atMs ?? nowMs));
  return {
    id: `${stream}/refused/${sinceMs}/${stuck.length}`,
    timeMs: nowMs,
    severity,
    title: `Channels refuse ${stuck.length === 1 ? 'a message' : `${stuck.length} messages`} of ${functionName}`,
    text: `The first is of ${text(sinceMs)}. Channels refuse its content, since they accept this message. The journal has the texts: run 'streamwarden journal list --prefix ${stream}' and show the newest record before this message.`,
  };
}

/** Channels by the largest text that they take. */
export function bySize(
  channels: readonly string[],
  policy: Pick<CompiledPolicy, 'channels'>,
): ReadonlyMap<number | undefined, readonly string[]> {
  const sizes = new Map<number | undefined, string[]>();
  for (const channel of channels) {
    const { textBytes } = limitsOfKind(policy.channels[channel]?.kind ?? '');
    sizes.set(textBytes, [...(sizes.get(textBytes) ?? []), channel]);
  }
  return sizes;
}

/** What went wrong with telling. */
interface Trouble {
  /** Titles that reached nobody. */
  readonly undelivered: readonly string[];
  /** How many are in the log only. */
  readonly unrouted: number;
  /** Titles that went to other channels, with those. */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>;
  /** Records that would have silenced something. */
  readonly forged: ReadonlySet<string>;
}

/** What people should know of the telling, as warnings of the report. */
export function warningsOf({ undelivered, unrouted, elsewhere, forged }: Trouble): readonly Reason[] {
  const [first] = undelivered;
  const messages = undelivered.length === 1 ? 'message' : 'messages';
  const found: Reason[] = [];
  if (first !== undefined) {
    const text = `${undelivered.length} ${messages} reached nobody; the next run tells them: ${first}.`;
    found.push(reason('not-delivered', text, { messages: undelivered.length }));
  }
  if (unrouted > 0) {
    found.push(
      reason('not-routed', `${unrouted} messages are in the log only, since tell names no channel for them.`, { messages: unrouted }),
    );
  }
  for (const [title, channels] of elsewhere) {
    const text = `"${title}" was told on ${channels.join(', ')}, since no channel that it is for took it. Look at tell in the policy.`;
    found.push(reason('told-elsewhere', text, { channels: [...channels] }));
  }
  for (const each of forged) {
    found.push(reason('mark-forged', `A record that would have silenced something was not written by this function: ${each}.`));
  }
  return found;
}
