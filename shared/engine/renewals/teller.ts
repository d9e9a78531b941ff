import type { ResourceRef } from '../../fleet/resource.ts';
import { type AlertName, recordTold, toldAt } from '../../journal/alerts.ts';
import type { JournalError } from '../../journal/journal-error.ts';
import type { StoreError } from '../../journal/store-error.ts';
import type { Message } from '../../notify/message.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import type { TellKind } from '../../policy/document.ts';
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
}

/** Tells people, each thing once, and notes what it told. Never throws: what fails is noted too. */
export class Teller {
  readonly #options: TellerOptions;
  readonly #reported: ReportedAlert[] = [];
  readonly #dead = new Map<string, string>();
  readonly #failures: (StoreError | JournalError)[] = [];

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** What was told, or would be. */
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
   * Tells something unless the journal says that it was told. It is written down only after a receiver has said that it has it. Where the
   * journal cannot be read the thing is told all the same, once an hour as far as this process remembers; its id has the hour then, so that a
   * receiver can drop what other processes repeat.
   */
  *once(name: AlertName, code: string, channels: readonly string[], message: Message, resource: ResourceRef): Renewal<void> {
    const { sends, owner, memory } = this.#options;
    const report = (told: ReportedAlert['told']): void => {
      const { severity, title, text } = message;
      this.#reported.push({ code, severity, title, text, resource: refOf(resource), told });
    };
    if (!sends) return report('would');
    let journal = true;
    try {
      if ((yield* toldAt(name)) !== undefined) return report('before');
    } catch (error) {
      this.#note(error);
      journal = false;
      if (!memory.isFirst(message.id, message.timeMs)) return report('this-hour');
    }
    const delivered = yield* this.now(channels, journal ? message : { ...message, id: `${message.id}@${hourOf(message.timeMs)}` });
    report(delivered ? 'now' : 'undelivered');
    if (!delivered || !journal) return;
    try {
      yield* recordTold(name, { owner, atMs: message.timeMs }, { severity: message.severity, title: message.title });
    } catch (error) {
      this.#note(error);
    }
  }

  /** Tells something right away. True when a receiver has it; always true in a plan, which tells nothing. */
  *now(channels: readonly string[], message: Message): Renewal<boolean> {
    if (!this.#options.sends) return true;
    const { delivered, failed } = yield* tell(channels, message);
    for (const { channel, because } of failed) this.#dead.set(channel, because);
    return delivered;
  }

  #note(error: unknown): void {
    if (!isJournalFailure(error)) throw error;
    if (!this.#failures.some(({ code, message }) => code === error.code && message === error.message)) this.#failures.push(error);
  }
}

function refOf({ id, name, region }: ResourceRef): ResourceRef {
  return { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
}
