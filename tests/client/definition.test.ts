import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyOperation, Param } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { mismatches } from '../../shared/schema/compare.ts';
import { allowsFields, type Fact, nearFields, type Stricter, sample, trials } from './definition-oracle.ts';

interface OperationFact {
  readonly name: string;
  readonly params: readonly Fact[];
  readonly combinations?: { readonly fields: readonly string[]; readonly values: readonly (readonly unknown[])[] };
}

const url = new URL('../../api/appstream-center-2021-09-01.json', import.meta.url);
const facts: OperationFact[] = JSON.parse(readFileSync(url, 'utf8')).operations;

const rowOf = ({ name }: OperationFact): AnyOperation => (operations as Record<string, AnyOperation>)[name] as AnyOperation;

/** The parameters with those that this program demands: `operations.test.ts` names them all with the reasons. */
function paramsOf(fact: OperationFact): readonly Fact[] {
  const { params } = rowOf(fact);
  return fact.params.map((param) => ({ ...param, required: param.required || (params[param.name] as Param).insisted === true }));
}

const stricterOf = ({ name }: OperationFact): Stricter => ({ emptyText: name === 'ModifyBrowserInstanceGroup', json: false });

type Path = readonly (string | number)[];

/** Every field of the parameters, inside lists and objects too, with its place in a sample of the whole input. */
function* places(fields: readonly Fact[], stricter: Stricter, at: Path = []): Generator<[Path, Fact, Stricter]> {
  for (const fact of fields) {
    const inside = { ...stricter, json: stricter.json || fact.encoding === 'json' };
    let path: Path = [...at, fact.name];
    let inner: Fact | undefined = fact;
    for (; inner; inner = inner.items, path = [...path, 0]) {
      yield [path, inner, inside];
      yield* places(inner.fields ?? [], inside, path);
    }
  }
}

function replaced(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}

const isRefused = (fact: OperationFact, input: unknown): boolean => mismatches(rowOf(fact).input, input).length > 0;

describe.each(facts)('the input of $name', (fact) => {
  const params = paramsOf(fact);
  const stricter = stricterOf(fact);
  const whole = sample({ name: '', type: 'object', fields: params }) as Record<string, unknown>;

  it('takes every parameter at once', () => {
    expect(mismatches(rowOf(fact).input, whole)).toEqual([]);
  });

  it('takes of each field what the definition allows, and refuses the rest there', () => {
    for (const [path, field, inside] of places(params, stricter)) {
      for (const { what, value, allowed } of trials(field, inside)) {
        const wrong = mismatches(rowOf(fact).input, replaced(whole, path, value));
        expect(wrong.length === 0, `${path.join('.')}: ${what}`).toBe(allowed);
        for (const found of wrong) expect(found.path.slice(0, path.length)).toEqual(path);
      }
      // An entry of a list is never left out, only the list.
      if (typeof path.at(-1) === 'number') continue;
      expect(isRefused(fact, replaced(whole, path, undefined)), `${path.join('.')} left out`).toBe(field.required ?? false);
    }
    expect(isRefused(fact, { ...whole, NoSuchParameter: 'a' })).toBe(true);
  });

  it('is judged as the definition has it, whatever it holds', () => {
    fc.assert(
      fc.property(nearFields(params, stricter), (input) => {
        expect(!isRefused(fact, input)).toBe(allowsFields(params, input, stricter));
      }),
      { numRuns: 100 },
    );
  });
});

describe('values that are legal only together', () => {
  const combined = facts.filter(({ combinations }) => combinations);

  it.each(combined)('are those of the definition in $name', (fact) => {
    const { fields, values } = fact.combinations as NonNullable<OperationFact['combinations']>;
    const [firsts, lasts] = [0, 1].map((index) => [...new Set(values.map((pair) => pair[index])), undefined]) as [unknown[], unknown[]];
    const inputOf = (pair: readonly unknown[]) =>
      fields.reduce<unknown>((input, field, index) => replaced(input, field.split('.'), pair[index]), {});
    for (const pair of firsts.flatMap((first) => lasts.map((last) => [first, last]))) {
      const legal =
        values.some((known) => known.every((value, index) => value === pair[index])) || pair.every((value) => value === undefined);
      expect(rowOf(fact).combination?.check(inputOf(pair)).length === 0, pair.join(' with ')).toBe(legal);
    }
  });
});
