import { describe, expect, test } from 'vitest';
import { claimStateOf } from '../../functions/renew-before-expiry/purchase/claim-state.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { pastRenewals } from '../../shared/journal/renewals/past-renewals.ts';
import { readClaims, readHistory, readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { type MemoryStore, skip } from './memory-store.ts';
import { type Fate, filled, stream } from './renewal-fates.ts';

type Damage = 'torn' | 'replaced' | 'removed';

function damage(store: MemoryStore, key: string, how: Damage): void {
  const text = new TextDecoder().decode(store.records.get(key));
  if (how === 'removed') store.records.delete(key);
  else store.records.set(key, new TextEncoder().encode(how === 'torn' ? '{' : text.replace('"owner":"run"', '"owner":"him"')));
}

async function skipNamed(store: MemoryStore): Promise<readonly string[]> {
  const named = (await verifyJournal(store)).problems.map(({ key }) => key);
  for (const key of named) await skip(store, key);
  return named;
}

const failure = (error: { readonly code: string }) => error.code;
const stories: readonly (readonly Fate[])[] = [
  ['open'],
  ['answered'],
  ['moved', 'answered'],
  ['moved', 'moved'],
  ['moved', 'void'],
  ['void', 'rejected'],
  ['slot', 'answered'],
];
const damages = stories.flatMap((fates) =>
  [...new Set([...filled(fates).records.keys(), `${stream}/0000000${fates.length - 1}/end`])].flatMap((key) =>
    (['torn', 'replaced', 'removed'] as const)
      .filter((how) => how === 'torn' || filled(fates).records.has(key))
      .map((how) => [fates, key.slice(stream.length + 1), how] as const),
  ),
);

describe('renewals with a damaged record', () => {
  test.each(damages)('%j, %s %s: what the journal names can be skipped, and then all of it is read', async (fates, part, how) => {
    const store = filled(fates);
    damage(store, `${stream}/${part}`, how);
    await skipNamed(store);
    expect((await verifyJournal(store)).problems).toEqual([]);
    await expect(runStoring(store, readRenewal(stream)).catch(failure)).resolves.toMatchObject({ stream });
    await expect(runStoring(store, readHistory(stream)).catch(failure)).resolves.toBeInstanceOf(Array);
    await expect(pastRenewals(store, '1', 'g-1').catch(failure)).resolves.toBeInstanceOf(Array);
  });

  test.each([['answer'], ['end']])('a skipped %s does not let an order be placed again for the expiry of its claim', async (part) => {
    const store = filled(['answered']);
    damage(store, `${stream}/00000000/${part}`, 'torn');
    expect(await skipNamed(store)).toHaveLength(1);
    const view = await runStoring(store, readRenewal(stream));
    expect(claimStateOf(view, 100_000, 5_000_000).state).not.toBe('free');
    expect(view.next).toBe(1);
    const [entry] = await runStoring(store, readClaims([{ stream, n: 0 }]));
    expect(entry).toMatchObject({ claim: { reservation: '1/g-1/0' } });
  });

  test('behind a skipped end the expiry is ordered for again once it has moved, or where the answer proves that nothing was ordered', async () => {
    const store = filled(['answered']);
    damage(store, `${stream}/00000000/end`, 'torn');
    await skipNamed(store);
    expect(claimStateOf(await runStoring(store, readRenewal(stream)), 800_000_000, 5_000_000).state).toBe('free');
    const refused = filled(['rejected']);
    damage(refused, `${stream}/00000000/end`, 'torn');
    await skipNamed(refused);
    expect(claimStateOf(await runStoring(refused, readRenewal(stream)), 100_000, 5_000_000)).toMatchObject({ state: 'free', n: 1 });
  });

  test('an answer without the first claim holds the resource: an order may have been placed', async () => {
    const store = filled(['answered']);
    damage(store, `${stream}/00000000/claim`, 'removed');
    await expect(runStoring(store, readRenewal(stream))).rejects.toMatchObject({ code: 'BrokenChain', key: `${stream}/00000000/claim` });
    await skipNamed(store);
    expect(await runStoring(store, readRenewal(stream))).toMatchObject({ next: 1, open: undefined });
  });
});
