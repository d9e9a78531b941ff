/** What a worker is told to do: one run of renew-before-expiry. */
export interface WorkerTask {
  /** Address of the running simulator, which is service, OSS and clock in one. */
  readonly simulator: string;
  /** Name of the target that it runs on. */
  readonly target: string;
  /** Compiled policy. */
  readonly policyFile: string;
  /** Folder of the shared journal; undefined takes the bucket of the simulator. */
  readonly folder: string | undefined;
  /** The worker's own keys, by which the simulator's ledger tells it apart. */
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** By how much its clock is off, in milliseconds. */
  readonly skewMs: number;
}

/** A line on a worker's standard output: people were told, or the run has ended. */
export type WorkerLine =
  | { readonly told: { readonly timeMs: number; readonly data: Readonly<Record<string, unknown>> } }
  | { readonly ended: { readonly failed: boolean; readonly errors: readonly string[] } };

/** Where the journal lies in the simulator's OSS. */
export const bucket = { bucket: 'chaos', prefix: 'journal', region: 'cn-shanghai' } as const;

/** How many times faster than real ones a worker's deadlines run out, so that nobody waits 20 seconds for an answer that never comes. */
export const hurry = 20;
