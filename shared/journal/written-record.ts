import * as z from 'zod/mini';
import type { EpochMs } from '../client/clock.ts';
import { JournalError } from './journal-error.ts';
import { eitherOf, recordOf, tupleOf } from './json-shapes.ts';
import type { JournalRecord } from './record.ts';

const epochMs = z.number();
const outcome = z.enum(['done', 'already', 'held', 'not-sent', 'failed', 'unknown']);

/**
 * What became of an intent. `done` the call succeeded; `already` the wished value stood there before the call; `held` the resource
 * had changed since planning, nothing was sent; `not-sent` the run ended before its turn; `failed` proof that nothing was executed;
 * `unknown` it may or may not have been executed.
 */
export type IntentOutcome = z.output<typeof outcome>;

/** What a run means to write, before it acts. `sessions` = connected sessions at risk. */
const intents = z.object({
  target: z.string(),
  intents: z.array(
    z.object({
      resource: z.string(),
      setting: z.string(),
      value: z.string(),
      key: z.string(),
      sessions: z.number(),
    }),
  ),
});

/** What became of the intents of a record. `code` says why one is not plainly done. */
const outcomes = z.object({
  target: z.string(),
  /** Number of the `intents` record that these belong to. */
  of: z.number(),
  outcomes: z.array(z.object({ resource: z.string(), setting: z.string(), outcome, code: z.optional(z.string()) })),
});

const foreign = z.object({
  target: z.string(),
  /** `sighted`: a state that a function wants to know since when, and no change of a person. */
  seen: z.array(z.object({ resource: z.string(), setting: z.string(), value: z.string(), sighted: z.optional(z.literal(true)) })),
  gone: z.array(z.object({ resource: z.string(), setting: z.string() })),
});

/** The set of holds that was told last. `untold`: ids of resources whose hold no receiver has yet. */
const heldSet = { digest: z.string(), run: z.string(), untold: z.optional(z.array(z.string())) };

const holds = z.object({ target: z.string(), ...heldSet });

const settingOf = <S extends z.core.$ZodType>(item: S) => z.array(tupleOf(z.string(), z.string(), item));
const settled = z.enum(['done', 'failed', 'unknown']);
const foreignNow = settingOf(z.object({ value: z.string(), sinceMs: epochMs, sighted: z.optional(z.literal(true)) }));
const holdsNow = recordOf(z.object(heldSet));

/** Intended values of settings, each text once. `values` are `[text, atMs, of, outcome]`, the text as its place in `texts`. */
export interface PackedValues {
  readonly texts: string[];
  readonly settings: readonly (readonly [resource: string, setting: string, values: readonly PackedValue[]])[];
}

type PackedValue = readonly [text: number, atMs: EpochMs, of: number, outcome: 'open' | z.output<typeof settled>];

const packedOutcomes: ReadonlySet<unknown> = new Set(['open', 'done', 'failed', 'unknown']);

/** There are many of them: they are looked through where they lie, not copied as a schema would. */
function arePacked(settings: unknown): settings is PackedValues['settings'] {
  const isValue = (value: unknown): boolean =>
    Array.isArray(value) && value.length === 4 && packedOutcomes.has(value[3]) && [0, 1, 2].every((at) => Number.isInteger(value[at]));
  return (
    Array.isArray(settings) &&
    settings.every(
      (each) =>
        Array.isArray(each) &&
        typeof each[0] === 'string' &&
        typeof each[1] === 'string' &&
        Array.isArray(each[2]) &&
        each[2].every(isValue),
    )
  );
}

const packed = { texts: z.array(z.string()), settings: z.custom<PackedValues['settings']>(arePacked) };

const textsComplete = z.refine<PackedValues>(({ texts, settings }) =>
  settings.every(([, , values]) => values.every(([text]) => texts[text] !== undefined)),
);

/** All intended values of the resources of one part, as of this record. */
const part = z.object({ part: z.number(), ...packed }).check(textsComplete);

const step = eitherOf(
  z.object({ kind: z.literal('meant'), value: z.string(), atMs: epochMs, of: z.number() }),
  z.object({ kind: z.literal('became'), of: z.number(), outcome }),
);

/** The state of a stream: what the parts say, and what has changed since each was written. */
const overParts = z
  .object({
    /** `[part, number of its record, link of its record]`. */
    parts: z.array(tupleOf(z.number(), z.number(), z.string())),
    ...packed,
    /** Steps on settings whose older values are in a part. */
    since: settingOf(z.array(step)),
    foreign: foreignNow,
    acts: z.array(
      z.object({
        ...{ target: z.string(), atMs: epochMs, of: z.number() },
        open: z.array(tupleOf(z.string(), z.string(), z.number())),
        ran: z.object({ actions: z.number(), sessions: z.number(), marks: z.string() }),
      }),
    ),
    holds: holdsNow,
    /** The last runs that wrote, newest first: `[owner, time of its last record]`. */
    clocks: z.array(tupleOf(z.string(), epochMs)),
  })
  .check(textsComplete);

/** The state of a stream in one piece, as streams without parts have it. */
const inOnePiece = z.object({
  values: settingOf(z.array(z.object({ value: z.string(), atMs: epochMs, of: z.number(), outcome: z.optional(settled) }))),
  foreign: foreignNow,
  acts: z.array(
    z.object({ target: z.string(), resource: z.string(), setting: z.string(), atMs: epochMs, of: z.number(), sessions: z.number() }),
  ),
  holds: holdsNow,
});

const snapshot = eitherOf(overParts, inOnePiece);

/** The bodies of a `written` stream, by kind. */
const bodies = { intents, outcomes, foreign, holds, part, snapshot } as const;

/** A record of a `written` stream, read. */
export type WrittenRecord = {
  [K in keyof typeof bodies]: { readonly kind: K; readonly body: z.output<(typeof bodies)[K]> };
}[keyof typeof bodies];

/** The set of holds of a target that was told last. */
export type ToldHolds = Omit<z.output<typeof holds>, 'target'>;

/** A value on a setting that is not ours. */
export type ForeignValue = z.output<typeof foreign>['seen'][number];

/** A setting of a resource. */
export type ForeignSetting = Pick<ForeignValue, 'resource' | 'setting'>;

/** The body of a `part` record. */
export type PartBody = z.output<typeof part>;

/** The state of a stream as its `snapshot` records carry it. */
export type SnapshotBody = z.output<typeof overParts>;

/** The state of a stream as its `snapshot` records may carry it, those without parts included. */
export type AnySnapshotBody = z.output<typeof snapshot>;

/**
 * The body of a record by its kind; undefined for kinds that this version does not know.
 * @throws JournalError `MalformedRecord` when a known kind has a body of another shape
 */
export function readWritten(key: string, record: JournalRecord): WrittenRecord | undefined {
  if (!Object.hasOwn(bodies, record.kind)) return undefined;
  const kind = record.kind as keyof typeof bodies;
  const parsed = z.safeParse(bodies[kind] as z.core.$ZodType, record.body);
  if (parsed.success) return { kind, body: parsed.data } as WrittenRecord;
  throw new JournalError(
    'MalformedRecord',
    `The journal record ${key} (${kind}) has a body that cannot be read (${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}). Run 'streamwarden journal verify' and restore it from a backup.`,
    { cause: parsed.error },
  );
}
