import type { EpochMs } from '../../client/clock.ts';
import { keyOf, maxSequence, streamKey } from '../store/key.ts';
import { JournalError, malformed } from '../store/store.ts';
import { type Storing, storeRead } from '../store/store-effect.ts';
import type { AlertName } from './alerts.ts';
import { linkOf } from './record.ts';
import { isSkipped } from './skipped.ts';
import { append, lastListed, Misfits, readable, type StreamEnd } from './stream.ts';

/** A message that no channel took, and that the next runs of its function send until one does. */
export interface CarriedMessage {
  /** The same for the same matter: it is carried once. */
  readonly id: string;
  /** What kind of matter it is. */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly text: string;
  /** When it was meant first. */
  readonly atMs: EpochMs;
  /** The channels that it was for. */
  readonly channels: readonly string[];
  /** The mark by which it is told once, where it has one. */
  readonly name?: AlertName;
}

/** What a function has to tell from earlier runs. */
export interface Outbox {
  /** Critical ones first, then the newest. */
  readonly messages: readonly CarriedMessage[];
  /** So many more there were once; their texts are in older records of the stream only. */
  readonly dropped: number;
  /** Why the newest record could not be read; what is here comes from one before it then. */
  readonly damaged?: JournalError;
  readonly end: StreamEnd;
}

/** So many messages are carried at most: with a channel that is dead for a month the rest is counted. */
const mostCarried = 40;

/** Records that are looked at, newest first, for one that can be read. */
const backwards = 5;

/** The stream of what a function could not tell: `outbox/<function>/<seq>`. Its newest record says all that is still to be told. */
export function outboxStream(functionName: string): string {
  return keyOf('outbox', functionName);
}

/** Reads what a function has to tell from earlier runs: one list, and one read beyond the newest record. @throws StoreError */
export function* readOutbox(functionName: string): Storing<Outbox> {
  const stream = outboxStream(functionName);
  let next = Math.max(0, yield* lastListed(stream));
  const first = next;
  let state: Pick<Outbox, 'messages' | 'dropped'> = { messages: [], dropped: 0 };
  let prev: string | null = null;
  let damaged: JournalError | undefined;
  const misfits = new Misfits(stream);
  while (next < maxSequence) {
    const bytes = yield* storeRead(streamKey(stream, next));
    if (bytes === undefined) break;
    const link = linkOf(bytes);
    const read = stateIn(streamKey(stream, next), bytes, functionName);
    if (!(read instanceof JournalError)) [state, damaged] = [read, undefined];
    else damaged = (yield* isSkipped(streamKey(stream, next), bytes)) ? undefined : read;
    misfits.note(!(read instanceof JournalError) && link !== prev);
    prev = link;
    next += 1;
  }
  // What may have been told already is told again rather than left out.
  for (let back = first - 1; damaged !== undefined && back >= 0 && back > first - backwards; back--) {
    const bytes = yield* storeRead(streamKey(stream, back));
    const read = bytes && stateIn(streamKey(stream, back), bytes, functionName);
    if (read === undefined || read instanceof JournalError) continue;
    state = read;
    break;
  }
  return { ...state, ...(damaged === undefined ? {} : { damaged }), end: { next, prev } };
}

/** What became of an outbox in a run. */
export interface OutboxChange {
  /** Ids of messages that were delivered meanwhile. */
  readonly delivered: ReadonlySet<string>;
  /** Messages that no channel took now. */
  readonly added: readonly CarriedMessage[];
  /** So many of the dropped ones were told of. */
  readonly droppedTold: number;
}

/** Writes what is still to be told, on top of what other runs have written meanwhile. Nothing where nothing changed. Gives how it stands then. @throws StoreError @throws JournalError */
export function* writeOutbox(
  functionName: string,
  outbox: Outbox,
  change: OutboxChange,
  signed: { readonly owner: string; readonly atMs: EpochMs },
): Storing<Outbox> {
  const stream = outboxStream(functionName);
  let known: Pick<Outbox, 'messages' | 'dropped'> = outbox;
  let { end } = outbox;
  const misfits = new Misfits(stream);
  for (;;) {
    const after = changed(known, change);
    if (after === undefined) return { ...known, end };
    let other: Pick<Outbox, 'messages' | 'dropped'> | JournalError | undefined;
    const body = { function: functionName, messages: after.messages.map((each) => ({ ...each })), dropped: after.dropped };
    const { outcome, end: newEnd } = yield* append(stream, end, { kind: 'outbox', ...signed, body }, ({ sequence, record }) => {
      other = record instanceof JournalError ? record : stateOf(streamKey(stream, sequence), record.body, functionName);
      return 'stop';
    });
    if (outcome === 'appended') return { ...after, end: newEnd };
    const fits = other !== undefined && !(other instanceof JournalError);
    if (fits) known = other as typeof known;
    misfits.note(fits);
    end = newEnd;
  }
}

/** An outbox after a change; undefined where it stays as it is. */
function changed({ messages, dropped }: Pick<Outbox, 'messages' | 'dropped'>, change: OutboxChange) {
  const kept = messages.filter(({ id }) => !change.delivered.has(id));
  const ids = new Set(kept.map(({ id }) => id));
  // A failure that goes on is carried once, as it began: it must not push out what is told once.
  const failures = new Set(kept.flatMap((each) => failureOf(each) ?? []));
  const added = change.added.filter((each) => {
    const failure = failureOf(each);
    if (ids.has(each.id) || (failure !== undefined && failures.has(failure))) return false;
    if (failure !== undefined) failures.add(failure);
    return ids.add(each.id);
  });
  if (kept.length === messages.length && added.length === 0 && (change.droppedTold === 0 || dropped === 0)) return undefined;
  const urgent = ({ severity }: CarriedMessage): number => Number(severity === 'critical');
  const all = [...kept, ...added].sort((a, b) => urgent(b) - urgent(a) || b.atMs - a.atMs);
  return {
    messages: all.slice(0, mostCarried),
    dropped: Math.max(0, dropped - change.droppedTold) + Math.max(0, all.length - mostCarried),
  };
}

/** Which failure a message tells of, whatever its hour; undefined for what is no failure. */
function failureOf({ name }: CarriedMessage): string | undefined {
  const [, kind] = /^failed-\d+-(.+)$/.exec(name?.step ?? '') ?? [];
  return name && kind && `${name.account} ${name.resource} ${kind}`;
}

function stateIn(key: string, bytes: Uint8Array, functionName: string): Pick<Outbox, 'messages' | 'dropped'> | JournalError {
  const record = readable(key, bytes);
  return record instanceof JournalError ? record : stateOf(key, record.body, functionName);
}

function stateOf(
  key: string,
  body: Readonly<Record<string, unknown>>,
  functionName: string,
): Pick<Outbox, 'messages' | 'dropped'> | JournalError {
  const { messages, dropped } = body as { readonly messages?: unknown; readonly dropped?: unknown };
  if (body['function'] === functionName && Array.isArray(messages) && messages.every(isCarried) && Number.isSafeInteger(dropped)) {
    return { messages, dropped: dropped as number };
  }
  return malformed(key, `it is not what ${functionName} has to tell; what may have been told already is told again`);
}

function isCarried(value: unknown): value is CarriedMessage {
  const { id, code, severity, title, text, atMs, channels, name } = Object(value) as Record<string, unknown>;
  const isName = ({ account, resource, step }: Record<string, unknown>): boolean =>
    [account, resource, step].every((each) => typeof each === 'string' && each !== '');
  return (
    [id, code, title, text].every((each) => typeof each === 'string') &&
    ['info', 'warning', 'critical'].includes(severity as string) &&
    Number.isSafeInteger(atMs) &&
    Array.isArray(channels) &&
    channels.every((each) => typeof each === 'string') &&
    (name === undefined || isName(Object(name) as Record<string, unknown>))
  );
}
