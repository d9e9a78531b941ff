import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { appStreaming } from '../../api/overlay/app-streaming.ts';
import type { Entries } from '../../api/overlay/entry.ts';
import { type Definition, type Field, type OperationFacts, reduced } from '../../build/generate/definition.ts';
import { differences, foldersOf, formatted, operationModules, services, write } from '../../build/generate/files.ts';
import { unfitDefinition } from '../../build/generate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { table } = appStreaming;
const definitionOf = (file: string): Definition => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const definition = definitionOf(table.definition);

/** Files of a table that can be written. */
function filesOf(from: Definition, entries: Entries = appStreaming.entries): ReadonlyMap<string, string> {
  const written = operationModules(from, { ...appStreaming, entries });
  if ('problems' in written) throw new Error(written.problems.join('; '));
  return written.files;
}

/** What keeps a table from being written. */
function problemsOf(operations: readonly OperationFacts[], entries: Entries): readonly string[] {
  const written = operationModules({ ...definition, operations: [...definition.operations, ...operations] }, { ...appStreaming, entries });
  return 'problems' in written ? written.problems : [];
}

const made: OperationFacts = {
  name: 'PauseThing',
  group: 'Things',
  access: 'write',
  params: [{ name: 'ThingId', type: 'string', required: true, in: 'body', encoding: 'plain' }],
  response: { type: 'object', fields: [{ name: 'RequestId', type: 'string' }] },
};
const rows: Field = { name: 'Things', type: 'array', items: { type: 'object', fields: [{ name: 'Id', type: 'string' }] } };
const { entries } = appStreaming;

describe('the committed table of operations', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'streamwarden-table-'));
  afterAll(() => rmSync(copy, { recursive: true }));
  const files = formatted(filesOf(definition), root);

  it('is what its definition and its overlay give', () => {
    expect(differences(files, root, table)).toEqual([]);
  });

  it('names its origin in the first line of every file', () => {
    for (const text of files.values())
      expect(text.split('\n', 1)[0]).toMatch(/^\/\/ Generated from api\/appstream-center-2021-09-01\.json/);
  });

  it('is out of date after a change by hand, without a file, and with one too many, until it is written again', () => {
    for (const folder of foldersOf(table)) cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true });
    writeFileSync(path.join(copy, 'shared/client/operations/unbind.ts'), '// by hand\n');
    rmSync(path.join(copy, 'shared/client/shapes/tag.ts'));
    writeFileSync(path.join(copy, 'shared/client/operations/old.ts'), '');
    expect([...differences(files, copy, table)].sort()).toEqual([
      'shared/client/operations/old.ts belongs to no operation',
      'shared/client/operations/unbind.ts is out of date',
      'shared/client/shapes/tag.ts is missing',
    ]);
    write(files, copy, table);
    expect(differences(files, copy, table)).toEqual([]);
  });
});

describe.each(services.map((overlay) => [overlay.table.operations, overlay] as const))('the table in %s', (_, overlay) => {
  const published = definitionOf(overlay.table.definition);
  const written = operationModules(published, overlay);
  const files = formatted('problems' in written ? new Map() : written.files, root);

  it('is what its definition and its overlay give, and names both in each file', () => {
    expect(written).not.toHaveProperty('problems');
    expect(differences(files, root, overlay.table)).toEqual([]);
    const origin = `// Generated from ${overlay.table.definition} and ${overlay.table.overlay}: change those, and run \`npm run generate\`.`;
    for (const text of files.values()) expect(text.split('\n', 1)[0]).toBe(origin);
  });

  it('is kept as what the project reads of it', () => {
    expect(reduced(published)).toEqual(published);
  });
});

describe('a definition', () => {
  it('is kept as what the project reads of it', () => {
    expect(reduced(definition)).toEqual(definition);
    const published = {
      ...definition,
      endpointRule: 'regional',
      operations: [{ ...made, method: 'POST', summary: 'prose', params: [{ ...made.params[0], example: 't-1', description: 'prose' }] }],
    } as unknown as Definition;
    expect(reduced(published).operations).toEqual([made]);
    expect(reduced(published)).not.toHaveProperty('endpointRule');
  });

  it('is taken over whole, in the form of the one that it replaces', () => {
    expect(unfitDefinition(definition, services)).toBeUndefined();
    expect(unfitDefinition({ ...definition, operations: [...definition.operations, made] }, services)).toBeUndefined();
    const refused = (published: Partial<Definition>) => unfitDefinition(published, services);
    expect(refused({ info: {}, apis: {} } as never)).toMatch(/another form than api\/appstream-center-2021-09-01\.json and api\/bss/);
    expect(refused({ ...definition, product: 'Ecs' })).toMatch(/definition of Ecs, of which there is no overlay/);
    expect(refused({ ...definition, operations: definition.operations.filter(({ name }) => name !== 'ListImage') })).toBe(
      `takes the place of the whole definition, and lacks ListImage; what the service has dropped is first taken out of ${table.overlay}.`,
    );
  });

  it('with a new operation needs a word on what a write can do', () => {
    expect(problemsOf([made], entries)).toEqual(['PauseThing writes; say in the overlay what it can do at worst, as its effect']);
    const more: Entries = { ...entries, PauseThing: { note: ['Pauses a thing.'], effect: 'disruptive' } };
    const files = filesOf({ ...definition, operations: [...definition.operations, made] }, more);
    const before = filesOf(definition);
    expect(
      [...files]
        .filter(([file, text]) => before.get(file) !== text)
        .map(([file]) => file)
        .sort(),
    ).toEqual(['shared/client/operations/index.ts', 'shared/client/operations/pause-thing.ts']);
  });

  it('is refused with three values that are legal only together', () => {
    const three = { ...made, access: 'read', combinations: { fields: ['A', 'B', 'C'], values: [[1, 2, 3]] } } as const;
    const combined = [{ file: 'three', name: 'three', note: '', operation: 'PauseThing', at: 'A', type: { name: 'Three', note: '' } }];
    const written = operationModules({ ...definition, operations: [...definition.operations, three] }, { ...appStreaming, combined });
    expect('problems' in written && written.problems.join('; ')).toMatch(/three: only pairs/);
  });

  it('is corrected by the facts of the overlay', () => {
    const bare: OperationFacts = {
      name: 'ListThings',
      params: made.params,
      response: { type: 'object', fields: [...(made.response.fields ?? []), rows] },
    };
    const ram = { action: 'appstreaming:ReadThings', level: 'list' } as const;
    const paging = { style: 'page', pageParam: 'PageNumber', sizeParam: 'PageSize', items: 'Things' };
    const answersToo = [{ at: 'Things[]', field: 'Mood', type: 'string', because: 'seen' }];
    const entry = { note: ['Things.'], facts: { group: 'Things', access: 'read', ram, paging } as const, rowId: ['Id'], answersToo };
    const files = filesOf({ ...definition, operations: [...definition.operations, bare] }, { ...entries, ListThings: entry });
    const text = files.get('shared/client/operations/list-things.ts')?.replaceAll(/\s+/g, ' ');
    expect(text).toContain("group: 'Things', effect: 'none', ram: { action: 'appstreaming:ReadThings', level: 'list' },");
    expect(text).toContain("items: 'Things', id: ['Id'] }");
    expect(text).toContain('Things: readList(readObject({ Id: readText, Mood: readText, }))');
  });

  it.each<[string, Partial<OperationFacts>, Entries, RegExp]>([
    ['a list whose rows cannot be told apart', { access: 'read', paging: { style: 'page', items: 'Things' } }, {}, /rowId/],
    [
      'pages counted from 0',
      { access: 'read', paging: { style: 'page', firstPage: 0 } },
      { PauseThing: { note: [], rowId: ['Id'] } },
      /from 0/,
    ],
    ['a read with an effect', { access: 'read' }, { PauseThing: { note: [], effect: 'write' } }, /reads, and has no effect/],
    [
      'a type that could be money',
      { access: 'read', params: [{ name: 'A', type: 'number', in: 'body' }] },
      {},
      /PauseThing\.A has the type number/,
    ],
    [
      'legal values that have no name',
      { access: 'read', combinations: { fields: ['A', 'B'], values: [[1, 'x']] } },
      {},
      /A and B has no name/,
    ],
    ['an answer without RequestId', { access: 'read', response: { type: 'object' } }, {}, /has no RequestId/],
    ['an entry about nothing', { access: 'read' }, { ResumeThing: { note: [] } }, /ResumeThing, which the definition does not have/],
    [
      'no word on whether it writes',
      { access: undefined } as never,
      {},
      /^PauseThing does not say whether it writes; add the access to its facts$/,
    ],
    ['a note on no parameter', { access: 'read' }, { PauseThing: { note: [], notes: { Id: 'no such' } } }, /PauseThing\.Id, which/],
    [
      'a field more in a place that the answer does not have',
      { access: 'read' },
      { PauseThing: { note: [], answersToo: [{ at: 'Rows[]', field: 'A', type: 'string', because: 'seen' }] } },
      /Rows\[\] of the answer of PauseThing/,
    ],
    [
      'a demand for what is required',
      { access: 'read' },
      { PauseThing: { note: [], insist: { ThingId: 'of old' } } },
      /insist on it no more/,
    ],
  ])('is refused with %s', (_, facts, more, problem) => {
    expect(problemsOf([{ ...made, ...facts }], { ...entries, ...more }).join('; ')).toMatch(problem);
  });
});
