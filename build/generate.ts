/**
 * `npm run generate`: writes the table of operations from the definition of the API in `api/` and the overlay beside it. The result is committed.
 * Exit code 1 when something cannot be written, or with `--check` when the result is not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { appStreaming } from '../api/overlay/app-streaming.ts';
import { developerCommand } from './developer-command.ts';
import { type Definition, readableJson, reduced } from './generate/definition.ts';
import { differences, formatted, operationModules, origin, write } from './generate/files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const flags = developerCommand('generate', 'Writes the table of operations from the definition of the API and its overlay.')
  .option('--check', 'write nothing, and fail when the table is not current')
  .option('--definition <file>', 'first take over a published definition, without what the project does not read')
  .parse()
  .opts<{ readonly check?: boolean; readonly definition?: string }>();

function read(file: string): Definition {
  return JSON.parse(readFileSync(file, 'utf8')) as Definition;
}

const kept = path.join(root, origin.definition);
const definition = flags.definition === undefined ? read(kept) : reduced(read(flags.definition));
const text = `${readableJson(definition)}\n`;
const isKept = readFileSync(kept, 'utf8') === text;
// Kept even if no table can be made of it yet: what it leaves open is then said in the overlay.
if (!flags.check && !isKept) writeFileSync(kept, text);

const written = operationModules(definition, appStreaming);
if ('problems' in written) {
  for (const problem of written.problems) console.error(problem);
  process.exitCode = 1;
} else {
  const files = formatted(written.files, root);
  const found = [...(isKept ? [] : [`${origin.definition} is out of date`]), ...differences(files, root)];
  if (!flags.check) write(files, root);
  for (const difference of flags.check ? found : []) console.error(difference);
  if (flags.check && found.length > 0) {
    console.error('Run `npm run generate` and commit the result.');
    process.exitCode = 1;
  } else {
    console.log(`${files.size + 1} files, ${found.length === 0 ? 'all current' : `${found.length} written anew`}`);
  }
}
