import type { OssPlace } from '../../shared/journal/store/oss-client.ts';
import { allow, deny, type Statement } from './policy-document.ts';

/** What the names of records begin with that only people write; no function may, whatever else is permitted to it. */
const peoples = ['approvals/', 'exceptions/', 'halts/', 'policy/', 'policy-proposals/', 'skipped/'] as const;

/** A bucket's objects below a place of the journal. */
function objects({ bucket, prefix }: OssPlace, names: readonly string[]): readonly string[] {
  const root = prefix === '' ? '' : `${prefix}/`;
  return names.map((name) => `acs:oss:*:*:${bucket}/${root}${name}*`);
}

/** Which records may be read and which created. */
export interface JournalAccess {
  /** What their names begin with; an empty text: all. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * Access to the journal in a bucket. A put creates, since it is sent so that it never overwrites; nothing is ever deleted. Reads include lists, and
 * whether the bucket is versioned, which makes a journal useless.
 */
export function journalAccess(place: OssPlace | undefined, { reads, writes }: JournalAccess): readonly Statement[] {
  if (place === undefined) return [];
  const { bucket, prefix } = place;
  const root = prefix === '' ? '' : `${prefix}/`;
  const whole = [`acs:oss:*:*:${bucket}`];
  return [
    allow(['oss:GetObject'], objects(place, reads)),
    allow(['oss:ListObjects'], whole, { StringLike: { 'oss:Prefix': reads.map((name) => `${root}${name}*`) } }),
    allow(['oss:GetBucketVersioning'], whole),
    allow(['oss:PutObject'], objects(place, writes)),
  ];
}

/** What nobody who writes to the journal may do: delete records, or let the bucket do it; and what functions may not say for people. */
export function journalFence(place: OssPlace | undefined, who: 'function' | 'person'): readonly Statement[] {
  if (place === undefined) return [];
  return [
    deny(['oss:DeleteObject'], objects(place, [''])),
    deny(['oss:PutBucketVersioning', 'oss:PutBucketLifecycle'], [`acs:oss:*:*:${place.bucket}`]),
    ...(who === 'function' ? [deny(['oss:PutObject'], objects(place, peoples))] : []),
  ];
}
