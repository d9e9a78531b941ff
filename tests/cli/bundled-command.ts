import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = new URL('../../', import.meta.url);

/** The bundle lies elsewhere than the sources, which find what lies beside them by their own place. */
const placesOfSources: Plugin = {
  name: 'places-of-sources',
  setup({ onLoad }) {
    onLoad({ filter: /\/(cli|simulator)\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

/**
 * Bundles the command line once for the whole suite: a process that starts from it saves the second that reading four hundred
 * files takes. Where it lies is in STREAMWARDEN_TEST_COMMAND. Gives what removes it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = new URL(`node_modules/.cache/streamwarden-command-${process.pid}/`, root);
  await build({
    entryPoints: { main: fileURLToPath(new URL('cli/main.ts', root)) },
    outdir: fileURLToPath(folder),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [placesOfSources],
  });
  process.env.STREAMWARDEN_TEST_COMMAND = fileURLToPath(new URL('main.mjs', folder));
  return () => rm(folder, { recursive: true, force: true });
}
