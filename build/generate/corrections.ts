import type { Overlay, OverlayEntry } from '../../api/overlay/entry.ts';
import type { Definition, Field, OperationFacts } from './definition.ts';

/** The definition with what the overlay adds to its facts, or corrects. `problem` is told of an entry that speaks of what does not exist. */
export function corrected(
  definition: Definition,
  { entries, restated }: Pick<Overlay, 'entries' | 'restated'>,
  problem: (text: string) => void,
): Definition {
  for (const name of Object.keys(entries)) {
    if (!definition.operations.some((operation) => operation.name === name)) {
      problem(`the overlay speaks of ${name}, which the definition does not have`);
    }
  }
  return {
    ...definition,
    operations: definition.operations.map((operation) =>
      correctedOperation(restated ? restatedOperation(operation, restated) : operation, entries[operation.name], problem),
    ),
  };
}

type Restated = NonNullable<Overlay['restated']>;

function restatedOperation(operation: OperationFacts, restated: Restated): OperationFacts {
  const { params, response } = operation;
  return { ...operation, params: params.map((field) => restatedField(field, restated)), response: restatedField(response, restated) };
}

function restatedField(field: Field, restated: Restated): Field {
  const { items, fields, ...own } = restated(field);
  return {
    ...own,
    ...(items ? { items: restatedField(items, restated) } : {}),
    ...(fields ? { fields: fields.map((inner) => restatedField(inner, restated)) } : {}),
  };
}

function correctedOperation(operation: OperationFacts, entry: OverlayEntry | undefined, problem: (text: string) => void): OperationFacts {
  const { name, params } = operation;
  for (const param of [...Object.keys(entry?.notes ?? {}), ...Object.keys(entry?.insist ?? {})]) {
    if (!params.some((field) => field.name === param))
      problem(`the overlay speaks of ${name}.${param}, which the definition does not have`);
  }
  const response = (entry?.answersToo ?? []).reduce((answer, { at, field, type }) => {
    const more = withField(answer, at.split('.'), { name: field, type });
    if (!more) problem(`the overlay adds ${field} to ${at} of the answer of ${name}, which the definition does not have`);
    return more ?? answer;
  }, operation.response);
  return { ...operation, ...entry?.facts, response };
}

/** An object with one more field at the end of a path such as `Rows[].Tags[]`; undefined where the path leads nowhere. */
function withField(at: Field, [step, ...rest]: readonly string[], added: Field): Field | undefined {
  const fields = at.fields ?? [];
  if (step === undefined) return { ...at, fields: [...fields, added].sort(byName) };
  const field = fields.find(({ name }) => name === step.replace('[]', ''));
  const inner = step.endsWith('[]') ? field?.items : field;
  const more = inner && withField(inner, rest, added);
  if (!field || !more) return undefined;
  const changed = step.endsWith('[]') ? { ...field, items: more } : more;
  return { ...at, fields: fields.map((each) => (each === field ? changed : each)) };
}

const byName = (a: Field, b: Field): number => ((a.name ?? '') < (b.name ?? '') ? -1 : 1);
