import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles of functions in a folder of their own, built as those that are deployed. */
export interface BuiltBundles {
  /** The folder, which has the handler file of a function as `<function>/index.js`. */
  readonly folder: string;
  remove(): void;
}

/** Builds functions into a temporary folder of the project. */
export async function builtBundles(functions: readonly string[]): Promise<BuiltBundles> {
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'bundles-'));
  await build({
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, logLevel: 'error' },
    absWorkingDir: root,
    entryPoints: Object.fromEntries(functions.map((name) => [`${name}/index`, `functions/${name}/index.ts`])),
    outdir: folder,
  });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"commonjs"}\n');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
