import type { EpochMs } from '../../shared/client/clock.ts';
import type { JournalRecord } from '../../shared/journal/log/record.ts';
import { append, lastListed, readFrom, type StreamEnd, type StreamEntry } from '../../shared/journal/log/stream.ts';
import { fromSegment, keyOf, parseStreamKey, streamKey } from '../../shared/journal/store/key.ts';
import { malformed, type Store } from '../../shared/journal/store/store.ts';
import { runStoring, type Storing } from '../../shared/journal/store/store-effect.ts';
import { read } from '../../shared/schema/compare.ts';
import { anyText, decimal, flag, jsonList, openObject, optional, type TypeOf } from '../../shared/schema/schema.ts';
import { tupleOf } from '../../shared/schema/shapes.ts';
import type { CompiledDigestRule } from './compiled-rule.ts';
import { type FleetFacts, readFleetFacts } from './facts/fleet-facts.ts';

/** The head of the journal that was told. */
const head = openObject({ sequence: decimal, hash: anyText });

const sentBody = openObject({
  slotMs: decimal,
  untilMs: decimal,
  channels: jsonList(anyText),
  /** Since when the holds told of stand: `[function, target, identity, sinceMs, orBefore]`. */
  held: jsonList(tupleOf(anyText, anyText, anyText, decimal, flag)),
  head: optional(head),
});

/** What is written down of a digest that went out: the next one goes on from there. */
export type SentBody = TypeOf<typeof sentBody>;

/** A digest that went out. */
export interface SentDigest extends SentBody {
  readonly atMs: EpochMs;
}

/** The stream of one digest as it stands. */
export interface DigestStream {
  readonly stream: string;
  /** What each target's run saw, the last of each. */
  readonly seen: ReadonlyMap<string, FleetFacts>;
  /** When its first record was written; undefined where it has none. */
  readonly begunMs: EpochMs | undefined;
  /** The last time that a run set out to send it. */
  readonly claimedMs: EpochMs | undefined;
  readonly sent: SentDigest | undefined;
  readonly end: StreamEnd;
}

/** Time that a run has for sending what it has claimed, in milliseconds; afterwards another one may. Invocations last ten minutes at most. */
const claimMs = 10 * 60_000;

/**
 * The stream of a digest: `digests/<rule>/<targets, or all>/<yyyy-mm-dd>`, one for each rule and day. Its records are numbered: `seen` what a
 * target's run observed, `claim` a run is about to send it, `sent` a receiver has it.
 */
export function digestStream({ name, targets }: Pick<CompiledDigestRule, 'name' | 'targets'>, date: string): string {
  return `${rulePrefix({ name, targets })}/${date}`;
}

function rulePrefix({ name, targets }: { readonly name: string; readonly targets?: readonly string[] | undefined }): string {
  return keyOf('digests', name, targets === undefined ? 'all' : [...targets].sort().join('+'));
}

/** Reads the stream of a digest. What cannot be read is passed over: at worst a digest goes out twice. @throws StoreError */
export function* readDigestStream(stream: string): Storing<DigestStream> {
  const seen = new Map<string, FleetFacts>();
  let begunMs: EpochMs | undefined;
  let claimedMs: EpochMs | undefined;
  let sent: SentDigest | undefined;
  const visit = ({ sequence, record }: StreamEntry): void => {
    begunMs ??= record.atMs;
    if (record.kind === 'seen') {
      const facts = readFleetFacts(record.body['facts']);
      if (facts) seen.set(facts.target, facts);
    } else if (record.kind === 'claim') claimedMs = record.atMs;
    else if (record.kind === 'sent') sent ??= readSent(streamKey(stream, sequence), record);
  };
  const end = yield* readFrom(stream, 0, yield* lastListed(stream), visit, () => {});
  return { stream, seen, begunMs, claimedMs, sent, end };
}

/** Who writes a record, and when. */
interface Signed {
  readonly owner: string;
  readonly atMs: EpochMs;
}

/** Writes down what a target's run saw, and gives the stream as it stands then, other runs' records included. @throws StoreError */
export function* recordSeen(digest: DigestStream, signed: Signed, facts: FleetFacts): Storing<DigestStream> {
  yield* append(digest.stream, digest.end, { ...signed, kind: 'seen', body: { facts } });
  return yield* readDigestStream(digest.stream);
}

/**
 * Claims the sending of a digest: undefined where it has gone out, or where another run set out to send it less than ten minutes ago. The
 * next number of the stream decides between runs at once. @throws StoreError
 */
export function* claimSending(digest: DigestStream, signed: Signed): Storing<StreamEnd | undefined> {
  const { claimedMs, sent } = digest;
  if (sent !== undefined || (claimedMs !== undefined && signed.atMs < claimedMs + claimMs)) return undefined;
  const appended = yield* append(digest.stream, digest.end, { ...signed, kind: 'claim', body: {} }, ({ record }) =>
    'kind' in record && record.kind !== 'seen' ? 'stop' : 'go-on',
  );
  return appended.outcome === 'appended' ? appended.end : undefined;
}

/** Writes down that a receiver has the digest. Gives the record's key. @throws StoreError */
export function* recordSent(stream: string, end: StreamEnd, signed: Signed, body: SentBody): Storing<string> {
  const { sequence } = yield* append(stream, end, { ...signed, kind: 'sent', body });
  return streamKey(stream, sequence);
}

/**
 * The digest of a rule that went out last before a date; undefined where none did in the digests looked at. Lists the rule's digests, and
 * reads back from the newest. @throws StoreError
 */
export async function lastSent(
  store: Store,
  rule: Pick<CompiledDigestRule, 'name' | 'targets'>,
  beforeDate: string,
): Promise<SentDigest | undefined> {
  const dates = new Set<string>();
  for await (const key of store.list(`${rulePrefix(rule)}/`)) {
    const date = fromSegment(parseStreamKey(key)?.stream.split('/').at(-1) ?? '');
    if (date !== '' && date < beforeDate) dates.add(date);
  }
  for (const date of [...dates].sort().slice(-datesBack).reverse()) {
    const { sent } = await runStoring(store, readDigestStream(digestStream(rule, date)));
    if (sent !== undefined) return sent;
  }
  return undefined;
}

/** Digests that were begun and never sent are skipped, so many at most. */
const datesBack = 40;

function readSent(key: string, record: JournalRecord): SentDigest {
  const parsed = read(sentBody, record.body);
  if (parsed.ok) return { ...parsed.value, atMs: record.atMs };
  throw malformed(key, 'it is no digest that was sent');
}
