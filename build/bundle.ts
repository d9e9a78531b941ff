/**
 * Builds one CommonJS file per function into dist/<function>/ and checks it against its size budget.
 * Function Compute loads CommonJS faster than ES modules, and a bundle needs no node_modules at run time.
 */
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { putBesideDispatch } from './beside-dispatch.ts';
import { bundleBudgetKb, clientBudgetKb } from './budgets.ts';
import { writeNotices } from './notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const fiveOperations = `
export { createClient } from './shared/client/call.ts';
export { listAppInstanceGroup } from './shared/client/operations/list-app-instance-group.ts';
export { getAppInstanceGroup } from './shared/client/operations/get-app-instance-group.ts';
export { modifyNodePoolAttribute } from './shared/client/operations/modify-node-pool-attribute.ts';
export { getResourcePrice } from './shared/client/operations/get-resource-price.ts';
export { renewAppInstanceGroup } from './shared/client/operations/renew-app-instance-group.ts';
`;

const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  sourcemap: 'external',
  legalComments: 'none',
  logLevel: 'error',
  absWorkingDir: root,
} as const;

/** One built file. */
interface Built {
  readonly name: string;
  readonly bytes: number;
  readonly budgetBytes: number;
}

/** Bundles every folder of `functions/` that has an index.ts, and the client with five operations. */
async function bundleAll(): Promise<Built[]> {
  const names = readdirSync(path.join(root, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(root, 'functions', entry.name, 'index.ts')))
    .map((entry) => entry.name);
  const built: Built[] = [];
  for (const name of names) {
    const outfile = path.join(root, 'dist', name, 'index.js');
    const { metafile } = await build({ ...options, metafile: true, entryPoints: [`functions/${name}/index.ts`], outfile });
    writeNotices(root, Object.keys(metafile.inputs), outfile);
    built.push({ name, bytes: statSync(outfile).size, budgetBytes: bundleBudgetKb(name) * 1024 });
  }
  putBesideDispatch(path.join(root, 'dist'));
  const client = path.join(root, 'dist', 'client-five.js');
  const stdin = { contents: fiveOperations, resolveDir: root, loader: 'ts' } as const;
  await build({ ...options, sourcemap: false, stdin, outfile: client });
  built.push({ name: 'client with five operations', bytes: statSync(client).size, budgetBytes: clientBudgetKb * 1024 });
  // The project itself is an ES module package; what Function Compute loads is not.
  writeFileSync(path.join(root, 'dist', 'package.json'), '{"type":"commonjs"}\n');
  return built;
}

let over = 0;
for (const { name, bytes, budgetBytes } of await bundleAll()) {
  const holds = bytes <= budgetBytes;
  if (!holds) over += 1;
  const size = `${(bytes / 1024).toFixed(1)} KB`.padStart(9);
  console.log(`${holds ? 'ok  ' : 'over'} ${size} of ${(budgetBytes / 1024).toFixed(0)} KB  ${name}`);
}
if (over > 0) {
  console.error(`${over} bundle(s) over budget: find what came in with 'npx esbuild --analyze', or move it out of the function.`);
  process.exitCode = 1;
}
