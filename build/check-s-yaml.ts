/**
 * Checks the files that are deployed: renders each with the real Serverless Devs command line (`s preview`, which needs no cloud), checks the
 * result against a strict schema and the traps of the component, and runs the real `s verify` where the component's schema is at hand.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { problemsOf } from './s-yaml/checks.ts';
import { preview, root } from './s-yaml/preview.ts';
import { schemaFile, verify } from './s-yaml/verify.ts';

/** Loads a bundle as the runtime would: as CommonJS. */
const load = createRequire(import.meta.url);

const files = ['s.yaml', 's.starter.yaml'];
const schema = schemaFile(process.env);

function exportsOf(codeFolder: string, file: string): readonly string[] | undefined {
  const built = path.join(root, codeFolder, `${file}.js`);
  return existsSync(built) ? Object.keys(load(built) as object) : undefined;
}

/** Everything that is wrong with a file; empty: nothing is. */
async function check(file: string): Promise<readonly string[]> {
  let rendered: unknown;
  try {
    rendered = await preview(file);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const objection = schema === undefined ? undefined : await verify(file, schema);
  return [...problemsOf(rendered, exportsOf), ...(objection === undefined ? [] : [`s verify refuses it: ${objection}`])];
}

for (const file of files) {
  const problems = await check(file);
  for (const problem of problems) console.error(`${file}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`ok  ${file}`);
}
if (schema === undefined) {
  console.log('s verify was skipped: the schema of the fc3 component is not here. Name its file in FC3_SCHEMA to have it checked as well.');
}
