/** One apply over the fleet of a simulator, as a deployed function would make it; prints the peak of its memory and what it asked of its store. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { createClient } from '../../shared/client/call.ts';
import { Credentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { run } from '../../shared/engine/run.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { decodePolicy } from '../../shared/policy/codec.ts';

async function main([url = '', policyFile = '', folder = '']: readonly string[]): Promise<void> {
  const policy = decodePolicy(readFileSync(policyFile, 'utf8'));
  const target = policy.targets['fleet'];
  if (!target) throw new Error('the policy has no target');
  const { account } = target;
  const keys = { accessKeyId: `simulator-${account}`, accessKeySecret: `published-test-secret-${account}`, securityToken: undefined };
  const credentials = new Credentials(keys, 'The published test key');
  const client = createClient({ endpoint: url, credentials: { get: async () => credentials }, clock: systemClock });
  const clock = { now: () => policy.fromMs, sleep: systemClock.sleep };
  const directory = directoryStore(path.join(folder, 'journal'));
  let reads = 0;
  const store: Store = {
    ...directory,
    read(key) {
      reads += 1;
      return directory.read(key);
    },
  };
  const report = await run({ automation: scaleOnSchedule, client, target, policy, store, clock, mode: 'apply', world: 'bench' });
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  const done = report.outcomes.filter(({ outcome }) => outcome === 'done').length;
  const storeReads = reads;
  const began = performance.now();
  await runStoring(store, IntentLog.load(scaleOnSchedule.name, account));
  const loadMs = performance.now() - began;
  const { counts, failed, errors } = report;
  process.stdout.write(
    `${JSON.stringify({ peakMegabytes, storeReads, loadMs, act: counts.act, hold: counts.hold, done, failed, errors })}\n`,
  );
  process.exit(0);
}

void main(process.argv.slice(2));
