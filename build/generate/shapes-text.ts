import type { Combined, Overlay, Shape } from '../../api/overlay/entry.ts';
import { type Definition, type Field, fieldAt, type LegalTogether } from './definition.ts';
import { type FieldSet, fieldSources, inputFieldsText, parameterText, readerFieldsText, readerText, type Writing } from './schema-text.ts';
import { commented, literal, objectText } from './typescript.ts';

/** A declaration of `shared/client/shapes/`. */
export interface Declaration {
  readonly file: string;
  readonly name: string;
  /** The declaration after `const NAME = ` or `type NAME = `. */
  readonly source: string;
  readonly note: string;
  readonly isType?: true;
  /** True where code that is not generated uses it as well. */
  readonly exported?: true;
}

/** All shared values, and how to write with them. */
export interface Shapes {
  readonly declarations: readonly Declaration[];
  readonly writing: Writing;
  /** The name of a combination. */
  combinationName(combinations: LegalTogether | undefined): string | undefined;
}

/** Names the values that operations share, in the order of the overlay: a shape can use those before it. */
export function namedShapes(definition: Definition, overlay: Overlay, problem: (text: string) => void): Shapes {
  const named = new Map<string, string>();
  const fieldSets: FieldSet[] = [];
  const writing: Writing = { named, fieldSets, advice: overlay.advice, problem };
  const declarations: Declaration[] = [];
  for (const shape of overlay.shapes) {
    const found = shapeOf(definition, shape, writing);
    if (!found) {
      problem(`${shape.name}: the definition has no ${pathOf(shape).path}`);
      continue;
    }
    declarations.push({ file: shape.file, name: shape.name, note: shape.note, source: found.source });
    if (found.set) fieldSets.push(found.set);
    else named.set(found.source, shape.name);
  }
  const combinations = new Map<string, string>();
  for (const combined of overlay.combined) {
    const operation = definition.operations.find(({ name }) => name === combined.operation);
    if (!operation?.combinations) problem(`${combined.name}: ${combined.operation} has no legal combinations`);
    else if (!isWritable(operation.combinations))
      problem(`${combined.name}: only pairs of parameters, or of fields of one object, can be written`);
    else {
      combinations.set(JSON.stringify(operation.combinations), combined.name);
      declarations.push(...combinationOf(combined, operation.combinations, operation.params));
    }
  }
  const combinationName = (legal: LegalTogether | undefined): string | undefined => {
    const name = legal && combinations.get(JSON.stringify(legal));
    if (legal && name === undefined) problem(`the combination of ${legal.fields.join(' and ')} has no name; add it to the overlay`);
    return name;
  };
  return { declarations, writing, combinationName };
}

function pathOf({ of }: Shape): { side: 'request' | 'answer'; path: string } {
  return 'request' in of ? { side: 'request', path: of.request } : { side: 'answer', path: of.answer };
}

function shapeOf(definition: Definition, shape: Shape, writing: Writing): { source: string; set?: FieldSet } | undefined {
  const { side, path } = pathOf(shape);
  const field = fieldAt(definition, side, path);
  if (!field) return undefined;
  const parameter = fieldAt(definition, side, path.split('.').slice(0, 2).join('.').replace('[]', ''));
  const json = parameter?.encoding === 'json';
  if (!shape.fields) {
    if (side === 'answer') return { source: readerText(field, path, writing) };
    // An entry or a field of a JSON text is written as a parameter of JSON would be.
    const encoding = field.encoding ?? (json ? 'json' : 'plain');
    return { source: parameterText({ ...field, encoding }, path, false, writing) };
  }
  const other = shape.fields.and === undefined ? field : fieldAt(definition, side, shape.fields.and);
  if (!other) return undefined;
  const sources = fieldSources(side, field, path, json, writing);
  const others = fieldSources(side, other, path, json, writing);
  const fields = new Map([...sources].filter(([name, source]) => others.get(name) === source));
  const common: Field = { ...field, fields: field.fields?.filter(({ name }) => fields.has(name ?? '')) ?? [] };
  const source =
    side === 'answer'
      ? readerFieldsText(common, path, writing)
      : inputFieldsText(common, { path, json, flat: false, emptyText: false }, writing, shape.notes);
  return { source, set: { name: shape.name, fields } };
}

/** The type of the legal values, and the combination that checks them. */
function combinationOf({ file, name, note, type, at, values }: Combined, legal: LegalTogether, params: readonly Field[]): Declaration[] {
  const pairs = objectText(legal.values);
  const source = `legalTogether<${type.name}>(${objectText(legal.fields)}, ${values?.name ?? pairs}, ${literal(at)}, ${literal(adviceOn(legal))})`;
  return [
    ...(values ? [{ ...values, source: `${pairs} as const`, exported: true as const }] : []),
    {
      file,
      name: type.name,
      note: type.note,
      source: legalType(legal, params),
      isType: true,
      ...(type.exported ? { exported: true } : {}),
    },
    { file, name, note, source },
  ];
}

/** Pairs can be written: of parameters, or of two fields of one object. */
function isWritable({ fields, values }: LegalTogether): boolean {
  const objects = new Set(fields.map((field) => field.split('.').slice(0, -1).join('.')));
  const isFlat = fields.every((field) => field.split('.').length <= 2);
  return fields.length === 2 && values.every((pair) => pair.length === 2) && objects.size === 1 && isFlat;
}

/** The values of the last field, each with what the fields before it may be. */
function byLast({ values }: LegalTogether): Map<string | number | boolean, (string | number | boolean)[]> {
  const groups = new Map<string | number | boolean, (string | number | boolean)[]>();
  for (const [first, last] of values as readonly (readonly [string | number | boolean, string | number | boolean])[]) {
    groups.set(last, [...(groups.get(last) ?? []), first]);
  }
  return groups;
}

/** `choose one of 1 Week; 1 or 2 Month`, or with the names of fields whose values are no amounts. */
function adviceOn(legal: LegalTogether): string {
  const [first = '', last = ''] = legal.fields.map((field) => field.split('.').at(-1) ?? field);
  const isAmount = legal.values.every(([value]) => typeof value === 'number');
  const groups = [...byLast(legal)].map(([value, firsts]) => {
    const listed = firsts.length < 2 ? firsts.join('') : `${firsts.slice(0, -1).join(', ')} or ${firsts.at(-1)}`;
    return isAmount ? `${listed} ${value}` : `${last} ${value} with ${first} ${listed}`;
  });
  return `choose one of ${groups.join('; ')}`;
}

/** Pairs of top-level parameters that are required, or of two fields of one optional object. */
function legalType(legal: LegalTogether, params: readonly Field[]): string {
  const paths = legal.fields.map((field) => field.split('.'));
  const [first = '', last = ''] = paths.map((path) => path.at(-1) ?? '');
  const pairs = [...byLast(legal)].map(
    ([value, firsts]) => `{ readonly ${first}: ${firsts.map(literal).join(' | ')}; readonly ${last}: ${literal(value)} }`,
  );
  const object = paths[0]?.length === 2 ? paths[0][0] : undefined;
  if (object === undefined) return pairs.map((pair) => `| ${pair}`).join('\n');
  const none = `{ readonly ${first}?: undefined; readonly ${last}?: undefined }`;
  const alternatives = [...pairs, none].map((pair) => `| ${pair}`).join('\n');
  const isRequired = params.find(({ name }) => name === object)?.required;
  return `{ readonly ${object}${isRequired ? '' : '?'}:\n${alternatives}${isRequired ? '' : '\n| undefined'} }`;
}

/** The body of a module of shapes. `isUsed` says whether another module needs a declaration. */
export function shapesText(declarations: readonly Declaration[], isUsed: (name: string) => boolean): string {
  return declarations
    .map(({ name, note, source, isType, exported }) => {
      const keyword = `${exported || isUsed(name) ? 'export ' : ''}${isType ? 'type' : 'const'}`;
      return `${commented([note])}\n${keyword} ${name} = ${source};`;
    })
    .join('\n\n');
}

/** What the definition says of the service as a whole: its version, the limits of weekly schedules, and the sizes of pages that nobody asked for. */
export function serviceFacts({ version, scheduleRules: rules, operations }: Definition, host?: string): Declaration[] {
  const sizes = operations.flatMap(({ name, paging, params }) => {
    const size = params.find((param) => param.name === paging?.['sizeParam'])?.default;
    return size === undefined ? [] : [[name, size] as const];
  });
  const declared = (file: string, name: string, note: string, source: string): Declaration => ({
    file,
    name,
    note,
    source,
    exported: true,
  });
  if (host !== undefined) {
    const note = 'Where calls go, and the version of the API; see `billing-sites.ts` for accounts of another site.';
    return [declared('service', 'service', note, objectText({ host, version }))];
  }
  return [
    declared('service', 'apiVersion', 'Version of the API.', literal(version)),
    ...(rules ? [declared('schedule-rules', 'scheduleRules', scheduleNote, `${objectText(rules)} as const`)] : []),
    declared(
      'page-sizes',
      'defaultPageSizes',
      'Size of a page where a call names none, by operation.',
      `${objectText(Object.fromEntries(sizes))} as const`,
    ),
  ];
}

const scheduleNote =
  'Limits of a weekly schedule: periods of a day, minutes of and between periods, days from its enable to its disable date.';
