import { bundleChild, measureInChild, startChildServer } from '../child.ts';
import { atLeast, atMost, type BenchRow, median } from '../row.ts';

// The speed of a shared machine changes within seconds; each client has to meet its good and its bad ones.
const rounds = 9;

interface Load {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** Calls per second and CPU per call with 50 calls at once, each client in a process of its own, in turn. */
export async function callRows(): Promise<BenchRow[]> {
  const server = await startChildServer('bench/children/answer-server.ts');
  const loads: Record<'ours' | 'theirs' | 'raw', Load[]> = { ours: [], theirs: [], raw: [] };
  const child = await bundleChild('load');
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const client of ['theirs', 'ours', 'raw'] as const) {
        loads[client].push(await measureInChild<Load>(child, [client, server.url]));
      }
    }
  } finally {
    server.stop();
  }
  const middle = (client: keyof typeof loads, field: keyof Load): number => median(loads[client].map((load) => load[field]));
  return [
    atLeast(
      'calls per second, 50 at once, against the official engine',
      'calls/s',
      middle('ours', 'perSecond'),
      middle('theirs', 'perSecond'),
      2.5,
    ),
    atMost('CPU per call, against the official engine', 'µs', middle('ours', 'cpuMicros'), middle('theirs', 'cpuMicros'), 0.4),
    // For orientation: what a bare loop over node:http makes of the same server, without signing, checking or retrying.
    atLeast(
      'calls per second, 50 at once, against a bare node:http loop',
      'calls/s',
      middle('ours', 'perSecond'),
      middle('raw', 'perSecond'),
      0.4,
    ),
  ];
}
