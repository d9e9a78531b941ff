import type { EpochMs } from '../../client/clock.ts';
import type { ResourceRef } from '../../fleet/resource.ts';
import { type AlertName, alertKey, readTold, recordTold, type ToldRead } from '../../journal/alerts.ts';
import type { JournalError } from '../../journal/journal-error.ts';
import type { StoreError } from '../../journal/store-error.ts';
import { joinAlike } from '../../notify/alike.ts';
import { limitsOfKind } from '../../notify/channel-limits.ts';
import type { Message, Severity } from '../../notify/message.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import type { TellKind } from '../../policy/document.ts';
import { moment } from '../purchase/contract.ts';
import { isJournalFailure } from '../purchase/failure.ts';
import type { ReportedAlert } from '../report.ts';
import { type HourlyMemory, hourOf } from './alarms.ts';
import { type Renewal, tell } from './effects.ts';

/** How a run tells people. */
export interface TellerOptions {
  readonly policy: CompiledPolicy;
  /** The run's random token. */
  readonly owner: string;
  /** False in a plan: what would be told is listed, nothing is sent and nothing written. */
  readonly sends: boolean;
  readonly memory: HourlyMemory;
  /** When the process must have ended. Default: never. */
  readonly deadlineMs?: EpochMs | undefined;
}

/** Something that waits to be told. */
interface Entry {
  readonly message: Message;
  /** What kind of matter it is: those of one code, one severity and the same channels are told together. */
  readonly code: string;
  readonly channels: readonly string[];
  /** The record by which it is told once. Undefined: it is told whatever the journal says. */
  readonly name?: AlertName;
  /** Its place in the list of what was told. */
  readonly place?: number;
}

/** The most that the messages of one run wait for their turn on channels, in milliseconds. */
const mostWaitMs = 75_000;
/** Time that is kept for the end of a run: nothing waits so near its deadline. */
const endMs = 20_000;
/** Records that are read at once. */
const readAtOnce = 16;

const severities: readonly Severity[] = ['critical', 'warning', 'info'];

/**
 * Tells people, each thing once, and notes what it told. What there is to tell is collected, and goes out by `flush`: critical matters first, and
 * many alike in one message. Never throws: what fails is noted too.
 */
export class Teller {
  readonly #options: TellerOptions;
  readonly #reported: ReportedAlert[] = [];
  readonly #dead = new Map<string, string>();
  readonly #failures: (StoreError | JournalError)[] = [];
  readonly #known = new Set<string>();
  #waiting: Entry[] = [];
  #waitMs = mostWaitMs;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** What was told, or would be, in the order in which it was collected. What is not flushed yet counts as undelivered. */
  get reported(): readonly ReportedAlert[] {
    return this.#reported;
  }

  /** Channels that did not deliver, and why. */
  get dead(): ReadonlyMap<string, string> {
    return this.#dead;
  }

  /** Failures of the journal on the way. What was told may be told again then. */
  get failures(): readonly (StoreError | JournalError)[] {
    return this.#failures;
  }

  /** The channels for some kinds of things to tell, as the policy says. */
  channelsFor(...kinds: readonly TellKind[]): readonly string[] {
    return [...new Set(kinds.flatMap((kind) => this.#options.policy.tell[kind] ?? []))];
  }

  /**
   * Collects something that is told unless the journal says that it was. That is written down only after a receiver has said that it has the
   * message which carried it. Where the journal cannot be read the thing is told all the same, once an hour as far as this process remembers; its
   * id has the hour then, so that a receiver can drop what other processes repeat.
   */
  // biome-ignore lint/correctness/useYield: callers need not know what is collected and what is sent
  *once(name: AlertName, code: string, channels: readonly string[], message: Message, resource: ResourceRef): Renewal<void> {
    const { severity, title, text } = message;
    const key = alertKey(name);
    const told = this.#known.has(key) ? 'before' : this.#options.sends ? 'undelivered' : 'would';
    const place = this.#reported.push({ code, severity, title, text, resource: refOf(resource), told }) - 1;
    this.#known.add(key);
    if (told === 'undelivered') this.#waiting.push({ message, code, channels, name, place });
  }

  /** Collects something that happened once, and is told whatever the journal says. */
  // biome-ignore lint/correctness/useYield: as above
  *collect(code: string, channels: readonly string[], message: Message): Renewal<void> {
    if (this.#options.sends) this.#waiting.push({ message, code, channels });
  }

  /** Tells something right away. True when a receiver has it; always true in a plan, which tells nothing. */
  *now(channels: readonly string[], message: Message): Renewal<boolean> {
    return !this.#options.sends || (yield* this.#send(channels, message));
  }

  /**
   * Sends what was collected. May wait for the next minute of a channel, 75 seconds in all of a run and never near its deadline.
   */
  *flush(): Renewal<void> {
    const collected = this.#waiting;
    this.#waiting = [];
    if (collected.length === 0) return;
    const { nowMs, stopping } = yield* moment();
    const waitUntilMs = stopping ? nowMs : Math.min(nowMs + this.#waitMs, (this.#options.deadlineMs ?? Number.MAX_SAFE_INTEGER) - endMs);
    const entries = yield* this.#untold(collected);
    for (const group of groupsOf(entries)) yield* this.#tellGroup(group, waitUntilMs);
    this.#waitMs = Math.max(0, this.#waitMs - ((yield* moment()).nowMs - nowMs));
  }

  /** Those that the journal does not say were told. */
  *#untold(entries: readonly Entry[]): Renewal<readonly Entry[]> {
    const named = entries.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const marks = new Map<AlertName, ToldRead>();
    try {
      for (let from = 0; from < named.length; from += readAtOnce) {
        const some = named.slice(from, from + readAtOnce);
        for (const [index, read] of (yield* readTold(some)).entries()) marks.set(some[index] as AlertName, read);
      }
    } catch (error) {
      this.#note(error);
    }
    return entries.flatMap((entry): Entry[] => {
      const { name, place, message, code, channels } = entry;
      const read = name && marks.get(name);
      if (read?.failure) this.#note(read.failure);
      if (name === undefined || (read && !read.failure && read.atMs === undefined)) return [entry];
      const known = read && !read.failure;
      if (known || !this.#options.memory.isFirst(message.id, message.timeMs)) {
        this.#report(place, known ? 'before' : 'this-hour');
        return [];
      }
      // Without its name it is not written down.
      const id = `${message.id}@${hourOf(message.timeMs)}`;
      return [{ message: { ...message, id }, code, channels, ...(place === undefined ? {} : { place }) }];
    });
  }

  /** Tells what is alike, in as few messages as each size of channel takes. */
  *#tellGroup(group: readonly Entry[], waitUntilMs: EpochMs): Renewal<void> {
    const heard = new Set<Entry>();
    for (const [textBytes, channels] of this.#bySize((group[0] as Entry).channels)) {
      for (const { message, carries } of joinAlike(group, textBytes)) {
        if (yield* this.#send(channels, message, waitUntilMs)) for (const entry of carries) heard.add(entry);
      }
    }
    for (const entry of heard) {
      this.#report(entry.place, 'now');
      yield* this.#record(entry);
    }
  }

  /** Channels by the largest text that they take. Where none is named the console is told. */
  #bySize(channels: readonly string[]): ReadonlyMap<number | undefined, readonly string[]> {
    const sizes = new Map<number | undefined, string[]>();
    for (const channel of channels) {
      const { textBytes } = limitsOfKind(this.#options.policy.channels[channel]?.kind ?? '');
      sizes.set(textBytes, [...(sizes.get(textBytes) ?? []), channel]);
    }
    return sizes.size > 0 ? sizes : new Map([[limitsOfKind('console').textBytes, []]]);
  }

  *#send(channels: readonly string[], message: Message, waitUntilMs?: EpochMs): Renewal<boolean> {
    const { delivered, failed } = yield* tell(channels, message, waitUntilMs);
    for (const { channel, because } of failed) this.#dead.set(channel, because);
    return delivered;
  }

  *#record({ name, message: { timeMs, severity, title } }: Entry): Renewal<void> {
    if (name === undefined) return;
    try {
      yield* recordTold(name, { owner: this.#options.owner, atMs: timeMs }, { severity, title });
    } catch (error) {
      this.#note(error);
    }
  }

  #report(place: number | undefined, told: ReportedAlert['told']): void {
    const reported = place === undefined ? undefined : this.#reported[place];
    if (reported) this.#reported[place as number] = { ...reported, told };
  }

  #note(error: unknown): void {
    if (!isJournalFailure(error)) throw error;
    if (!this.#failures.some(({ code, message }) => code === error.code && message === error.message)) this.#failures.push(error);
  }
}

/** What is told together, critical matters first, else in the order in which it was collected. */
function groupsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  return severities.flatMap((severity) => {
    const groups = new Map<string, Entry[]>();
    for (const entry of entries.filter(({ message }) => message.severity === severity)) {
      const key = JSON.stringify([entry.code, entry.channels]);
      groups.set(key, [...(groups.get(key) ?? []), entry]);
    }
    return [...groups.values()];
  });
}

function refOf({ id, name, region }: ResourceRef): ResourceRef {
  return { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
}
