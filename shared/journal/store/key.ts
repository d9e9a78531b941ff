import { JournalError, StoreError } from './store.ts';

/** Highest number of a record in a stream: eight digits. */
export const maxSequence = 99_999_999;

/**
 * One segment of a key: percent-encoded UTF-8 in which only letters, digits, `-`, `_` and inner dots stand for themselves, so that no
 * name can climb out of its folder, hide (a leading dot) or collide with the slash.
 * @throws JournalError `InvalidSegment` for an empty text and for lone surrogates, which have no UTF-8 form
 */
export function segment(text: string): string {
  if (text === '')
    throw new JournalError('InvalidSegment', 'A journal key cannot have an empty segment: name the resource, account or function.');
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch (cause) {
    throw new JournalError('InvalidSegment', `The name ${JSON.stringify(text)} is not well-formed Unicode and cannot be a journal key.`, {
      cause,
    });
  }
  return encoded.replace(/[!'()*~]|^\./g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The text that `segment` encoded. @throws JournalError `InvalidSegment` for a segment that is not percent-encoded text */
export function fromSegment(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw new JournalError('InvalidSegment', `The key segment ${JSON.stringify(encoded)} is not percent-encoded text.`, { cause });
  }
}

/** Joins names to a key or a prefix; each name is encoded. */
export function keyOf(...names: readonly string[]): string {
  return names.map(segment).join('/');
}

/** Key of record `sequence` of a numbered stream. @throws RangeError outside 0 … `maxSequence` */
export function streamKey(stream: string, sequence: number): string {
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > maxSequence) {
    throw new RangeError(`A stream's records are numbered 0 to ${maxSequence}, not ${sequence}.`);
  }
  return `${stream}/${String(sequence).padStart(8, '0')}`;
}

/** Splits the key of a numbered record; undefined when its last segment is not an eight-digit number. */
export function parseStreamKey(key: string): { readonly stream: string; readonly sequence: number } | undefined {
  const match = /^(.+)\/(\d{8})$/.exec(key);
  return match?.[1] && match[2] ? { stream: match[1], sequence: Number(match[2]) } : undefined;
}

/** True for a key that a store accepts: segments as `segment` makes them, joined by single slashes. */
export function isKey(key: string): boolean {
  if (!/^(?:[\w%-][\w%.-]*)(?:\/[\w%-][\w%.-]*)*$/.test(key)) return false;
  if (!key.includes('%')) return true;
  try {
    return key.split('/').every((encoded) => segment(fromSegment(encoded)) === encoded);
  } catch {
    return false;
  }
}

/** The key itself. @throws StoreError `InvalidKey` where it is not made of encoded segments */
export function checkedKey(key: string): string {
  if (isKey(key)) return key;
  throw new StoreError(
    'InvalidKey',
    `${JSON.stringify(key)} is not the key of a record: take one as 'streamwarden journal list' prints it.`,
  );
}

/** The prefix of a folder itself: empty, or a key with a slash behind it. @throws StoreError `InvalidKey` */
export function checkedFolder(prefix: string): string {
  if (prefix !== '') checkedKey(prefix.replace(/\/$/, ''));
  if (prefix === '' || prefix.endsWith('/')) return prefix;
  throw new StoreError('InvalidKey', `${JSON.stringify(prefix)} names no folder of the journal: write a slash behind it.`);
}

/** The prefix itself: empty, or the beginning of a key. @throws StoreError `InvalidKey` */
export function checkedPrefix(prefix: string): string {
  if (prefix !== '') checkedKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
  return prefix;
}
