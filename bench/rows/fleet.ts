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

interface Run {
  readonly peakMegabytes: number;
  readonly act: number;
  readonly done: number;
  readonly failed: boolean;
}

/** One run over a hundred thousand groups of a simulator in another process: its memory, and the calls it makes. */
export async function fleetRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-bench-'));
  const server = await startChildServer('bench/children/fleet-simulator.ts', [String(groups), String(changed)]);
  try {
    const policy = path.join(folder, 'policy.json');
    writeFileSync(policy, encodePolicy(fleetPolicy(100)));
    const bundle = await bundleChild('fleet-run');
    const run = await measureInChild<Run>(bundle, [server.url, policy, folder], ['--max-old-space-size=96']);
    if (run.failed || run.done !== changed) throw new Error(`the run did ${run.done} of ${changed} changes`);
    const { counts } = await controlClient(server.url).ledger();
    const calls = Object.entries(counts).reduce((sum, [action, { received }]) => sum + (action === '*' ? 0 : received), 0);
    return [
      atMost(`memory of a run over ${groups} groups, of ${smallestMegabytes} MB`, 'MB', run.peakMegabytes, smallestMegabytes, 1),
      atMost('calls of that run against pages + 2 × changed + 1 price', 'calls', calls, groups / pageSize + 2 * changed + 1, 1),
    ];
  } finally {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
