import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Two versions of the code, each as one file in a folder of its own that all share. */
export interface Versions {
  readonly folder: string;
  readonly old: string;
  readonly new: string;
  remove(): void;
}

/** What the newer version does otherwise: it writes snapshots into the journal's streams far more often. */
const change = { file: /written-reader\.ts$/, from: 'snapshotEvery = 100', to: 'snapshotEvery = 3' } as const;

const newer: Plugin = {
  name: 'newer-version',
  setup({ onLoad }) {
    onLoad({ filter: change.file }, ({ path: file }) => {
      const source = readFileSync(file, 'utf8');
      if (!source.includes(change.from)) throw new Error(`${file} has no '${change.from}' any more; choose another difference.`);
      return { contents: source.replace(change.from, change.to), loader: 'ts' };
    });
  },
};

/** Bundles the code as it is, and as a newer version that differs in what it writes. */
export async function bundleVersions(): Promise<Versions> {
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'versions-'));
  const bundled = async (name: string, plugins: Plugin[]): Promise<string> => {
    const outfile = path.join(folder, `${name}.cjs`);
    await build({
      ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', minify: true, logLevel: 'error' },
      ...{ absWorkingDir: root, entryPoints: ['tests/delivery/function.ts'], outfile, plugins },
    });
    return outfile;
  };
  const [old, recent] = await Promise.all([bundled('old', []), bundled('new', [newer])]);
  return { folder, old, new: recent, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
