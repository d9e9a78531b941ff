import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { appStreaming } from '../../api/overlay/app-streaming.ts';
import { billing } from '../../api/overlay/billing.ts';
import type { Overlay, Table } from '../../api/overlay/entry.ts';
import { corrected } from './corrections.ts';
import type { Definition } from './definition.ts';
import { operationText } from './operation-text.ts';
import { type Declaration, namedShapes, serviceFacts, shapesText } from './shapes-text.ts';
import { unsoundFacts } from './soundness.ts';
import { type Exports, exportName, fileName, identifiersOf, moduleText } from './typescript.ts';

/** The services of which the client has a table. */
export const services: readonly Overlay[] = [appStreaming, billing];

/** The folders of a table. */
export const foldersOf = ({ operations, shapes }: Table): readonly string[] => [operations, shapes];

/** Files by their path in the repository, or what keeps them from being written. */
export type Written = { readonly files: ReadonlyMap<string, string> } | { readonly problems: readonly string[] };

const ofSchema = [
  'anyText',
  'decimal',
  'flag',
  'int',
  'intOr',
  'jsonList',
  'list',
  'matching',
  'object',
  'oneOf',
  'open',
  'optional',
  'sized',
  'text',
];
const ofAnswer = [
  'answer',
  'checkedAnswer',
  'readAmount',
  'readDecimal',
  'readFlag',
  'readInt',
  'readList',
  'readObject',
  'readOneOf',
  'readText',
];
const ofFields = ['body', 'insist', 'instant', 'legalTogether', 'percentage', 'query'];

/** Writes the modules of all operations and of what they share, not yet formatted. */
export function operationModules(published: Definition, overlay: Overlay): Written {
  const problems: string[] = [];
  const problem = (text: string): void => void problems.push(text);
  const { entries, ramPrefix, host, table } = overlay;
  const hosted = host !== undefined;
  const definition = corrected(published, overlay, problem);
  unsoundFacts(definition, problem);
  const { declarations, writing, combinationName } = namedShapes(definition, overlay, problem);
  const bodies = new Map(
    definition.operations.map((operation) => {
      const { name, combinations } = operation;
      const source = { operation, entry: entries[name], ramPrefix, hosted, writing, combinationName: combinationName(combinations) };
      return [name, operationText(source)];
    }),
  );
  if (problems.length > 0) return { problems };
  const shapes = [...serviceFacts(definition, host), ...declarations];
  const firstLine = `// Generated from ${table.definition} and ${table.overlay}: change those, and run \`npm run generate\`.`;
  const exports = exportsOf(
    table,
    shapes,
    Object.values(entries).flatMap(({ check }) => (check ? [check] : [])),
  );
  const files = new Map<string, string>();
  for (const [name, body] of bodies) files.set(`${table.operations}/${fileName(name)}.ts`, moduleText(firstLine, body, exports));
  files.set(`${table.operations}/index.ts`, indexText(firstLine, table.exportedAs, [...bodies.keys()]));
  for (const [file, text] of shapeModules(firstLine, table, shapes, [...bodies.values()], exports)) files.set(file, text);
  return { files };
}

/** What modules of operations import, by path. */
function exportsOf(table: Table, shapes: readonly Declaration[], checks: readonly string[]): Exports {
  return new Map([
    ['../../schema/schema.ts', ofSchema],
    ['../answer.ts', ofAnswer],
    ['../checks.ts', [...new Set(checks)]],
    ['../fields.ts', ofFields],
    ['../json-numbers.ts', ['decimalsAsText']],
    ['../operation.ts', ['operation']],
    ...byFile(shapes).map(([file, own]): [string, string[]] => [
      `${besideOperations(table)}/${file}.ts`,
      own.filter(({ isType }) => !isType).map(({ name }) => name),
    ]),
  ]);
}

/** The folder of shapes as operations import it: both are in the same folder. */
const besideOperations = ({ shapes }: Table): string => `../${path.basename(shapes)}`;

function shapeModules(
  firstLine: string,
  table: Table,
  shapes: readonly Declaration[],
  bodies: readonly string[],
  exports: Exports,
): [string, string][] {
  const folder = besideOperations(table);
  return byFile(shapes).map(([file, own]) => {
    const elsewhere = [...bodies, ...shapes.filter((shape) => shape.file !== file).map(({ source }) => source)].map(identifiersOf);
    const isUsed = (name: string): boolean => elsewhere.some((identifiers) => identifiers.has(name));
    const others = [...exports]
      .filter(([from]) => from !== `${folder}/${file}.ts`)
      .map(([from, names]): [string, readonly string[]] => [from.replace(`${folder}/`, './'), names]);
    return [`${table.shapes}/${file}.ts`, moduleText(firstLine, shapesText(own, isUsed), new Map(others))];
  });
}

function byFile(shapes: readonly Declaration[]): [file: string, own: readonly Declaration[]][] {
  return [...new Set(shapes.map(({ file }) => file))].map((file) => [file, shapes.filter((shape) => shape.file === file)]);
}

function indexText(firstLine: string, exportedAs: string, actions: readonly string[]): string {
  const sorted = [...actions].sort();
  const imports = sorted.map((action) => `import { ${exportName(action)} } from './${fileName(action)}.ts';`);
  return `${firstLine}
import type { AnyOperation } from '../operation.ts';
${imports.join('\n')}

/**
 * All operations by action, for programs that must know every one of them. A function imports the few rows that it
 * calls, so that its bundle carries no other.
 */
export const ${exportedAs} = {
${sorted.map((action) => `${action}: ${exportName(action)},`).join('\n')}
} satisfies Record<string, AnyOperation>;
`;
}

/** The files as the project's formatter wants them. */
export function formatted(files: ReadonlyMap<string, string>, root: string): ReadonlyMap<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-generate-'));
  try {
    for (const [file, text] of files) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    const biome = createRequire(path.join(root, 'package.json')).resolve('@biomejs/biome/bin/biome');
    const args = ['check', '--write', '--linter-enabled=false', `--config-path=${path.join(root, 'biome.json')}`, '.'];
    execFileSync(process.execPath, [biome, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return new Map([...files.keys()].map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What differs between the repository and the files: those that are missing, those that are out of date, those that are too many. */
export function differences(files: ReadonlyMap<string, string>, root: string, table: Table): readonly string[] {
  const present = new Set(foldersOf(table).flatMap((folder) => namesIn(root, folder)));
  const written = [...files].flatMap(([file, text]) => {
    if (!present.has(file)) return [`${file} is missing`];
    return readFileSync(path.join(root, file), 'utf8') === text ? [] : [`${file} is out of date`];
  });
  return [...written, ...[...present].filter((file) => !files.has(file)).map((file) => `${file} belongs to no operation`)];
}

/** Brings the repository up to date. */
export function write(files: ReadonlyMap<string, string>, root: string, table: Table): void {
  for (const folder of foldersOf(table)) {
    mkdirSync(path.join(root, folder), { recursive: true });
    for (const file of namesIn(root, folder)) if (!files.has(file)) rmSync(path.join(root, file));
  }
  for (const [file, text] of files) writeFileSync(path.join(root, file), text);
}

function namesIn(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`);
}
