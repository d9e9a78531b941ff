import { isExpected } from '../../shared/engine/expected.ts';
import type { Store } from '../../shared/journal/store.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';

const { ok, warn, fail } = findingsOf('store');

/** The one record that examinations leave behind, in every store for good: records are never deleted. */
const key = 'doctor/atomic-create';
const bytes = new TextEncoder().encode('{"kind":"doctor","v":1}\n');

/**
 * Whether the journal can be written, once only under each name, and read back. It creates one record of a fixed name, so that repeated
 * examinations leave a single one.
 * @param serves what is to go by it: `orders` of a deployed function, deployed `functions` that place none, or `nothing` that is deployed
 */
export async function checkStore(store: Store, serves: 'orders' | 'functions' | 'nothing'): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    await store.create(key, bytes);
    // Whoever was first, the second one must be told.
    if ((await store.create(key, bytes)) !== 'exists') {
      return [
        fail(`${store.name} took the same record twice`, 'Use another store: nothing keeps two runs from the same order in this one.'),
      ];
    }
    const back = await store.read(key);
    if (back === undefined || Buffer.compare(back, bytes) !== 0) {
      return [fail(`${store.name} gives back something else than was written`, 'Use another store, or find who writes to this one.')];
    }
    findings.push(ok(`${store.name} takes each record once and gives it back`));
  } catch (error) {
    if (!isExpected(error)) throw error;
    return [
      fail(`${store.name}: ${messageOf(error)}`, "Give this identity the access to the journal that 'streamwarden ram-policy' prints."),
    ];
  }
  try {
    for await (const _ of store.list('doctor/')) break;
  } catch (error) {
    if (!isExpected(error)) throw error;
    findings.push(fail(`${store.name} cannot be listed: ${messageOf(error)}`, 'Give this identity oss:ListObjects on the bucket.'));
  }
  if (store.shared || serves === 'nothing') return findings;
  const text = `${store.name} is a folder of this machine`;
  return [
    ...findings,
    serves === 'orders'
      ? fail(text, 'Set store: oss://BUCKET/PREFIX: functions place no order on it, since no other machine would know of the order.')
      : warn(text, 'Set store: oss://BUCKET/PREFIX before functions are deployed: they need one that all of them reach.'),
  ];
}
