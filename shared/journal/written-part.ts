import { linkOf } from './record.ts';
import { isSkipped } from './skipped.ts';
import { streamKey } from './store/key.ts';
import { JournalError } from './store/store.ts';
import { type Storing, storeReadAll } from './store/store-effect.ts';
import { brokenLink, gap, readable } from './stream.ts';
import type { Value } from './written-history.ts';
import { type PackedValues, type PartBody, readWritten } from './written-record.ts';

/**
 * Into how many parts the intended values of a stream are divided, by a hash of the resource. A hundred thousand settings make parts of
 * about 100 kB. Part of the format: a stream keeps it for good.
 */
const partCount = 64;

/** Where a part lies: the number of its record, and the link of it, so that a record that was replaced is noticed. */
export interface PartPlace {
  readonly sequence: number;
  readonly link: string;
}

/** Number of the part that holds a resource: FNV-1a over its characters. */
export function partOf(resource: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < resource.length; index++) hash = Math.imul(hash ^ resource.charCodeAt(index), 0x01000193);
  return ((hash >>> 16) ^ hash) & (partCount - 1);
}

/** Values as records carry them: each text once, since a fleet has few different ones. */
export function packValues(settings: Iterable<readonly [resource: string, setting: string, values: readonly Value[]]>): PackedValues {
  const texts = new Map<string, number>();
  const indexOf = (text: string): number => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, texts.size);
    return texts.size - 1;
  };
  const packed = [...settings].map(([resource, setting, values]): PackedValues['settings'][number] => [
    resource,
    setting,
    values.map(({ value, atMs, of, outcome }) => [indexOf(value), atMs, of, outcome ?? 'open']),
  ]);
  return { texts: [...texts.keys()], settings: packed };
}

/** The values that a record carries. `isWanted` by resource; default: all. */
export function* unpackValues(
  { texts, settings }: PackedValues,
  isWanted: (resource: string) => boolean = () => true,
): Generator<readonly [resource: string, setting: string, values: readonly Value[]]> {
  for (const [resource, setting, values] of settings) {
    if (!isWanted(resource)) continue;
    const list = values.map(([text, atMs, of, outcome]) => {
      return { value: texts[text] as string, atMs, of, outcome: outcome === 'open' ? undefined : outcome };
    });
    yield [resource, setting, list];
  }
}

/**
 * Reads parts of a stream, a few at a time, and hands each to `take` before the next ones are read. `damaged` hears of one that is missing or is not
 * the one that was written, unless a person has skipped it: what it held is forgotten. @throws StoreError
 */
export function* readParts(
  stream: string,
  places: readonly PartPlace[],
  take: (body: PartBody) => void,
  damaged: (error: JournalError) => void,
): Storing<void> {
  const atOnce = 4;
  for (let start = 0; start < places.length; start += atOnce) {
    const batch = places.slice(start, start + atOnce);
    const found = yield* storeReadAll(batch.map(({ sequence }) => streamKey(stream, sequence)));
    for (const [index, { sequence, link }] of batch.entries()) {
      const key = streamKey(stream, sequence);
      const bytes = found[index];
      const record = bytes && linkOf(bytes) === link ? readable(key, bytes) : undefined;
      const written = record === undefined || record instanceof JournalError ? undefined : readWritten(key, record);
      if (written?.kind === 'part') take(written.body);
      else if (!(yield* isSkipped(key, bytes))) damaged(bytes ? brokenLink(key) : gap(key));
    }
  }
}
