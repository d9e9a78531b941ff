/**
 * The usage record of a thousand groups. `write`: a month of heartbeats every five minutes, folded day by day as the digest does; prints their bytes.
 * `read`: reads the month from its records, every change of every pool; prints how long it took and how much memory.
 */
import path from 'node:path';
import type { PoolSample } from '../../shared/billing/usage.ts';
import { heartbeatsOf, recordHeartbeat } from '../../shared/journal/log/runs.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type FoldedDay, foldDay, readUsage, recordDay } from '../../shared/journal/usage/read-usage.ts';
import { UsageMemory } from '../../shared/journal/usage/usage-sample.ts';

const dayMs = 86_400_000;
const everyMs = 5 * 60_000;
const groups = 1000;
const days = 30;
/** Changes of a group a day. */
const [usedChanges, nodeChanges] = [60, 20];
const fromMs = Date.parse('2026-11-01T00:00:00Z');
const target = { name: 'fleet' };

/** A sequence of numbers from 0 to 1 that looks random and is the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** Groups whose nodes and sessions change now and then, as at a lively place. */
class LivelyFleet {
  readonly #random = sequence(7);
  readonly #groups = Array.from({ length: groups }, () => ({ id: this.#id('aig'), pool: this.#id('rg'), nodes: 4, used: 2 }));

  /** Lets five minutes pass and gives what a run sees then. */
  next(): readonly PoolSample[] {
    const runsOfDay = dayMs / everyMs;
    return this.#groups.map((group) => {
      if (this.#random() < usedChanges / runsOfDay) group.used = Math.max(0, group.used + (this.#random() < 0.5 ? -1 : 1));
      if (this.#random() < nodeChanges / runsOfDay) group.nodes = Math.max(1, group.nodes + (this.#random() < 0.5 ? -1 : 1));
      const place = { region: 'cn-hangzhou', instanceType: 'appstreaming.vgpu.8c16g.4g', charge: 'pay-as-you-go' as const };
      return {
        ...{ group: group.id, pool: group.pool, counts: { ...place, nodes: group.nodes, scalingNodes: 0, inUse: group.used } },
        setting: { set: 'schedule 1:08:00-21:00=4 2:08:00-21:00=4 3:08:00-21:00=4 until 2027-08-31', found: false },
      };
    });
  }

  #id(prefix: string): string {
    return `${prefix}-${Array.from({ length: 14 }, () => Math.floor(this.#random() * 36).toString(36)).join('')}`;
  }
}

async function write(folder: string): Promise<unknown> {
  const records = directoryStore(folder);
  // Heartbeats of a day are needed until it is folded.
  const heartbeats = new Map<string, Uint8Array>();
  let [heartbeatBytes, recordBytes] = [0, 0];
  const store: Store = {
    ...records,
    async create(key, bytes) {
      if (!key.startsWith('heartbeats/')) {
        recordBytes += bytes.length;
        return records.create(key, bytes);
      }
      heartbeatBytes += bytes.length;
      heartbeats.set(key, bytes);
      return 'created';
    },
    read: async (key) => heartbeats.get(key) ?? records.read(key),
    folders: async () => ['scale-on-schedule'],
    async *list(prefix) {
      yield* [...heartbeats.keys()].filter((key) => key.startsWith(prefix));
    },
  };
  const fleet = new LivelyFleet();
  const memory = new UsageMemory();
  let before: FoldedDay | undefined;
  let foldMs = 0;
  for (let startMs = fromMs; startMs < fromMs + days * dayMs; startMs += dayMs) {
    heartbeats.clear();
    for (let atMs = startMs; atMs < startMs + dayMs; atMs += everyMs) {
      const run = { functionName: 'scale-on-schedule', target: target.name, owner: '0123456789abcdef0123456789abcdef', atMs };
      const draft = memory.draft(heartbeatsOf(run), atMs);
      for (const sample of fleet.next()) draft.take(sample);
      await runStoring(store, recordHeartbeat(run, { failed: false, usage: draft.finish([]) }));
      draft.written();
    }
    const began = performance.now();
    before = await foldDay(store, target, startMs, before);
    foldMs = Math.max(foldMs, performance.now() - began);
    await runStoring(store, recordDay(target.name, before));
  }
  return { recordBytes, heartbeatBytes, foldMs };
}

async function read(folder: string): Promise<unknown> {
  const store = directoryStore(folder);
  const began = performance.now();
  const beforeBytes = process.memoryUsage().rss;
  const usage = await readUsage(store, target, { fromMs, untilMs: fromMs + days * dayMs - 1 });
  let changes = 0;
  for (const pool of usage.pools) changes += pool.changes.length;
  const ms = performance.now() - began;
  const megabytes = (process.resourceUsage().maxRSS * 1024 - beforeBytes) / 1e6;
  return { ms, megabytes, changes, looks: usage.seenMs.length };
}

async function main([what, folder = '']: readonly string[]): Promise<void> {
  const journal = path.join(folder, 'journal');
  process.stdout.write(`${JSON.stringify(await (what === 'write' ? write(journal) : read(journal)))}\n`);
}

void main(process.argv.slice(2));
