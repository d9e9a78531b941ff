import type { EpochMs } from '../client/clock.ts';
import type { CompiledSelector, Never } from '../policy/compiled.ts';
import { parseTimestamp } from '../policy/values/timestamp.ts';
import { read as readShape } from '../schema/compare.ts';
import {
  anyText,
  decimal,
  exactOptional,
  jsonList,
  list,
  type NumberSchema,
  object,
  oneOf,
  optional,
  type Schema,
  type TypeOf,
  text,
} from '../schema/schema.ts';
import { recordOf, where } from '../schema/shapes.ts';
import { malformed } from './store/store.ts';

/** An exception as a record carries it: selectors and words as compiled. Times are RFC 3339 in UTC: it is one stretch for all targets. */
export interface ExceptionBody {
  readonly because: string;
  /** Who said so. */
  readonly by: string;
  readonly from: string;
  readonly until: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly keepAtLeastPercent?: number;
  readonly never?: readonly Never[];
}

/** What the body of an exception means. */
export interface ExceptionTerms {
  readonly because: string;
  readonly by: string;
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly keepAtLeastPercent?: number;
  readonly never: readonly Never[];
}

/** Somebody's word that an exception is over. */
export interface ExceptionEnd {
  readonly by: string;
  readonly because?: string | undefined;
}

const instant = where(anyText, (value) => parseTimestamp(value).ok);
const texts = exactOptional(list(anyText));
const ageMs = exactOptional(decimal);

/** Selectors were checked by the policy's own schema when they were added: here only their form, which keeps that schema out of the functions. */
const selector = where(
  object({
    ...{ all: exactOptional(oneOf(true)), ids: texts, names: texts, missingTags: texts, regions: texts, statuses: texts },
    ...{ officeNetworks: texts, images: texts, users: texts, tags: exactOptional(recordOf(jsonList(anyText))) },
    charge: exactOptional(jsonList(oneOf('subscription', 'pay-as-you-go'))),
    firstSeen: exactOptional(object({ over: ageMs, under: ageMs })),
  }),
  // One without any key selects nothing, and would forbid nothing.
  (keys) => Object.keys(keys).length > 0,
);
const percent: NumberSchema<number> = { kind: 'number', whole: false, min: 0, max: 100 };
/** All that an exception can forbid. */
export const neverWords: readonly Never[] = ['cut-sessions', 'approve-ota', 'scale-down', 'renew', 'power-off', 'tag', 'enforce'];
const word = oneOf(...neverWords);

/** Strict: a word that this version does not know may be one that forbids something. */
const terms = object({
  ...{ because: text, by: anyText, from: instant, until: instant, targets: texts },
  ...{ groups: exactOptional(selector), workstations: exactOptional(selector) },
  keepAtLeastPercent: exactOptional(percent),
  never: exactOptional(list(word)),
});
const end = object({ by: anyText, because: optional(anyText) });

/** Reads the body of a record of kind `exception`. @throws JournalError `MalformedRecord` with the key and what can be done */
export function readTerms(key: string, body: unknown): ExceptionTerms {
  const { from, until, never = [], ...rest } = read(key, terms, body);
  return { ...rest, fromMs: Date.parse(from), untilMs: Date.parse(until), never };
}

/** Reads the body of a record of kind `exception-end`. @throws JournalError `MalformedRecord` with the key and what can be done */
export function readEnd(key: string, body: unknown): ExceptionEnd {
  return read(key, end, body);
}

function read<S extends Schema>(key: string, schema: S, body: unknown): TypeOf<S> {
  const parsed = readShape(schema, body);
  if (parsed.ok) return parsed.value;
  throw malformed(key, parsed.where);
}
