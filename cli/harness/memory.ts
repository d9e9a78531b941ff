import { readFileSync } from 'node:fs';

/**
 * The most memory that a process has held, in MB, itself and not what its parent held when it was started. 0 where the system has no such
 * file, or the process is gone.
 */
export function peakMemoryMb(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
