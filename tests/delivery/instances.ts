import { type Instance, startInstance } from '../../cli/harness/instance.ts';
import type { Call, CallResult } from '../../simulator/invocations/deployed.ts';

/** Instances of one version of one function, as the platform keeps them: one is used again when it is free, and a new one begun when none is. */
export class Instances {
  /** Processes begun, and those killed in the middle of an invocation. */
  begun = 0;
  killed = 0;
  readonly #start: () => Instance;
  readonly #idle: Instance[] = [];
  readonly #all = new Set<Instance>();

  constructor(bundle: string, functionName: string, env: Readonly<Record<string, string>>) {
    this.#start = () => startInstance({ bundle, functionName, env: { ...env, TORTURE_FUNCTION: functionName }, timeoutMs: 300_000 });
  }

  /** Runs one invocation. With `dies` the process is killed once that resolves, if it is still at work then. */
  async call({ payload, requestId }: Call, dies?: Promise<void>): Promise<CallResult> {
    const instance = this.#idle.pop() ?? this.#begin();
    let over = false;
    const death = dies?.then(async () => {
      if (over) return;
      this.killed += 1;
      await instance.kill();
    });
    const invocation = await instance.invoke(payload, { requestId });
    over = true;
    await (dies && this.#all.has(instance) && !instance.alive ? death : undefined);
    if (instance.alive) this.#idle.push(instance);
    const { logs } = invocation;
    return invocation.ok ? { ok: true, result: invocation.result, logs } : { ok: false, error: invocation.error, logs };
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    await Promise.all([...this.#all].map((instance) => instance.kill()));
  }

  #begin(): Instance {
    this.begun += 1;
    const instance = this.#start();
    this.#all.add(instance);
    return instance;
  }
}
