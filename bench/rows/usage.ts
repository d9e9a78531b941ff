import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleChild, measureInChild } from '../child.ts';
import { atMost, type BenchRow } from '../row.ts';

/** A small heap, so that what is measured is what reading needs and not what V8 lets lie. */
const smallHeap = ['--max-old-space-size=64', '--max-semi-space-size=2'];

/** The usage record of a thousand groups at runs of five minutes, each with 60 changes in use and 20 of nodes a day: its size, and reading a month. */
export async function usageRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-bench-'));
  try {
    const bundle = await bundleChild('usage-month');
    const written = await measureInChild<{ recordBytes: number; heartbeatBytes: number }>(bundle, ['write', folder]);
    const read = await measureInChild<{ ms: number; megabytes: number }>(bundle, ['read', folder], smallHeap);
    const yearMegabytes = (written.recordBytes * 365) / 30 / 1e6;
    const fortyDaysMegabytes = (written.heartbeatBytes * 40) / 30 / 1e6;
    return [
      atMost('usage of 1000 groups: records of a year and heartbeats of 40 days', 'MB', yearMegabytes + fortyDaysMegabytes, 150, 1),
      atMost('reading a month of it, every change of every pool', 'ms', read.ms, 2000, 1),
      atMost('memory that reading it takes', 'MB', read.megabytes, 64, 1),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
