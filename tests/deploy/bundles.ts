import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folders under `functions/` that are bundled. */
const functionNames: readonly string[] = readdirSync(path.join(root, 'functions')).filter((name) =>
  existsSync(path.join(root, 'functions', name, 'index.ts')),
);

/** What each function's entry file exports, by name. */
export async function exportedNames(): Promise<ReadonlyMap<string, readonly string[]>> {
  const outputs = await outputsOf({ bundle: false });
  return new Map([...outputs].map(([name, { exports }]) => [name, exports]));
}

/** The files of operations of which some code is left in the bundle of each function, by name. */
export async function operationFiles(): Promise<ReadonlyMap<string, readonly string[]>> {
  const outputs = await outputsOf({ bundle: true });
  return new Map(
    [...outputs].map(([name, { inputs }]) => {
      const files = Object.entries(inputs)
        .filter(([input, { bytesInOutput }]) => bytesInOutput > 0 && /^shared\/client\/operations\/(?!index)/.test(input))
        .map(([input]) => path.basename(input, '.ts'));
      return [name, files.sort()];
    }),
  );
}

async function outputsOf(how: { readonly bundle: boolean }): Promise<ReadonlyMap<string, Metafile['outputs'][string]>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: functionNames.map((name) => ({ in: `functions/${name}/index.ts`, out: name })),
    ...{ ...how, write: false, metafile: true, outdir: 'out', platform: 'node', target: 'node20', logLevel: 'error' },
    // Only this format tells what is exported.
    format: 'esm',
  });
  return new Map(Object.entries(metafile.outputs).map(([file, output]) => [path.basename(file, '.js'), output]));
}
