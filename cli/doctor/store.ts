import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { listed } from '../../shared/engine/notifications.ts';
import { isExpected } from '../../shared/engine/report.ts';
import { encodeRecord, parseRecord } from '../../shared/journal/log/record.ts';
import { readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { fromSegment } from '../../shared/journal/store/key.ts';
import { parseOssAddress } from '../../shared/journal/store/oss-client.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { JournalError, StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';
import type { WrittenFunction } from './written.ts';

const { ok, warn, fail } = findingsOf('store');

/** The one record that checks leave behind, in every store for good: records are never deleted. */
const key = 'doctor/create-once';

/** So many names are looked through at most: a check is to end soon. */
const namesAtMost = 20_000;

/**
 * Whether the journal can be written, once only under each name, read back and listed; and what lies in it that is no record. It creates one
 * record of a fixed name, so that repeated checks leave a single one.
 * @param serves what is to go by it: `orders` of a deployed function, deployed `functions` that place none, or `nothing` that is deployed
 */
export async function checkStore(store: Store, serves: 'orders' | 'functions' | 'nothing', nowMs: EpochMs): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    // Two different records: the very same bytes could be taken for one whose answer was lost.
    const [first, second] = ['first', 'second'].map(() =>
      encodeRecord({ kind: 'doctor', atMs: nowMs, owner: randomBytes(16).toString('hex'), prev: null, body: {} }),
    ) as [Uint8Array, Uint8Array];
    const mine = (await store.create(key, first)) === 'created';
    // Whoever was first, the second one must be told.
    if ((await store.create(key, second)) !== 'exists') {
      return [
        fail(`${store.name} took the same record twice`, 'Use another store: nothing keeps two runs from the same order in this one.'),
      ];
    }
    const back = await store.read(key);
    if (back === undefined || (mine ? Buffer.compare(back, first) !== 0 : !isProbe(back))) {
      return [fail(`${store.name} gives back something else than was written`, 'Use another store, or find who writes to this one.')];
    }
    findings.push(ok(`${store.name} takes each record once and gives it back`));
  } catch (error) {
    if (!isExpected(error)) throw error;
    return [fail(`${store.name}: ${messageOf(error)}`, adviceFor(error))];
  }
  try {
    findings.push(...(await foreignNames(store)));
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

function adviceFor(error: unknown): string {
  if (error instanceof StoreError && error.code !== 'Denied') return 'Do what the message says, then examine again.';
  return "Give this identity the access to the journal that 'streamwarden ram-policy' prints.";
}

/** True for the record of an earlier check. */
function isProbe(bytes: Uint8Array): boolean {
  try {
    return parseRecord(key, bytes).kind === 'doctor';
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return false;
  }
}

/** What lies in the journal and is no record: nothing reads it, but somebody put it there. */
async function foreignNames(store: Store): Promise<readonly Finding[]> {
  const foreign: string[] = [];
  let names = 0;
  for await (const _ of store.list('', (name) => foreign.push(name))) {
    names += 1;
    if (names >= namesAtMost) break;
  }
  if (foreign.length === 0) return [];
  const told = listed(
    foreign.map((name) => JSON.stringify(name)),
    ', ',
  );
  return [
    warn(
      `${store.name} has ${foreign.length === 1 ? 'a file that is' : 'files that are'} no record: ${told}`,
      'Nothing reads them. Find out what puts them there, such as a program that synchronizes the folder, keep it away from the journal, and remove them.',
    ),
  ];
}

/**
 * Renewals that are open under an account number that no target has: of a number that was corrected since, perhaps. What was ordered under it no run
 * follows up, and the same subscription looks free under its right number. @param accounts numbers of the policy's targets
 */
export async function checkOpenElsewhere(store: Store, accounts: ReadonlySet<string>): Promise<readonly Finding[]> {
  const open: string[] = [];
  try {
    for (const account of await store.folders('renewals/')) {
      if (accounts.has(fromSegment(account))) continue;
      for (const resource of await store.folders(`renewals/${account}/`)) {
        const view = await runStoring(store, readRenewal(`renewals/${account}/${resource}`));
        if (view.open) open.push(`${fromSegment(resource)} (account ${fromSegment(account)}, renewal ${view.open.n})`);
      }
    }
  } catch (error) {
    if (!isExpected(error)) throw error;
    return [fail(`renewals under other account numbers could not be read: ${messageOf(error)}`, "Run 'streamwarden journal verify'.")];
  }
  if (open.length === 0) return [];
  return [
    fail(
      `renewals are open under account numbers that no target has: ${listed(open, ', ')}`,
      'Look in the bill whether they were ordered. If a number was corrected, what was ordered under the old one does not keep the right one from ordering again: name the old number for a target until they are closed by streamwarden resolve, or do not let these subscriptions be renewed until you know.',
    ),
  ];
}

/** Regions of the mainland, whose public addresses are closed to accounts that are new to OSS. */
const mainland = /^cn-(?!hongkong$)/;

/**
 * Functions that reach a bucket of the mainland by its public address, which OSS refuses to accounts that came after March 2025: those that run in
 * another region than the bucket and have no other way to it. @param policyStore the policy's `store`, which functions take that name none
 */
export function checkStoreRoute(functions: readonly WrittenFunction[], policyStore: string | undefined): readonly Finding[] {
  const far = functions.filter(({ region, environment }) => {
    const given = (name: string): string | undefined => environment[name]?.trim() || undefined;
    const bucketRegion = given('STREAMWARDEN_STORE_REGION') ?? region;
    const usesBucket = parseOssAddress(given('STREAMWARDEN_STORE') ?? policyStore ?? '') !== undefined;
    return usesBucket && bucketRegion !== region && mainland.test(bucketRegion) && given('STREAMWARDEN_STORE_ENDPOINT') === undefined;
  });
  if (far.length === 0) return [];
  return [
    warn(
      `functions reach the bucket of another region by its public address, which accounts new since March 2025 may not use: ${far.map(({ name }) => name).join(', ')}`,
      'Put the bucket into the region of the functions, or bind a domain to it and set STREAMWARDEN_STORE_ENDPOINT and STREAMWARDEN_STORE_CNAME.',
    ),
  ];
}
