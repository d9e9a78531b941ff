/**
 * `npm run generate`: writes the tables of operations from the definitions in `api/` and their overlays. The result is committed.
 * Exit code 1 when something cannot be written, or with `--check` when the result is not current.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Overlay } from '../api/overlay/entry.ts';
import { developerCommand } from './developer-command.ts';
import { type Definition, readableJson, reduced } from './generate/definition.ts';
import { differences, formatted, operationModules, services, write } from './generate/files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const flags = developerCommand('generate', 'Writes the table of operations from the definition of the API and its overlay.')
  .option('--check', 'write nothing, and fail when the table is not current')
  .option('--definition <file>', 'first take over a published definition, without what the project does not read')
  .parse()
  .opts<{ readonly check?: boolean; readonly definition?: string }>();

function read(file: string): Definition {
  return JSON.parse(readFileSync(file, 'utf8')) as Definition;
}

const published = flags.definition === undefined ? undefined : read(flags.definition);
const unfit = published && unfitDefinition(published, services);
if (unfit !== undefined) {
  console.error(`${flags.definition} ${unfit}`);
  process.exit(1);
}

for (const overlay of services) {
  const { table } = overlay;
  const kept = path.join(root, table.definition);
  const before = read(kept);
  const definition = published?.product === before.product ? reduced(published) : before;
  const text = `${readableJson(definition)}\n`;
  const isKept = readFileSync(kept, 'utf8') === text;
  // Kept even if no table can be made of it yet: what it leaves open is then said in the overlay.
  if (!flags.check && !isKept) writeFileSync(kept, text);

  const written = operationModules(definition, overlay);
  if ('problems' in written) {
    for (const problem of written.problems) console.error(problem);
    process.exitCode = 1;
    continue;
  }
  const files = formatted(written.files, root);
  const found = [...(isKept ? [] : [`${table.definition} is out of date`]), ...differences(files, root, table)];
  if (!flags.check) write(files, root, table);
  for (const difference of flags.check ? found : []) console.error(difference);
  if (flags.check && found.length > 0) {
    console.error('Run `npm run generate` and commit the result.');
    process.exitCode = 1;
  } else {
    console.log(`${table.operations}: ${files.size + 1} files, ${found.length === 0 ? 'all current' : `${found.length} written anew`}`);
  }
}

/**
 * Why a published definition cannot take the place of the one in `api/`; undefined where it can. Asked before anything is written: a file with only the
 * new operations would delete all others.
 */
export function unfitDefinition(published: Partial<Definition>, overlays: readonly Overlay[]): string | undefined {
  const { product, operations } = published;
  if (product === undefined || !Array.isArray(operations)) {
    const kept = overlays.map(({ table }) => table.definition).join(' and ');
    return `has another form than ${kept}: write product, version and operations as they do.`;
  }
  const overlay = overlays.find(({ table }) => table.definition.includes(`/${product.toLowerCase()}-`));
  if (!overlay) return `is the definition of ${product}, of which there is no overlay.`;
  const names = new Set((operations as Definition['operations']).map(({ name }) => name));
  const lost = Object.keys(overlay.entries).filter((name) => !names.has(name));
  if (lost.length === 0) return undefined;
  return `takes the place of the whole definition, and lacks ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ' and others' : ''}; what the service has dropped is first taken out of ${overlay.table.overlay}.`;
}
