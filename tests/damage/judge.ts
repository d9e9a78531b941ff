import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { type MemoryStore, skip } from '../journal/memory-store.ts';
import { type Damage, damageJournal } from './damages.ts';
import { functionNames, type Play, play } from './fixture.ts';

/** Which functions may decide otherwise while a record is damaged, by the first segments of its key: those that go by it. */
const goBy: Readonly<Record<string, (key: string) => (name: string, line: string) => boolean>> = {
  approvals: () => (name) => name === 'renew-before-expiry',
  budget: () => (name) => name === 'renew-before-expiry',
  claims: (key) => (name) => key.startsWith(`claims/${name}/`),
  exceptions: () => () => true,
  halts: () => (name) => name === 'approve-ota-windows',
  renewals: (key) => (name, line) => name === 'renew-before-expiry' && line.startsWith(`${key.split('/')[2]} `),
  written: (key) => (name) => key.startsWith(`written/${name}/`),
};

/** Codes of holds that come from damage: none of them is left once the damage was skipped. */
const fromDamage = /journal-unreadable|budget-unreadable|exception-never|limit-actions-24h|journal-unavailable/;

/** What one damage came to. */
export interface Judged extends Damage {
  /** Keys that a person was told of. */
  readonly told: readonly string[];
  /** What should not be: empty where all is well. */
  readonly wrong: readonly string[];
}

/** Plays a day with the damage that a seed makes, and with the same damage skipped, and compares both with a day without damage. */
export async function judge(seed: number, whole: Play): Promise<Judged> {
  let damage: Damage | undefined;
  let known: readonly string[] = [];
  const hurt = await play(async (store) => {
    damage = damageJournal(store, seed);
    known = await damagedKeys(store);
  });
  const { key, what } = damage as unknown as Damage;
  const wrong: string[] = [];
  for (const [name, why] of hurt.failed) wrong.push(`${name} failed: ${why}`);
  for (const name of functionNames) {
    const lines = new Set(whole.did.get(name));
    for (const line of hurt.did.get(name) ?? []) {
      if (lines.delete(line)) continue;
      const mayHold = goBy[key.slice(0, key.indexOf('/'))]?.(key)(name, line) && / hold |held/.test(line);
      if (!mayHold) wrong.push(`${name} did otherwise: ${line}`);
    }
  }
  const told = known.filter((each) => hurt.told.includes(each));
  if (known.length > 0 && told.length === 0) wrong.push(`nobody was told of ${known.join(', ')}`);

  const mended = await play(async (store) => {
    damageJournal(store, seed);
    // A person skips what is named until nothing is.
    for (let round = 0; round < 3; round++) for (const each of await damagedKeys(store)) await skip(store, each);
    const left = await damagedKeys(store);
    if (left.length > 0) wrong.push(`skipped, and still named: ${left.join(', ')}`);
  });
  for (const [name, why] of mended.failed) wrong.push(`skipped, and ${name} failed: ${why}`);
  for (const [name, lines] of mended.did) {
    for (const line of lines) if (fromDamage.test(line)) wrong.push(`skipped, and ${name} still holds: ${line}`);
  }
  if (mended.told.includes('A record of the journal is damaged')) wrong.push('skipped, and somebody is still told');
  return { seed, key, what, told, wrong };
}

/** What `journal verify` names, without pages that no head has: nothing goes by them, and digests do not look for them. */
async function damagedKeys(store: MemoryStore): Promise<readonly string[]> {
  const { problems } = await verifyJournal(store);
  return problems.flatMap(({ key, code }) => (code === 'StrayRecord' && key.startsWith('covered/') ? [] : [key]));
}
