/**
 * One process of several: runs the shipped renew-before-expiry once, against a simulator in another process, and prints what people were
 * told. It may be killed at any moment. A defect ends it with another exit code than 0.
 */
import { readFileSync, writeSync } from 'node:fs';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { Timers } from '../../shared/client/transport.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { ossStore } from '../../shared/journal/store/oss.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { decodePolicy } from '../../shared/policy/codec.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { controlledClock, watchingClient, watchingStore } from './controlled-clock.ts';
import { bucket, hurry, type WorkerLine, type WorkerTask } from './task.ts';

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask;

/** Written at once: what was said before a kill is said. */
function print(line: WorkerLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const timers: Timers = {
  set: (run, ms) => setTimeout(run, ms / hurry),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
const receiver = {
  kind: 'chaos',
  async send({ timeMs, data = {} }: Message) {
    print({ told: { timeMs, data } });
    return { delivered: true } as const;
  },
};

async function main(): Promise<void> {
  const clock = await controlledClock(task.simulator, task.skewMs);
  const credentials = explicitCredentials({ accessKeyId: task.accessKeyId, accessKeySecret: task.accessKeySecret });
  const client = createClient({ endpoint: task.simulator, credentials, clock, timers });
  const store =
    task.folder === undefined ? ossStore({ ...bucket, endpoint: task.simulator, credentials, clock, timers }) : directoryStore(task.folder);
  const policy = decodePolicy(readFileSync(task.policyFile, 'utf8'));
  const target = policy.targets[task.target] as CompiledTarget;
  const report = await renewalRunner(renewBeforeExpiry).run({
    ...{ client: watchingClient(client, clock), store: watchingStore(store, clock), clock, policy, target },
    ...{ mode: 'apply', world: 'chaos', allowLocalStore: true },
    notifier: notifierOf(new Map(['money', 'oncall'].map((name) => [name, receiver])), receiver),
  });
  print({ ended: { failed: report.failed, errors: report.errors.map(({ code }) => code) } });
}

// Bundled as CommonJS, which has no await at the top. What is thrown here is a defect: it fails the process.
main().catch((error: unknown) => {
  writeSync(2, `${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(70);
});
