/** Writes the journal of an account in which every group of the large fleet was written once, days ago; prints how large it became. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { generateFleet } from '../../simulator/world/large-seed.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { fleetAccount, fleetNowMs } from '../fleet-policy.ts';

const batch = 50;
const writtenMs = fleetNowMs - 3 * 24 * 60 * 60 * 1000;
let [records, bytes, largest] = [0, 0, 0];

/** The layout of a directory store without its flushes: nothing here has to survive a power cut. */
function fastStore(root: string): Store {
  return {
    ...{ name: root, shared: false },
    async create(key, content) {
      const file = path.join(root, key);
      mkdirSync(path.dirname(file), { recursive: true });
      const handle = openSync(file, 'wx');
      writeSync(handle, content);
      closeSync(handle);
      records += 1;
      bytes += content.length;
      largest = Math.max(largest, content.length);
      return 'created';
    },
    async read(key) {
      const file = path.join(root, key);
      return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
    },
    async folders() {
      return [];
    },
    async *list() {},
  };
}

/** What stands on a group, as the journal of the function that scales would say it. */
function standing({ pool }: GroupSeed): string {
  const strategy = pool?.strategy as { readonly fixed?: number; readonly schedule?: Record<string, Record<string, number>> } | undefined;
  if (strategy?.fixed !== undefined) return `fixed ${strategy.fixed}`;
  const nodes = strategy?.schedule?.['1-5']?.['08:00-21:00'];
  if (nodes === undefined) throw new Error('the large fleet has another schedule now');
  return `schedule ${[1, 2, 3, 4, 5].map((day) => `${day}:08:00-21:00=${nodes}`).join(' ')}`;
}

async function main([groups = '1000', changed = '10', folder = '']: readonly string[]): Promise<void> {
  const store = fastStore(path.join(folder, 'journal'));
  const log = await runStoring(store, IntentLog.load('scale-on-schedule', fleetAccount));
  const signed = { owner: 'an earlier run', atMs: writtenMs };
  const target = 'fleet';
  let waiting: { resource: string; setting: string; value: string; key: string; sessions: number }[] = [];
  const flush = async (): Promise<void> => {
    const added = await runStoring(store, log.add(signed, { kind: 'intents', body: { target, intents: waiting } }));
    if (added.outcome !== 'added') throw new Error('another run has written');
    const outcomes = waiting.map(({ resource, setting }) => ({ resource, setting, outcome: 'done' as const }));
    await runStoring(store, log.add(signed, { kind: 'outcomes', body: { target, of: added.sequence, outcomes } }));
    waiting = [];
  };
  const [account] = generateFleet({ groups: Number(groups), changed: Number(changed), account: fleetAccount }).accounts;
  for (const group of account?.groups ?? []) {
    const value = standing(group);
    const resource = group.id ?? '';
    waiting.push({ resource, setting: `node-pool:${group.pool?.id}`, value, key: `scale/${resource}/${value}`, sessions: 0 });
    if (waiting.length === batch) await flush();
  }
  if (waiting.length > 0) await flush();
  process.stdout.write(`${JSON.stringify({ records, bytes, largest })}\n`);
}

void main(process.argv.slice(2));
