import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { controlClient } from '../../simulator/front/control-client.ts';
import { bundleChild, measureInChild, startChildServer } from '../child.ts';
import { fleetPolicy } from '../fleet-policy.ts';
import { atMost, type BenchRow } from '../row.ts';

const groups = 100_000;
const changed = 200;
const pageSize = 100;
/** Smallest memory that a function can have, in MB (Function Compute facts). */
const smallestMegabytes = 128;

/** About what V8 chooses where the machine has that much: half of it for what lives long, and little for what does not; with more it collects later. */
const heapOfSmallest = ['--max-old-space-size=64', '--max-semi-space-size=4'];

/** What a run with nothing to do may read of the store: the records since the last snapshot, and the one that is not there yet. */
const idleReads = 101;
/** How long loading the journal may take, in milliseconds. */
const loadAllowanceMs = 1000;

interface Run {
  readonly peakMegabytes: number;
  readonly storeReads: number;
  readonly loadMs: number;
  readonly act: number;
  readonly hold: number;
  readonly done: number;
  readonly failed: boolean;
}

/**
 * Runs over a hundred thousand groups of a simulator in another process, with a journal in which all of them were written before: one that
 * changes some of them, its memory and its calls; and one with nothing left to do.
 */
export async function fleetRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-bench-'));
  const size = [String(groups), String(changed)];
  const server = await startChildServer('bench/children/fleet-simulator.ts', size);
  try {
    await measureInChild(await bundleChild('fleet-journal'), [...size, folder]);
    const policy = path.join(folder, 'policy.json');
    writeFileSync(policy, encodePolicy(fleetPolicy(100)));
    const bundle = await bundleChild('fleet-run');
    const measure = () => measureInChild<Run>(bundle, [server.url, policy, folder], heapOfSmallest);
    const run = await measure();
    if (run.failed || run.done !== changed) throw new Error(`the run did ${run.done} of ${changed} changes`);
    const { counts } = await controlClient(server.url).ledger();
    const calls = Object.entries(counts).reduce((sum, [action, { received }]) => sum + (action === '*' ? 0 : received), 0);
    const idle = await measure();
    if (idle.failed || idle.act + idle.hold > 0) throw new Error(`the second run still wants ${idle.act} changes and holds ${idle.hold}`);
    return [
      atMost(
        `memory of a run over ${groups} groups, all written before, of ${smallestMegabytes} MB`,
        ...(['MB', Math.max(run.peakMegabytes, idle.peakMegabytes), smallestMegabytes, 0.9] as const),
      ),
      // A full last page is followed by one more; whose keys they are is asked once.
      atMost(
        'calls of that run against pages + 1, 2 × changed, 1 price and 1 identity',
        'calls',
        calls,
        groups / pageSize + 2 * changed + 3,
        1,
      ),
      atMost('store reads of a run after it, with nothing to do', 'reads', idle.storeReads, idleReads, 1),
      atMost(`loading its journal, of ${loadAllowanceMs / 1000} s`, 'ms', idle.loadMs, loadAllowanceMs, 1),
    ];
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
