import type { EpochMs } from '../../client/clock.ts';
import { type AlertName, forgedText, type Mark, readMark, recordTold } from '../../journal/log/alerts.ts';
import type { Store } from '../../journal/store/store.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import type { HourlyMemory } from '../../notify/hourly-memory.ts';
import type { Message } from '../../notify/message.ts';
import type { Notifier, Told } from '../../notify/notifier.ts';
import { isExpected } from '../report.ts';

/** Who tells something once. */
export interface OnceContext {
  readonly functionName: string;
  readonly store: Store;
  readonly notifier: Notifier;
  /** Random token of the run. */
  readonly owner: string;
  readonly nowMs: EpochMs;
  readonly memory: HourlyMemory;
}

/** What became of telling something once. */
export interface OnceTold {
  /** `before`: the journal says so; `this-hour`: so does this process, and the journal cannot be used. */
  readonly told: 'now' | 'before' | 'this-hour' | 'undelivered';
  readonly failed: Told['failed'];
  /** The journal failed on the way: what was told may be told again then. */
  readonly failure?: Error;
}

/**
 * Tells something unless the journal says that it was told, and writes that down once a receiver has it. Where the journal cannot be used it is
 * told all the same, once an hour as far as this process remembers. A record that this function did not write silences nothing, and is
 * told of. Never throws but for defects.
 */
export async function tellOnce(name: AlertName, channels: readonly string[], message: Message, context: OnceContext): Promise<OnceTold> {
  const { functionName, store, notifier, owner, nowMs, memory } = context;
  let mark: Mark | undefined;
  let failure: Error | undefined;
  try {
    mark = await runStoring(store, readMark({ functionName, nowMs }, name));
  } catch (error) {
    if (!isExpected(error)) throw error;
    failure = error;
  }
  const failing = failure === undefined ? {} : { failure };
  if (mark?.toldAtMs !== undefined) return { told: 'before', failed: [] };
  if (mark?.place === undefined && !memory.isFirst(message.id, nowMs)) return { told: 'this-hour', failed: [], ...failing };
  const { delivered, failed } = await notifier.send(channels, withForged(message, mark?.forged));
  if (!delivered) return { told: 'undelivered', failed, ...failing };
  if (mark?.place === undefined) return { told: 'now', failed, ...failing };
  try {
    const { severity, title } = message;
    await runStoring(store, recordTold(functionName, name, { owner, atMs: nowMs }, { severity, title, place: mark.place }));
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { told: 'now', failed, failure: error };
  }
  return { told: 'now', failed };
}

/** A message with a word about a record that would have silenced it. */
export function withForged(message: Message, forged: string | undefined): Message {
  return forged === undefined ? message : { ...message, severity: 'critical', text: `${message.text}\n${forgedText(forged)}` };
}
