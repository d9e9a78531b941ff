import type { EpochMs } from '../../shared/client/clock.ts';

/** Stages that a request can reach. `executed` means that the operation ran and changed or read the world. */
export type Stage = 'received' | 'executed' | 'refused' | 'answered';

/** One request as the simulator saw it. */
export interface LedgerRecord {
  /** Counts up from 1. */
  readonly seq: number;
  /** Empty where the request was not even readable. */
  readonly action: string;
  readonly requestId: string;
  /** World time of arrival. */
  readonly receivedAtMs: EpochMs;
  readonly accountId: string | undefined;
  readonly accessKeyId: string | undefined;
  /** As the operation received it; secrets are `***`. Undefined where the request was refused before. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
  readonly executed: boolean;
  /** World time of execution. */
  readonly executedAtMs: EpochMs | undefined;
  /** Status of a complete answer; undefined while there is none, and where it was lost or cut. */
  readonly answered: number | undefined;
  /** Code of the refusal, from the gateway or the operation. */
  readonly code: string | undefined;
  /** Kind of the fault that was injected. */
  readonly fault: string | undefined;
}

type Entry = { -readonly [K in keyof LedgerRecord]: LedgerRecord[K] };

/** Records kept; older ones are dropped while the counts go on. */
const recordsKept = 50_000;

/** What every request came to: the proof of how often an operation really ran. */
export class Ledger {
  #records: Entry[] = [];
  readonly #counts = new Map<string, number>();
  readonly #watchers = new Set<() => void>();
  #seq = 0;

  /** The records kept, oldest first. */
  get records(): readonly LedgerRecord[] {
    return this.#records;
  }

  /** How many requests of an action (or of all, by `*`) reached a stage. */
  count(action: string, stage: Stage): number {
    return this.#counts.get(`${action}/${stage}`) ?? 0;
  }

  /** All counts by action and stage. */
  counts(): Record<string, Record<Stage, number>> {
    const table: Record<string, Record<Stage, number>> = {};
    for (const [key, count] of this.#counts) {
      const [action = '', stage] = key.split('/') as [string, Stage];
      table[action] ??= { received: 0, executed: 0, refused: 0, answered: 0 };
      table[action][stage] = count;
    }
    return table;
  }

  /** Resolves as soon as so many requests of an action reached a stage; at once when they already have. */
  reached(action: string, stage: Stage, count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.count(action, stage) < count) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Forgets records and counts. */
  clear(): void {
    this.#records = [];
    this.#counts.clear();
  }

  /** Opens the record of a request whose action is not known yet. */
  open(requestId: string, receivedAtMs: EpochMs): RequestEntry {
    this.#seq += 1;
    const entry: Entry = {
      seq: this.#seq,
      action: '',
      requestId,
      receivedAtMs,
      accountId: undefined,
      accessKeyId: undefined,
      input: undefined,
      executed: false,
      executedAtMs: undefined,
      answered: undefined,
      code: undefined,
      fault: undefined,
    };
    this.#records.push(entry);
    if (this.#records.length > recordsKept) this.#records = this.#records.slice(recordsKept >> 1);
    return new RequestEntry(entry, (stage) => this.#bump(entry.action, stage));
  }

  #bump(action: string, stage: Stage): void {
    for (const key of new Set([`${action}/${stage}`, `*/${stage}`])) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    for (const look of this.#watchers) look();
  }
}

/** The pen with which the front writes one record. */
export class RequestEntry {
  readonly #entry: Entry;
  readonly #bump: (stage: Stage) => void;

  constructor(entry: Entry, bump: (stage: Stage) => void) {
    this.#entry = entry;
    this.#bump = bump;
  }

  get requestId(): string {
    return this.#entry.requestId;
  }

  /** The request names its action (empty where it cannot be read): it counts as received. */
  received(action: string): void {
    this.#entry.action = action;
    this.#bump('received');
  }

  identified(accountId: string, accessKeyId: string): void {
    this.#entry.accountId = accountId;
    this.#entry.accessKeyId = accessKeyId;
  }

  parsed(input: Readonly<Record<string, unknown>>): void {
    this.#entry.input = input;
  }

  faulted(kind: string): void {
    this.#entry.fault = kind;
  }

  executed(atMs: EpochMs): void {
    this.#entry.executed = true;
    this.#entry.executedAtMs = atMs;
    this.#bump('executed');
  }

  refused(code: string): void {
    this.#entry.code = code;
    this.#bump('refused');
  }

  answered(status: number): void {
    this.#entry.answered = status;
    this.#bump('answered');
  }
}
