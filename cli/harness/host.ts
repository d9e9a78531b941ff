import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { EpochMs } from '../../shared/client/clock.ts';
import type { ErrorAnswer } from './invocation.ts';

const hostFile = fileURLToPath(new URL('./host.cjs', import.meta.url));

/** What the inside of an instance says at the end of a call. */
export interface HostAnswer {
  readonly ok: boolean;
  readonly form?: 'bytes' | 'json' | 'text';
  readonly body?: string;
  readonly error?: ErrorAnswer;
  readonly leftBehind?: readonly string[];
}

/** What is asked of the inside of an instance. */
type Order =
  | { readonly kind: 'invoke'; readonly requestId: string; readonly event: string; readonly nowMs: EpochMs | undefined }
  | { readonly kind: 'stop' };

/** The process of an instance. */
export interface Host {
  readonly pid: number | undefined;
  readonly alive: boolean;
  /** Resolves with the end of the loading; undefined: the process ended before. */
  readonly loaded: Promise<HostAnswer | undefined>;
  /** Gives an order. Resolves when the answer and everything printed before it are there; undefined: the process ended before. */
  order(order: Order): Promise<HostAnswer | undefined>;
  /** Lines printed since the last time, both streams as they came. */
  takeLogs(): string[];
  freeze(): void;
  thaw(): void;
  /** Ends the process at once; resolves when it is gone. */
  kill(): Promise<void>;
}

/** How a process is started. */
interface HostOptions {
  readonly bundle: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly context: object;
  /** Hears of each line at once. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A stopped process would outlive whoever started it, and never notice. */
const living = new Set<ChildProcess>();
let watching = false;

function endWithThisProcess(child: ChildProcess): void {
  living.add(child);
  child.once('exit', () => living.delete(child));
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const each of living) each.kill('SIGKILL');
  });
}

interface Waiting {
  answer?: HostAnswer;
  /** Streams whose output up to the answer is there. */
  marks: number;
  resolve(answer: HostAnswer | undefined): void;
}

/** Starts a fresh process that loads the bundle. */
export function startHost({ bundle, cwd, env, memoryMb, context, onLine }: HostOptions): Host {
  const token = crypto.randomUUID();
  const child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, hostFile, JSON.stringify({ bundle, token, context })], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  endWithThisProcess(child);
  const waiting = new Map<string, Waiting>();
  let logs: string[] = [];
  let alive = true;
  let orders = 0;

  const expect = (call: string): Promise<HostAnswer | undefined> =>
    new Promise((resolve) => {
      if (alive) waiting.set(call, { marks: 0, resolve });
      else resolve(undefined);
    });
  const note = (call: string, change: (entry: Waiting) => void): void => {
    const entry = waiting.get(call);
    if (!entry) return;
    change(entry);
    if (!entry.answer || entry.marks < 2) return;
    waiting.delete(call);
    entry.resolve(entry.answer);
  };
  const print = (line: string): void => {
    logs.push(line);
    onLine?.(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    eachLine(stream as NodeJS.ReadableStream, (line) => {
      const place = line.lastIndexOf(token);
      if (place < 0) return print(line);
      // Output without a line break at its end stands before the mark.
      if (place > 0) print(line.slice(0, place));
      note(line.slice(place + token.length + 1), (entry) => {
        entry.marks += 1;
      });
    });
  }
  eachLine(child.stdio[4] as NodeJS.ReadableStream, (line) => {
    const { call, ...answer } = JSON.parse(line) as HostAnswer & { readonly call: string };
    note(call, (entry) => {
      entry.answer = answer;
    });
  });
  const requests = child.stdio[3] as Writable;
  // A process that has just ended takes no more orders; that it ended is told by its end.
  requests.on('error', () => {});

  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      alive = false;
      for (const { resolve: done, answer } of waiting.values()) done(answer);
      waiting.clear();
      resolve();
    };
    child.once('close', end);
    child.once('error', (error) => {
      print(error.message);
      end();
    });
  });

  return {
    pid: child.pid,
    get alive() {
      return alive;
    },
    loaded: expect('load'),
    order: (order) => {
      const call = String(++orders);
      const answered = expect(call);
      if (alive) requests.write(`${JSON.stringify({ call, ...order })}\n`);
      return answered;
    },
    takeLogs: () => {
      const taken = logs;
      logs = [];
      return taken;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
