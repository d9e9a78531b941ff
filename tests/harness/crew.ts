import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** How tasks are shared among processes. */
export interface CrewOptions<Task, Answer> {
  /** Entry file of a process; it calls `answerWith`. */
  readonly worker: string;
  /** Arguments of Node. Default: those that let it read TypeScript. */
  readonly execArgv?: readonly string[];
  /** Default: one per core. */
  readonly processes?: number | undefined;
  /** No task is begun after this instant. Default: all are begun. */
  readonly untilMs?: number;
  readonly nameOf: (task: Task) => string;
  /** Hears of each task as it ends, and how long it took. */
  readonly onAnswer?: (task: Task, answer: Answer, seconds: number) => void;
}

/**
 * Gives tasks to processes, each of which does one after another.
 * @returns the answers in the order of the tasks; shorter than the tasks where the last ones were not begun
 * @throws Error when a process ends before it has answered; no other task is begun then
 */
export async function performAll<Task, Answer>(
  tasks: readonly Task[],
  {
    worker,
    execArgv = ['--import', 'tsx'],
    processes = availableParallelism(),
    untilMs = Infinity,
    nameOf,
    onAnswer,
  }: CrewOptions<Task, Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const child = fork(worker, { execArgv: [...execArgv] });
    try {
      while (next < tasks.length && Date.now() < untilMs) {
        const place = next++;
        const task = tasks[place] as Task;
        const startMs = Date.now();
        const answer = (await ask(child, task, nameOf(task))) as Answer;
        answers[place] = answer;
        onAnswer?.(task, answer, Math.round((Date.now() - startMs) / 1000));
      }
    } catch (error) {
      next = tasks.length;
      throw error;
    } finally {
      child.kill();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(processes, tasks.length) }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return answers;
}

async function ask(child: ChildProcess, task: unknown, name: string): Promise<unknown> {
  const over = new AbortController();
  const end = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`The process that did '${name}' ended with code ${code}; see above.`);
  });
  // Aborted once the answer is there.
  end.catch(() => undefined);
  try {
    child.send(task as object);
    const [answer] = (await Promise.race([once(child, 'message', { signal: over.signal }), end])) as [unknown];
    return answer;
  } finally {
    over.abort();
  }
}

/** Makes this process one of a crew: it answers each task that it is sent with what `perform` gives. */
export function answerWith<Task>(perform: (task: Task) => unknown): void {
  process.on('message', async (task: Task) => {
    process.send?.(await perform(task));
  });
  // Nobody is left to tell.
  process.on('disconnect', () => process.exit());
}
