import { type ChildProcess, spawn } from 'node:child_process';
import type { KeyRing } from '../../simulator/front/keys.ts';
import { accountId } from '../functions/renew-before-expiry/renewal-fixture.ts';
import type { WorkerLine, WorkerTask } from './task.ts';

/** A process at work. */
export interface Hand {
  readonly accessKeyId: string;
  /** Stopped by a signal, so that it stands still until it is told to go on. */
  frozen: boolean;
}

interface Member extends Hand {
  readonly child: ChildProcess;
  readonly over: Promise<void>;
}

/** What the workers have said and how they ended, over all rounds. */
export interface CrewRecord {
  begun: number;
  killed: number;
  frozen: number;
  /** Runs that came to their end, and those of them that reported a failure. */
  ended: number;
  failed: number;
  /** How often each code of error was reported. */
  readonly errors: Map<string, number>;
  /** Resource and expiry pairs of which people were told, with the earliest time of it by the world's clock. */
  readonly told: Map<string, number>;
  /** Ends that no kill explains: defects of the program. */
  readonly defects: string[];
}

/** The processes of a story. */
export class Crew {
  readonly record: CrewRecord = { begun: 0, killed: 0, frozen: 0, ended: 0, failed: 0, errors: new Map(), told: new Map(), defects: [] };
  readonly #worker: string;
  readonly #keys: KeyRing;
  readonly #members = new Set<Member>();
  #disbanded = false;

  constructor(worker: string, keys: KeyRing) {
    this.#worker = worker;
    this.#keys = keys;
  }

  /** Those that are at work now. */
  get hands(): readonly Hand[] {
    return [...this.#members];
  }

  /** Begins one more process, with keys of its own. */
  begin(task: Omit<WorkerTask, 'accessKeyId' | 'accessKeySecret'>): void {
    if (this.#disbanded) return;
    const { record } = this;
    record.begun += 1;
    const key = { accessKeyId: `worker-${record.begun}`, accessKeySecret: `secret-${record.begun}` };
    this.#keys.add({ ...key, accountId });
    const child = spawn(process.execPath, [this.#worker, JSON.stringify({ ...task, ...key } satisfies WorkerTask)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Buffer[] = [];
    const complained: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => complained.push(chunk));
    const over = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        this.#members.delete(member);
        if (signal !== 'SIGKILL' && code !== 0)
          record.defects.push(`exit ${code ?? signal}: ${Buffer.concat(complained).toString('utf8')}`);
        this.#listen(Buffer.concat(said).toString('utf8'));
        resolve();
      });
    });
    const member: Member = { accessKeyId: key.accessKeyId, frozen: false, child, over };
    this.#members.add(member);
  }

  /** Ends a process at once, wherever it stands. */
  kill(hand: Hand): void {
    if ((hand as Member).child.kill('SIGKILL')) this.record.killed += 1;
  }

  /** Lets a process stand still. */
  freeze(hand: Hand): void {
    hand.frozen = true;
    this.record.frozen += 1;
    (hand as Member).child.kill('SIGSTOP');
  }

  /** Lets a process go on. */
  thaw(hand: Hand): void {
    hand.frozen = false;
    (hand as Member).child.kill('SIGCONT');
  }

  /** Kills all, frozen ones too; none begins any more. */
  disband(): void {
    this.#disbanded = true;
    for (const hand of this.#members) this.kill(hand);
  }

  /** Resolves when all processes that were begun so far are over. */
  async over(): Promise<void> {
    await Promise.all([...this.#members].map(({ over }) => over));
  }

  #listen(text: string): void {
    // A kill can leave half a line behind.
    for (const written of text.split('\n').filter((each) => each.endsWith('}'))) {
      const line = JSON.parse(written) as WorkerLine;
      if ('ended' in line) {
        this.record.ended += 1;
        if (line.ended.failed) this.record.failed += 1;
        for (const code of line.ended.errors) this.record.errors.set(code, (this.record.errors.get(code) ?? 0) + 1);
        continue;
      }
      const { timeMs, data } = line.told;
      const key = `${data['resource']} ${data['expiresAtMs']}`;
      this.record.told.set(key, Math.min(timeMs, this.record.told.get(key) ?? timeMs));
    }
  }
}
