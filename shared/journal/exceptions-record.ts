import * as z from 'zod/mini';
import type { EpochMs } from '../client/clock.ts';
import type { CompiledSelector, Never } from '../policy/compiled.ts';
import { parseTimestamp } from '../policy/values/timestamp.ts';
import { JournalError } from './journal-error.ts';
import { recordOf } from './json-shapes.ts';

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

const instant = z.string().check(z.refine((text) => parseTimestamp(text).ok));
const texts = z.exactOptional(z.array(z.string()).check(z.minLength(1)));
const ageMs = z.exactOptional(z.number());

/** Selectors were checked by the policy's own schema when they were added: here only their form, which keeps that schema out of the functions. */
const selector: z.ZodMiniType<CompiledSelector> = z
  .strictObject({
    ...{ all: z.exactOptional(z.literal(true)), ids: texts, names: texts, missingTags: texts, regions: texts, statuses: texts },
    ...{ officeNetworks: texts, images: texts, users: texts, tags: z.exactOptional(recordOf(z.array(z.string()))) },
    charge: z.exactOptional(z.array(z.enum(['subscription', 'pay-as-you-go']))),
    firstSeen: z.exactOptional(z.strictObject({ over: ageMs, under: ageMs })),
  })
  // One without any key selects nothing, and would forbid nothing.
  .check(z.refine((keys) => Object.keys(keys).length > 0));
const word = z.enum(['cut-sessions', 'approve-ota', 'scale-down', 'renew', 'power-off', 'tag', 'enforce']);

/** Strict: a word that this version does not know may be one that forbids something. */
const terms = z.strictObject({
  ...{ because: z.string().check(z.minLength(1)), by: z.string(), from: instant, until: instant, targets: texts },
  ...{ groups: z.exactOptional(selector), workstations: z.exactOptional(selector) },
  keepAtLeastPercent: z.exactOptional(z.number().check(z.refine((percent) => percent >= 0 && percent <= 100))),
  never: z.exactOptional(z.array(word).check(z.minLength(1))),
});
const end = z.strictObject({ by: z.string(), because: z.optional(z.string()) });

/** Reads the body of a record of kind `exception`. @throws JournalError `MalformedRecord` with the key and what can be done */
export function readTerms(key: string, body: unknown): ExceptionTerms {
  const { from, until, never = [], ...rest } = read(key, terms, body);
  return { ...rest, fromMs: Date.parse(from), untilMs: Date.parse(until), never };
}

/** Reads the body of a record of kind `exception-end`. @throws JournalError `MalformedRecord` with the key and what can be done */
export function readEnd(key: string, body: unknown): ExceptionEnd {
  return read(key, end, body);
}

function read<T>(key: string, schema: z.ZodMiniType<T>, body: unknown): T {
  const parsed = z.safeParse(schema, body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
  throw new JournalError(
    'MalformedRecord',
    `The exception ${key} cannot be read (${where}). What it would forbid is not known, so nothing is done: update Streamwarden where a later version wrote it, or end it with 'streamwarden exception end' and add it anew.`,
    { cause: parsed.error },
  );
}
