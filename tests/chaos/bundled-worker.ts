import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The entry file of a process as one file, which starts and runs in a fraction of the time that its sources take. */
export interface BundledWorker {
  readonly file: string;
  /** Removes it. */
  remove(): void;
}

/** Bundles an entry file, given from the root of the project. Default: the worker of this folder. */
export async function bundleWorker(entryPoint = 'tests/chaos/worker.ts'): Promise<BundledWorker> {
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'worker-'));
  const file = path.join(folder, 'worker.cjs');
  await build({
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, logLevel: 'error' },
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile: file,
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
