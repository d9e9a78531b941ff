import { isKey } from '../store/key.ts';

/** Files that people's machines leave in folders; none is a name that this program gives. */
const litter =
  /^(?:thumbs\.db|ehthumbs\.db|desktop\.ini)$|\.sync-conflict-\d{8}-\d{6}|\.(?:tmp|temp|part|partial|crdownload|bak|orig|swp|conflict)$/i;

/** What the last part of a key looks like, by what its first segment says; families that are not named take any name. */
const forms: Readonly<Record<string, RegExp>> = {
  renewals: /^renewals\/[^/]+\/[^/]+\/\d{8}\/(?:claim|answer|end)$/,
  runs: /^runs\/\d{4}\/\d{2}\/\d{2}\/\d{9}-[^/]+$/,
  heartbeats: /\/\d{8}T\d{4}Z$/,
  usage: /^usage\/[^/]+\/\d{4}-\d{2}-\d{2}$/,
  // A probe of former versions lies under another name, and is no record.
  doctor: /\/create-once$/,
};

/** Families of numbered streams. */
const numbered: ReadonlySet<string> = new Set([
  'approvals',
  'approvals-link',
  'budget',
  'covered',
  'digests',
  'exceptions',
  'expiries',
  'halts',
  'heads',
  'order-checks',
  'outbox',
  'policy',
  'policy-proposals',
  'written',
]);

/**
 * True for the key of a record, as this program gives them. False for what else lies in the place of a journal: the conflicted copy of a
 * synchronized folder, a file of the operating system, a download that was cut off. Lists leave these out, so that no reader meets them.
 */
export function isRecordKey(key: string): boolean {
  if (!isKey(key)) return false;
  const family = key.slice(0, key.indexOf('/'));
  if (numbered.has(family)) return /\/\d{8}$/.test(key);
  const form = Object.hasOwn(forms, family) ? forms[family] : undefined;
  return form ? form.test(key) : !litter.test(key.slice(key.lastIndexOf('/') + 1));
}
