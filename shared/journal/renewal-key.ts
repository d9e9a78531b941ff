import { fromSegment, keyOf } from './store/key.ts';

/** Stream of a resource's renewals: `renewals/<account>/<resource>`. Account and id name the resource; a region would claim it twice. */
export function renewalStream(account: string, resourceId: string): string {
  return keyOf('renewals', account, resourceId);
}

/** The records of one claim. */
export type RenewalPart = 'claim' | 'answer' | 'end';

/** Key of a record of claim `n`: `<stream>/<n>/<part>`, `n` with eight digits. */
export function renewalKey(stream: string, n: number, part: RenewalPart): string {
  return `${stream}/${String(n).padStart(8, '0')}/${part}`;
}

/** Where a record of a renewal belongs; undefined for other keys. */
export function parseRenewalKey(
  key: string,
):
  | { readonly stream: string; readonly account: string; readonly resourceId: string; readonly n: number; readonly part: RenewalPart }
  | undefined {
  const match = /^(renewals\/([^/]+)\/([^/]+))\/(\d{8})\/(claim|answer|end)$/.exec(key);
  if (!match) return undefined;
  const [, stream, account, resource, n, part] = match as unknown as [string, string, string, string, string, RenewalPart];
  return { stream, account: fromSegment(account), resourceId: fromSegment(resource), n: Number(n), part };
}
