import { read } from '../../schema/compare.ts';
import { anyText, openObject, optional, type TypeOf } from '../../schema/schema.ts';
import { nullable } from '../../schema/shapes.ts';
import { JournalError } from '../store/store.ts';
import { createOrRead, equalBytes, type Storing, storeRead } from '../store/store-effect.ts';
import { encodeRecord, linkOf, parseRecord } from './record.ts';

/**
 * A person's word that everything goes on without a damaged record, or one that is missing: `skipped/<key>`. It is bound to the bytes that stood
 * there, so that it covers no other damage. Only people may write there, and it is looked for where damage is met only.
 */
const prefix = 'skipped';

/** Places of words on one key: each later one is about other bytes. */
const places = 8;

const skipBody = openObject({
  record: anyText,
  /** SHA-256 of the bytes; null where nothing stood there. */
  link: nullable(anyText),
  by: anyText,
  who: openObject({ account: anyText, userId: anyText }),
  because: optional(anyText),
});

/** Who skips a record, and why. */
export type SkipWords = Pick<TypeOf<typeof skipBody>, 'by' | 'who' | 'because'>;

function keyAt(key: string, place: number): string {
  return `${prefix}/${key}/${place}`;
}

/** True where a person has said that everything goes on without what stands under a key now. One read where nobody has. @throws StoreError */
export function* isSkipped(key: string, bytes: Uint8Array | undefined): Storing<boolean> {
  return (yield* skipOf(key, bytes)) !== undefined;
}

/** That word, with the key of its record; undefined where there is none. @throws StoreError */
export function* skipOf(
  key: string,
  bytes: Uint8Array | undefined,
): Storing<(TypeOf<typeof skipBody> & { readonly at: string }) | undefined> {
  for (let place = 0; place < places; place++) {
    const at = keyAt(key, place);
    const said = yield* storeRead(at);
    if (said === undefined) return undefined;
    try {
      const { kind, body } = parseRecord(at, said);
      const words = read(skipBody, body);
      if (kind === 'skip' && words.ok && words.value.record === key && words.value.link === (bytes ? linkOf(bytes) : null))
        return { ...words.value, at };
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }
  return undefined;
}

/**
 * Writes that everything goes on without what stands under a key. Gives the key of the word.
 * @param bytes what stood there as the person saw it; undefined where nothing did
 * @throws StoreError @throws JournalError `StreamFull` after too many words on one key
 */
export function* skipRecord(
  key: string,
  bytes: Uint8Array | undefined,
  { by, who, because }: SkipWords,
  signed: { readonly owner: string; readonly atMs: number },
): Storing<string> {
  const body = { record: key, link: bytes ? linkOf(bytes) : null, by, who: { ...who }, ...(because === undefined ? {} : { because }) };
  const word = encodeRecord({ kind: 'skip', ...signed, prev: null, body });
  for (let place = 0; place < places; place++) {
    const there = yield* createOrRead(keyAt(key, place), word);
    if (there === undefined || equalBytes(there, word)) return keyAt(key, place);
  }
  throw new JournalError('StreamFull', `${key} was skipped ${places} times already, each time with other bytes: restore it from a backup.`);
}
