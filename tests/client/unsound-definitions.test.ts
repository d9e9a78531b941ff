import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Definition, Field, OperationFacts } from '../../build/generate/definition.ts';
import { unsoundFacts } from '../../build/generate/soundness.ts';

const url = new URL('../../api/appstream-center-2021-09-01.json', import.meta.url);
const definition: Definition = JSON.parse(readFileSync(url, 'utf8'));

const read: OperationFacts = {
  name: 'ReadThing',
  params: [],
  response: { type: 'object', fields: [{ name: 'RequestId', type: 'string' }] },
};

/** What is unsound about operations that a definition has besides its own. */
function problemsOf(...operations: readonly OperationFacts[]): readonly string[] {
  const problems: string[] = [];
  unsoundFacts({ ...definition, operations: [...definition.operations, ...operations] }, (text) => problems.push(text));
  return problems;
}

const withParameter = (param: Partial<Field>): OperationFacts => ({
  ...read,
  params: [{ name: 'A', type: 'string', in: 'query', encoding: 'plain', ...param }],
});
const inJson = (...fields: readonly Field[]): OperationFacts => withParameter({ type: 'object', encoding: 'json', fields });

describe('a definition of which the table would lose or twist a fact', () => {
  it.each<[string, OperationFacts, string]>([
    ['a secret inside JSON', inJson({ name: 'Password', type: 'string', secret: true }), 'ReadThing.A.Password is a secret inside'],
    [
      'a secret in a list',
      withParameter({ type: 'array', encoding: 'flat', items: { type: 'string', secret: true } }),
      'ReadThing.A[] is a secret inside',
    ],
    ['a length beside a pattern', withParameter({ pattern: '^a+$', format: 'HH:mm', maxLength: 3 }), 'ReadThing.A has a length'],
    ['bounds of a fraction', withParameter({ type: 'float', min: 0, max: 1 }), 'ReadThing.A has bounds'],
    ['bounds of text', withParameter({ min: 0, max: 9 }), 'ReadThing.A has bounds'],
    ['values of a fraction', withParameter({ type: 'float', enum: [1.5] }), 'ReadThing.A has values that its type float cannot have'],
    ['numbers as values of text', withParameter({ enum: [1, 2] }), 'ReadThing.A has values that its type string cannot have'],
    ['a set without values', withParameter({ enum: [] }), 'ReadThing.A has values that its type string cannot have'],
    ['a value with a line break', withParameter({ enum: ['a\nb'] }), 'ReadThing.A has a value with a line break'],
    ['an empty text outside of JSON', withParameter({ minLength: 0, maxLength: 3 }), 'ReadThing.A may be empty'],
    ['a format that nothing checks', withParameter({ format: 'email' }), 'ReadThing.A has the format email and no pattern'],
    ['a pattern with a slash', withParameter({ pattern: 'a/b', format: 'HH:mm' }), 'ReadThing.A has a pattern with a slash'],
    ['an object of unknown fields', inJson(), 'ReadThing.A is an object of which no field is known'],
    [
      'an object that is not JSON',
      withParameter({ type: 'object', fields: [{ name: 'B', type: 'string' }] }),
      'ReadThing.A is an object, and its encoding is not json',
    ],
    ['a list of text that is no list', withParameter({ encoding: 'flat' }), 'ReadThing.A is no list and no object'],
    ['an unknown encoding', withParameter({ encoding: 'xml' as never }), 'ReadThing.A has the encoding xml'],
    ['a parameter of the path', withParameter({ in: 'path' as never }), 'ReadThing.A travels in path'],
    ['a parameter without a place', { ...read, params: [{ name: 'A', type: 'string' }] }, 'ReadThing.A travels in no place'],
    ['a parameter that is no name', withParameter({ name: 'a-b' }), 'ReadThing has a field named "a-b"'],
    [
      'a field that JavaScript takes for itself',
      inJson({ name: '__proto__', type: 'string' }),
      'ReadThing.A has a field named "__proto__"',
    ],
    ['a field twice', inJson({ name: 'B', type: 'string' }, { name: 'B', type: 'integer' }), 'ReadThing.A.B is there twice'],
    [
      'a field of the answer twice',
      { ...read, response: { type: 'object', fields: [...(read.response.fields ?? []), ...(read.response.fields ?? [])] } },
      'ReadThing: the answer.RequestId is there twice',
    ],
    ['an operation named like a word of the language', { ...read, name: 'Delete' }, '"Delete" cannot name an operation'],
    ['an operation with a path for a name', { ...read, name: '../../Thing' }, '"../../Thing" cannot name an operation'],
    ['the file of the table', { ...read, name: 'Index' }, 'Index would be written to index.ts'],
  ])('is refused for %s', (_, operation, problem) => {
    const found = problemsOf(operation);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it('is refused for an operation that is there twice, and for two in the same file', () => {
    expect(problemsOf(read, read)).toEqual(['ReadThing would be written to read-thing.ts, which ReadThing has']);
    expect(problemsOf({ ...read, name: 'Readthing' }, { ...read, name: 'READthing' })).toEqual([
      'READthing would be written to readthing.ts, which Readthing has',
    ]);
  });

  it('is none that the project has', () => {
    expect(problemsOf()).toEqual([]);
  });
});
