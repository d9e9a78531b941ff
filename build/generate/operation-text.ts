import type { OverlayEntry } from '../../api/overlay/entry.ts';
import type { Field, OperationFacts } from './definition.ts';
import { noteOf, parameterText, readerFieldsText, type Writing } from './schema-text.ts';
import { commented, exportName, literal, objectText } from './typescript.ts';

/** What an operation is written from. */
export interface OperationSource {
  /** Facts of the definition, corrected. */
  readonly operation: OperationFacts;
  readonly entry: OverlayEntry | undefined;
  readonly ramPrefix: string;
  /** True where calls go to a host of the service's own; `service` of its shapes names it. */
  readonly hosted: boolean;
  /** Name of the combination with the same fields and values. */
  readonly combinationName: string | undefined;
  readonly writing: Writing;
}

/** The body of an operation's module: one row of the operation table. */
export function operationText(source: OperationSource): string {
  const { operation, entry, writing } = source;
  const { name, group } = operation;
  if (group === undefined) writing.problem(`${name} has no group; add it to its facts`);
  const rows = [
    `action: ${literal(name)},`,
    `group: ${literal(group ?? '')},`,
    `effect: ${literal(effectOf(source))},`,
    ...ramRows(source),
    `params: {\n${operation.params.map((field) => paramText(field, source)).join('\n')}\n},`,
    ...(source.combinationName === undefined ? [] : [`combination: ${source.combinationName},`]),
    ...(entry?.check ? [`check: ${entry.check},`] : []),
    `output: ${outputText(source)},`,
    ...pagingRows(source),
    ...batchRows(source),
    ...(entry?.verdict ? [`verdict: ${objectText(entry.verdict)},`] : []),
    ...(entry?.partial ? [`partial: ${objectText(entry.partial)},`] : []),
    ...(source.hosted ? ['service,'] : []),
    ...(hasAmounts(operation.response) ? ['readJson: decimalsAsText,'] : []),
    ...(entry?.token === undefined ? [] : [`token: ${literal(entry.token)},`]),
  ];
  const note = entry ? `${commented(entry.note)}\n` : '';
  return `${note}export const ${exportName(name)} = operation({\n${rows.join('\n')}\n});`;
}

function effectOf({ operation, entry, writing }: OperationSource): string {
  const { access } = operation;
  if (access === undefined) {
    writing.problem(`${operation.name} does not say whether it writes; add the access to its facts`);
    return 'destructive';
  }
  if (access === 'read' && entry?.effect) writing.problem(`${operation.name} reads, and has no effect`);
  if (access === 'read') return 'none';
  if (!entry?.effect) writing.problem(`${operation.name} writes; say in the overlay what it can do at worst, as its effect`);
  return entry?.effect ?? 'destructive';
}

/** The permission, where it is more than the operation's own name, which nobody has confirmed. */
function ramRows({ operation, ramPrefix }: OperationSource): string[] {
  const { ram } = operation;
  if (!ram) return ramPrefix === 'appstreaming' ? [] : [`ram: { action: ${literal(`${ramPrefix}:${operation.name}`)}, assumed: true },`];
  const { action, ...more } = ram;
  return [`ram: ${objectText(action === `appstreaming:${operation.name}` ? more : ram)},`];
}

function paramText(field: Field, { operation, entry, writing }: OperationSource): string {
  const name = field.name as string;
  const path = `${operation.name}.${name}`;
  const insisted = entry?.insist?.[name];
  if (insisted !== undefined && field.required) writing.problem(`${path} is required as it is; insist on it no more`);
  const schema = parameterText(field, path, entry?.emptyText !== undefined, writing);
  const placed = `${field.in}${encodings[field.encoding ?? 'plain']}(${field.required || insisted !== undefined ? schema : `optional(${schema})`})`;
  if (field.secret && field.encoding !== 'plain') writing.problem(`${path} is a secret that is not plain`);
  const param = field.secret ? placed.replace('(', '.secret(') : placed;
  const note = noteOf(field, entry?.notes?.[name], insisted);
  return `${note === '' ? '' : `${commented([note])}\n`}${name}: ${insisted === undefined ? param : `insist(${param})`},`;
}

const encodings = { plain: '', flat: '.flat', json: '.json' } as const;

/** Money has to be read before its digits are rounded. */
function hasAmounts({ type, items, fields = [] }: Field): boolean {
  return type === 'amount' || (items !== undefined && hasAmounts(items)) || fields.some(hasAmounts);
}

/** The fields that every answer has; `answer` and `checkedAnswer` read them. */
const ofEveryAnswer = ['RequestId', 'Code', 'Message'];

function outputText({ operation, writing }: OperationSource): string {
  const { name, response } = operation;
  const fields = response.fields ?? [];
  if (!fields.some((field) => field.name === 'RequestId')) writing.problem(`the answer of ${name} has no RequestId`);
  const judged = fields.some((field) => field.name === 'Code');
  const own = { ...response, fields: fields.filter((field) => !ofEveryAnswer.includes(field.name ?? '')) };
  return `${judged ? 'checkedAnswer' : 'answer'}(${readerFieldsText(own, name, writing)})`;
}

function pagingRows({ operation, entry, writing }: OperationSource): string[] {
  const { paging } = operation;
  if (!paging) {
    if (entry?.rowId) writing.problem(`${operation.name} has no pages, so its rows need no id`);
    return [];
  }
  const { firstPage = 1, ...own } = paging;
  if (firstPage !== 1) writing.problem(`${operation.name} counts its pages from ${firstPage}; the client counts from 1`);
  if (!entry?.rowId) writing.problem(`${operation.name} has pages; say in the overlay which fields tell its rows apart, as rowId`);
  return [`paging: ${objectText({ ...own, id: entry?.rowId ?? [] })},`];
}

function batchRows({ operation, entry, writing }: OperationSource): string[] {
  if (!entry?.batch) return [];
  const { param, because } = entry.batch;
  const stated = operation.params.find(({ name }) => name === param)?.maxItems;
  const max = stated ?? entry.batch.max;
  if (stated !== undefined && entry.batch.max !== undefined) writing.problem(`${operation.name}.${param} has a largest batch as it is`);
  if (max === undefined) writing.problem(`${operation.name}.${param} has no largest batch; say one in the overlay`);
  return [...(because === undefined ? [] : [`// ${because}`]), `batch: ${objectText({ param, max: max ?? 1 })},`];
}
