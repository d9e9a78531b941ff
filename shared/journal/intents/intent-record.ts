import type { EpochMs } from '../../client/clock.ts';
import { read } from '../../schema/compare.ts';
import { anyText, decimal, jsonList, oneOf, openObject, optional, type Schema, type TypeOf } from '../../schema/schema.ts';
import { eitherOf, known, recordOf, tupleOf, where } from '../../schema/shapes.ts';
import type { JournalRecord } from '../log/record.ts';
import { malformed } from '../store/store.ts';

const epochMs = decimal;
const outcome = oneOf('done', 'already', 'held', 'not-sent', 'failed', 'unknown');

/**
 * What became of an intent. `done` the call succeeded; `already` the wished value stood there before the call; `held` the resource
 * had changed since planning, nothing was sent; `not-sent` the run ended before its turn; `failed` proof that nothing was executed;
 * `unknown` it may or may not have been executed.
 */
export type IntentOutcome = TypeOf<typeof outcome>;

/**
 * What a run means to write, before it acts. `sessions`: connected sessions that it ends; `nodes`: those beyond the highest level of 30 days;
 * `harms`: kinds of harm that it does, under `rule`.
 */
const intents = openObject({
  target: anyText,
  intents: jsonList(
    openObject({
      resource: anyText,
      setting: anyText,
      value: anyText,
      key: anyText,
      sessions: decimal,
      nodes: optional(decimal),
      rule: optional(anyText),
      harms: optional(jsonList(anyText)),
    }),
  ),
});

/** What became of the intents of a record. `code` says why one is not plainly done; `unseen`: that it stands is still to be seen. */
const outcomes = openObject({
  target: anyText,
  /** Number of the `intents` record that these belong to. */
  of: decimal,
  outcomes: jsonList(openObject({ resource: anyText, setting: anyText, outcome, code: optional(anyText), unseen: optional(oneOf(true)) })),
});

const external = openObject({
  target: anyText,
  /** `sighted`: a state that a function wants to know since when, and no change of a person. */
  seen: jsonList(openObject({ resource: anyText, setting: anyText, value: anyText, sighted: optional(oneOf(true)) })),
  gone: jsonList(openObject({ resource: anyText, setting: anyText })),
});

/**
 * The set of holds that was told last. `untold`: ids of resources whose hold no receiver has yet. `gone`: holds that were told and have ended since,
 * with when that was seen: one that comes back within a day is not new.
 */
const heldSet = {
  ...{ digest: anyText, run: anyText, untold: optional(jsonList(anyText)) },
  gone: optional(jsonList(tupleOf(anyText, epochMs))),
};

const holds = openObject({ target: anyText, ...heldSet });

const settingOf = <S extends Schema>(item: S) => jsonList(tupleOf(anyText, anyText, item));
const settled = oneOf('done', 'failed', 'unknown');
const externalNow = settingOf(openObject({ value: anyText, sinceMs: epochMs, sighted: optional(oneOf(true)) }));
const holdsNow = recordOf(openObject(heldSet));

/** Intended values of settings, each text once. `values` are `[text, atMs, of, outcome]`, the text as its place in `texts`. */
export interface PackedValues {
  readonly texts: string[];
  readonly settings: readonly (readonly [resource: string, setting: string, values: readonly PackedValue[]])[];
}

type PackedValue = readonly [text: number, atMs: EpochMs, of: number, outcome: 'open' | TypeOf<typeof settled>];

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

const packed = { texts: jsonList(anyText), settings: known<PackedValues['settings']>(arePacked) };

const textsComplete = ({ texts, settings }: PackedValues): boolean =>
  settings.every(([, , values]) => values.every(([text]) => texts[text] !== undefined));

/** All intended values of the resources of one part, as of this record. */
const part = where(openObject({ part: decimal, ...packed }), textsComplete);

const step = eitherOf(
  openObject({ kind: oneOf('meant'), value: anyText, atMs: epochMs, of: decimal }),
  openObject({ kind: oneOf('became'), of: decimal, outcome }),
);

/** The state of a stream: where the parts are, and what has changed since each was written. */
const snapshot = where(
  openObject({
    /** `[part, number of its record, link of its record]`. */
    parts: jsonList(tupleOf(decimal, decimal, anyText)),
    ...packed,
    /** Steps on settings whose older values are in a part. */
    since: settingOf(jsonList(step)),
    foreign: externalNow,
    acts: jsonList(
      openObject({
        ...{ target: anyText, atMs: epochMs, of: decimal },
        open: jsonList(eitherOf(tupleOf(anyText, anyText, decimal), tupleOf(anyText, anyText, decimal, decimal, jsonList(anyText)))),
        ran: openObject({ actions: decimal, sessions: decimal, nodes: optional(decimal), harmed: optional(recordOf(anyText)) }),
      }),
    ),
    holds: holdsNow,
    /** The last runs that wrote, newest first: `[owner, time of its last record]`. */
    clocks: jsonList(tupleOf(anyText, epochMs)),
  }),
  textsComplete,
);

/** The bodies of a `written` stream, by kind. */
const bodies = { intents, outcomes, foreign: external, holds, part, snapshot } as const;

/** A record of a `written` stream, read. */
export type IntentRecord = {
  [K in keyof typeof bodies]: { readonly kind: K; readonly body: TypeOf<(typeof bodies)[K]> };
}[keyof typeof bodies];

/** The set of holds of a target that was told last. */
export type ToldHolds = Omit<TypeOf<typeof holds>, 'target'>;

/** A value on a setting that is not ours. */
export type ExternalChange = TypeOf<typeof external>['seen'][number];

/** A setting of a resource. */
export type ExternalSetting = Pick<ExternalChange, 'resource' | 'setting'>;

/** The body of a `part` record. */
export type PartBody = TypeOf<typeof part>;

/** The state of a stream as its `snapshot` records carry it. */
export type SnapshotBody = TypeOf<typeof snapshot>;

/**
 * The body of a record by its kind; undefined for kinds that this version does not know.
 * @throws JournalError `MalformedRecord` when a known kind has a body of another shape
 */
export function readWritten(key: string, record: JournalRecord): IntentRecord | undefined {
  if (!Object.hasOwn(bodies, record.kind)) return undefined;
  const kind = record.kind as keyof typeof bodies;
  const parsed = read(bodies[kind] as Schema, record.body);
  if (parsed.ok) return { kind, body: parsed.value } as IntentRecord;
  throw malformed(key, `${kind}: ${parsed.where}`);
}
