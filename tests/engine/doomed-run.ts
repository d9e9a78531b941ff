import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { run } from '../../shared/engine/run.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { DialService, dialAutomation, HandClock, policyWith, target, type Wishes } from './dial.ts';

// A process that applies `count` changes over HTTP, and is killed or interrupted by the service on the way.
const [url = '', folder = '', count = '0'] = process.argv.slice(2);
const service = new DialService();
const wishes: Wishes = new Map();
for (let n = 0; n < Number(count); n++) {
  service.put(`d${n}`, 'old');
  wishes.set(`d${n}`, { value: 'new' });
}
const credentials = explicitCredentials({ accessKeyId: 'test-key', accessKeySecret: 'test-secret' });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const report = await run({
  automation: dialAutomation(service, wishes),
  client: createClient({ endpoint: url, credentials, clock: systemClock }),
  target,
  policy: policyWith(),
  store: directoryStore(folder),
  clock: new HandClock(),
  mode: 'apply',
  world: url,
  rules: { batch: 4, width: 1 },
  signal: stop.signal,
});
process.stdout.write(JSON.stringify(report.outcomes.map(({ resource, outcome, because }) => [resource.id, outcome, because?.code ?? ''])));
