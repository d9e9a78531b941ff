import { isKey } from './key.ts';
import { StoreError } from './store-error.ts';

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
